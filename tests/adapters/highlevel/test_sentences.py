"""Every message that a request can be refused with is worded as the vendor words it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from decimal import Decimal
from typing import Any, cast

import pytest
from pydantic import BaseModel

from acceptance.contract.highlevel import a_payment, a_send
from acceptance.test_highlevel_bad_requests import FULL
from billhook_adapters.http.highlevel.location import Location
from billhook_adapters.http.highlevel.routes.invoices import ViewedIn
from billhook_adapters.http.highlevel.schemas.fields import InvalidRequestError, checked
from billhook_adapters.http.highlevel.schemas.invoices import (
    CreateIn,
    InvoiceIn,
    LateFeesChangeIn,
    TextToPayIn,
    UpdateIn,
)
from billhook_adapters.http.highlevel.schemas.listing import ListIn
from billhook_adapters.http.highlevel.schemas.payments import RecordPaymentIn
from billhook_adapters.http.highlevel.schemas.sending import SendIn
from billhook_adapters.system.time_zones import zone

HERE = Location("loc_1", zone("Asia/Kolkata"))
SENDING = a_send(
    sentFrom={"fromName": "A", "fromEmail": "a@b.example"},
    autoPayment={
        "enable": True, "type": "t", "card": {"brand": "b", "last4": "4"}, "provider": {},
        "usBankAccount": {"bank_name": "b", "last4": "4"},
    },
)  # fmt: skip
UPDATE = {
    **{name: value for name, value in FULL.items() if name != "items"},
    "invoiceItems": FULL["items"],
}
TEXT_TO_PAY = {**FULL, "action": "draft", "userId": "u", "id": "inv_1"}
LISTING = {"altId": "l", "altType": "location", "limit": "1", "offset": "0", "status": "draft",
           "startAt": "2026-01-01", "endAt": "2026-01-01", "search": "x", "contactId": "c",
           "paymentMode": "live", "sortField": "issueDate", "sortOrder": "ascend"}  # fmt: skip
REQUESTS: list[tuple[type[Any], dict[str, Any]]] = [
    (CreateIn, FULL),
    (UpdateIn, UPDATE),
    (TextToPayIn, TEXT_TO_PAY),
    (SendIn, SENDING),
    (RecordPaymentIn, a_payment(amount=1, meta={}, paymentScheduleIds=["a"], fulfilledAt="x")),
    (LateFeesChangeIn, {"altId": "l", "altType": "location",
                        "lateFeesConfiguration": FULL["lateFeesConfiguration"]}),
    (ViewedIn, {"invoiceId": "inv_1"}),
    (ListIn, LISTING),
]  # fmt: skip
BAD: tuple[Any, ...] = (
    None, True, 5, -1, 10**30, Decimal("0.0001"), Decimal("1E-30"), "", "x", "two\nlines", "\0",
    "\ud800", "x" * 20_000, "2026-02-30", "0001-01-01", [], [5], ["x"] * 200, [{}] * 200, {},
    {"x": 1}, {"Klass": {"y": []}},
)  # fmt: skip
WORDED = re.compile(
    r"(property \S+ should not exist|"
    r"\S+ (should not be empty|"
    r"must be (a string|an? (array|object|boolean value|number conforming to the specified "
    r"constraints|positive number|number string|valid date in the format YYYY-MM-DD)|"
    r"one e-mail address, such as ravi@example\.com|"
    r"one line without control characters; remove them|"
    r"more than 0 and at most 1,000,000,000)|"
    r"must be one of the following values: .+|"
    r"must be (shorter than or equal to \d+ characters|\S*, as the invoice's is)|"
    r"must not hold (a lone surrogate; send well-formed Unicode|the NUL character; remove it)|"
    r"must not be (less|greater) than \S+|"
    r"must contain (at least|no more than) \d+ elements|"
    r"must match the expected format|must add up to the total|"
    r"must lie in the years 1 to 9999 of UTC|"
    r"has more than the \d decimal places of [A-Z]{3}))"
)


def spoiled(value: Any) -> Iterator[Any]:
    """The value with something else at each place within it, or without it, or with more."""
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        yield {**fields, "someProperty": 1}
        for name in fields:
            yield {other: one for other, one in fields.items() if other != name}
            for worse in (*BAD, *spoiled(fields[name])):
                yield {**fields, name: worse}
    elif isinstance(value, list):
        parts = cast("list[Any]", value)
        for place, part in enumerate(parts):
            for worse in (*BAD, *spoiled(part)):
                yield [*parts[:place], worse, *parts[place + 1 :]]


def messages(kind: type[BaseModel], body: Any) -> list[str]:
    """What the API says of a body; nothing where it takes it."""
    try:
        payload: Any = checked(body, kind)  # type: ignore[type-var]  # each is a value of the API's
        if isinstance(payload, InvoiceIn):
            payload.document(HERE)
        elif hasattr(payload, "patch"):
            payload.patch()
        elif isinstance(payload, ListIn):
            payload.search(HERE)
    except InvalidRequestError as refused:
        return refused.message if isinstance(refused.message, list) else [refused.message]
    return []


@pytest.mark.parametrize(("kind", "body"), REQUESTS)
def test_every_message_is_worded_as_the_vendor_words_it(kind: Any, body: dict[str, Any]) -> None:
    found = {one for bad in spoiled(deepcopy(body)) for one in messages(kind, bad)}
    assert found, "nothing was refused"
    assert sorted(one for one in found if not WORDED.fullmatch(one)) == []
