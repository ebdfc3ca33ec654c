"""HighLevel's numbers, days and phones: read exactly, or refused by name."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from billhook.model.invoice import Status
from billhook.model.money import LARGEST, Currency
from billhook_adapters.http.highlevel.amounts import number, plain, shown
from billhook_adapters.http.highlevel.location import Location
from billhook_adapters.http.highlevel.schemas.fields import (
    Day,
    InvalidRequestError,
    Number,
    has_digits,
    smallest,
    unit_price,
)
from billhook_adapters.http.highlevel.serializers import entity
from billhook_adapters.testing import a_customer, an_invoice

DAY, NUMBER = TypeAdapter[Any](Day), TypeAdapter[Any](Number)


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [
        (30, "USD", "0.3"),
        (99900, "USD", "999"),
        (1, "KWD", "0.001"),
        (1, "CLF", "0.0001"),
        (7, "JPY", "7"),
        (10**15 - 1, "USD", "9999999999999.99"),
        (LARGEST, "JPY", "9007199254740991"),
    ],
)
def test_an_amount_is_a_number_of_major_units_to_the_last_digit(
    amount: int, currency: str, expected: str
) -> None:
    assert repr(shown(amount, Currency(currency))) == expected


def test_decimals_are_plain_numbers_at_every_depth() -> None:
    value = {"a": [Decimal("1.50"), {"b": Decimal(2)}], "c": "x", "d": None}
    assert plain(value) == {"a": [1.5, {"b": 2}], "c": "x", "d": None}
    assert isinstance(number(Decimal("2.0")), int)


@pytest.mark.parametrize("text", ["", "T23:59:59.000Z", "T10:00:00+05:30", "T99:99:99Z"])
def test_a_day_is_the_day_that_is_written(text: str) -> None:
    day = Location("loc_1").start_of(DAY.validate_python(f"2026-01-01{text}"))
    assert day == datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "given", ["2026-02-30", "01-01-2026", "2026-1-1", "", "now", 20260101, None]
)
def test_what_is_no_day_is_refused(given: Any) -> None:
    with pytest.raises(ValidationError, match="must be a valid date in the format YYYY-MM-DD"):
        DAY.validate_python(given)


@pytest.mark.parametrize("given", [True, "1", None, [], Decimal("1e400"), Decimal("1E-30"), 10**30])
def test_what_is_no_number_is_refused(given: Any) -> None:
    with pytest.raises(ValidationError, match="must"):
        NUMBER.validate_python(given)


@pytest.mark.parametrize(
    ("given", "currency", "said"),
    [
        ("0.001", "USD", "amount has more than the 2 decimal places of USD"),
        ("0.5", "JPY", "amount has more than the 0 decimal places of JPY"),
        ("90071992547409.92", "USD", "amount must not be greater than 90071992547409.91"),
    ],
)
def test_an_amount_that_its_currency_cannot_hold_is_refused_by_name(
    given: str, currency: str, said: str
) -> None:
    with pytest.raises(InvalidRequestError) as seen:
        smallest(Decimal(given), currency, "amount")
    assert (seen.value.status, seen.value.message) == (422, [said])


@pytest.mark.parametrize(
    ("given", "currency", "said"),
    [
        ("0.000000000000001", "USD", "amount has more than 14 decimal places; round it"),
        ("0.0000000000001", "JPY", "amount has more than 12 decimal places; round it"),
        (
            "123456.12345678901234",
            "USD",
            "amount has more digits than a JSON number keeps; round it",
        ),
        ("90071992547409.9100000001", "USD", "amount must not be greater than 90071992547409.91"),
        ("1", "ABC", "currency must be an ISO 4217 currency code in capitals, such as INR"),
    ],
)
def test_a_price_that_cannot_be_answered_as_given_is_refused_by_name(
    given: str, currency: str, said: str
) -> None:
    with pytest.raises(InvalidRequestError) as seen:
        unit_price(Decimal(given), currency, "amount")
    assert (seen.value.status, seen.value.message) == (422, [said])


def test_a_phone_number_without_digits_is_none() -> None:
    assert [has_digits(one) for one in (None, "", "n/a", "(214) 559-6993")] == [False] * 3 + [True]


def test_an_invoice_of_another_api_is_shown_whole() -> None:
    invoice = an_invoice(
        Status.ISSUED, customer=a_customer(id=None, billing_address={"city": "Pune"})
    )
    shown_fields = entity(invoice, Location("loc_1"))
    assert shown_fields["contactDetails"] == {
        "id": shown_fields["contactDetails"]["id"],
        "name": "Ravi",
        "phoneNo": "+919876543210",
        "email": "ravi@example.com",
        "customFields": [],
        "address": {"city": "Pune"},
    }
    assert shown_fields["contactDetails"]["id"].startswith("cust_")
    assert (shown_fields["discount"], shown_fields["paymentSchedule"]) == (
        {"type": "percentage", "value": 0},
        {},
    )
    assert (
        entity(an_invoice(Status.DRAFT, customer=None), Location("loc_1"))["contactDetails"] == {}
    )
