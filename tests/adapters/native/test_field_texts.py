"""No refusal of our own API speaks with a library's words, or names a class."""

from __future__ import annotations

import re
from typing import Any

import pytest
from pydantic import ValidationError

from adapters.highlevel.test_sentences import spoiled
from billhook_adapters.http.native.errors import field_errors
from billhook_adapters.http.native.schemas.invoices import (
    EditsIn,
    InvoiceIn,
    ListIn,
    NotifyIn,
    PaymentIn,
    SuppressionIn,
)

NOON = "2026-01-01T12:00:00Z"
FIELDS: dict[str, Any] = {
    "currency": "USD", "title": "t", "description": "d", "receipt": "r", "date": NOON,
    "customer": {"id": "c", "name": "n", "email": "a@b.example", "contact": "+12145596993",
                 "billing_address": {"line1": "x", "country": "US"}, "language": "hi",
                 "time_zone": "Asia/Kolkata"},
    "recipients": {"emails": ["a@b.example"], "contacts": ["+12145596993"]},
    "lines": [{"name": "n", "unit_amount": 1, "quantity": "1", "item": "i",
               "taxes": [{"name": "n", "rate": "5", "id": "t"}], "tax_inclusive": True}],
    "discount": {"percentage": "5", "items": ["a"]},
    "schedule": {"instalments": [{"id": "a", "amount": 5, "due_by": NOON}]},
    "live": True, "first_payment_min_amount": 1, "notes": {"a": "b"}, "media": ["email"],
}  # fmt: skip
REQUESTS: list[tuple[Any, dict[str, Any]]] = [
    (InvoiceIn, {**FIELDS, "rounding": "per_line", "id": "x", "send": {"media": ["email"]}}),
    (EditsIn, FIELDS),
    (NotifyIn, {"medium": "sms"}),
    (SuppressionIn, {"address": "a@b.example", "suppressed": "bounced"}),
    (PaymentIn, {"amount": 1, "currency": "INR", "reference": "r", "report": True}),
    (ListIn, {"status": ["draft"], "receipt": "r", "created_from": NOON, "skip": 1, "limit": 1}),
]
FOREIGN = re.compile(
    r"[Ii]nput|instance|validation|Value|List|Tuple|String|\bstr\b|\w+In\b|[\[\]\\]"
)


@pytest.mark.parametrize(("kind", "body"), REQUESTS)
def test_every_sentence_of_a_field_is_our_own(kind: Any, body: dict[str, Any]) -> None:
    found: set[str] = set()
    for bad in spoiled(body):
        try:
            kind.model_validate(bad)
        except ValidationError as refused:
            found |= {one.detail for one in field_errors(refused.errors(), "body")}
    assert found, "nothing was refused"
    assert sorted(filter(FOREIGN.search, found)) == []
