"""What is wrong is said in one whole sentence, which callers show as it is."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from billhook.lifecycle.apply import apply, replay
from billhook.lifecycle.events import InvoiceCancelled, InvoiceDeleted, InvoiceDrafted
from billhook.model.addresses import email_address, phone_number
from billhook.model.base import FrozenMap, storable
from billhook.model.canonical_json import canonical
from billhook.model.instants import utc
from billhook.model.line_items import Quantity, UnitAmount
from billhook.model.money import Currency, currency, minor
from billhook_adapters.testing import NOON, a_document, an_invoice

NAIVE = datetime(2026, 1, 1)  # noqa: DTZ001  # naive on purpose
BEFORE_YEAR_1 = datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=1)))
AFTER_YEAR_9999 = datetime(9999, 12, 31, 23, 59, tzinfo=timezone(-timedelta(hours=1)))
DRAFTED = InvoiceDrafted(NOON, an_invoice().account, an_invoice().id, a_document())
INR = Currency("INR")

NO_TIME_ZONE = "must carry a time zone; give an aware datetime"
NO_YEAR = "must lie in the years 1 to 9999 of UTC"
NUL = "must not hold the NUL character; remove it"
SURROGATE = "must not hold a lone surrogate; send well-formed Unicode"
NO_CURRENCY = "must be an ISO 4217 currency code in capitals, such as INR"
NO_AMOUNT = "must be a number of at most 9007199254740991"
NO_EMAIL = "must be one e-mail address, such as ravi@example.com"
NO_PHONE = "must be an E.164 number: + and 7 to 15 digits, such as +919876543210"

BAD_VALUES: list[tuple[Callable[[], object], str]] = [
    (lambda: utc(NAIVE), NO_TIME_ZONE),
    (lambda: utc(BEFORE_YEAR_1), NO_YEAR),
    (lambda: utc(AFTER_YEAR_9999), NO_YEAR),
    (lambda: storable("a\x00"), NUL),
    (lambda: storable("\ud800"), SURROGATE),
    (lambda: currency("inr"), NO_CURRENCY),
    (lambda: minor(Decimal("NaN"), INR), NO_AMOUNT),
    (lambda: minor(Decimal(2**53), INR), NO_AMOUNT),
    (lambda: minor(Decimal("0.001"), INR), "has more than the 2 decimal places of INR"),
    (lambda: email_address("ravi"), NO_EMAIL),
    (lambda: phone_number("98765 43210"), NO_PHONE),
    (lambda: apply(an_invoice(), DRAFTED), "only the first event can be invoice.drafted"),
    (lambda: apply(None, InvoiceCancelled(NOON)), "invoice.cancelled needs an invoice that exists"),
    (lambda: replay([]), "an invoice has at least one event"),
    (
        lambda: replay([DRAFTED, InvoiceDeleted(NOON), InvoiceCancelled(NOON)]),
        "invoice.cancelled needs an invoice that exists",
    ),
]


@pytest.mark.parametrize(("attempt", "sentence"), BAD_VALUES)
def test_the_error_of_a_bad_value_says_what_it_must_be(
    attempt: Callable[[], object], sentence: str
) -> None:
    with pytest.raises(ValueError, match=rf"\A{re.escape(sentence)}\Z"):
        attempt()


NO_FLOAT = 'must be a whole number, or a decimal as text such as "1.5", never a float'


@pytest.mark.parametrize(
    ("quantity", "sentence"),
    [
        ("1e2", "must be a decimal number, such as 1.5"),
        (1.5, NO_FLOAT),
        (None, NO_FLOAT),
        (0, "must be more than 0 and at most 1,000,000,000"),
        (Decimal("NaN"), "must be more than 0 and at most 1,000,000,000"),
        ("0.0000001", "must have at most 6 decimal places"),
    ],
)
def test_the_error_of_a_bad_quantity_says_what_it_must_be(quantity: Any, sentence: str) -> None:
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(Quantity).validate_python(quantity)
    assert [error["msg"] for error in refused.value.errors()] == [f"Value error, {sentence}"]


@pytest.mark.parametrize(
    ("unit_amount", "sentence"),
    [
        ("4,2", "must be a decimal number, such as 1.5"),
        (0.42, NO_FLOAT),
        (-1, "must be from 0 to 9,007,199,254,740,991"),
        (2**53, "must be from 0 to 9,007,199,254,740,991"),
        ("0.0000000000001", "must have at most 12 decimal places"),
    ],
)
def test_the_error_of_a_bad_unit_amount_says_what_it_must_be(
    unit_amount: Any, sentence: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(UnitAmount).validate_python(unit_amount)
    assert [error["msg"] for error in refused.value.errors()] == [f"Value error, {sentence}"]


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (1.5, "float has no canonical form"),
        (bytearray(b"bytes"), "bytearray has no canonical form"),
    ],
)
def test_what_has_no_canonical_form_is_named_by_its_type(value: object, sentence: str) -> None:
    with pytest.raises(TypeError) as refused:
        canonical(value)
    assert str(refused.value) == sentence


def test_a_frozen_map_says_what_to_do_instead() -> None:
    with pytest.raises(TypeError) as refused:
        FrozenMap(a="1").clear()
    assert str(refused.value) == "a frozen map does not change; build a new one"
