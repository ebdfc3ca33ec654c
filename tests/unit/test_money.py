"""Money: ISO 4217 to the letter, and whole smallest units only."""

from __future__ import annotations

from decimal import Decimal

import iso4217
import pytest

from billhook.model.money import EXPONENTS, LARGEST, Currency, currency, half_up, major, minor

STANDARD: dict[str, int | None] = {entry.code: entry.exponent for entry in iso4217.Currency}
BILLABLE = {code: exponent for code, exponent in STANDARD.items() if exponent is not None}


def test_the_currencies_are_the_standards() -> None:
    assert dict(EXPONENTS) == BILLABLE
    assert len(EXPONENTS) > 160


def test_the_exponents_are_zero_two_three_and_four() -> None:
    assert set(EXPONENTS.values()) == {0, 2, 3, 4}


@pytest.mark.parametrize("code", sorted(BILLABLE))
def test_a_currency_with_a_minor_unit_is_taken(code: str) -> None:
    assert currency(code) == code


@pytest.mark.parametrize("code", sorted(STANDARD.keys() - BILLABLE.keys()))
def test_a_currency_without_a_minor_unit_cannot_be_billed(code: str) -> None:
    with pytest.raises(ValueError, match="must be an ISO 4217 currency code"):
        currency(code)


@pytest.mark.parametrize("code", ["", "inr", "Inr", "INRX", "ABC", " INR", "XXX", "₹"])
def test_what_is_no_currency_is_refused(code: str) -> None:
    with pytest.raises(ValueError, match="must be an ISO 4217 currency code"):
        currency(code)


@pytest.mark.parametrize(
    ("code", "decimal", "amount"),
    [
        ("JPY", "500", 500),
        ("INR", "1234.50", 123450),
        ("KWD", "0.005", 5),
        ("CLF", "1.0001", 10001),
    ],
)
def test_a_decimal_amount_is_so_many_smallest_units(code: str, decimal: str, amount: int) -> None:
    assert minor(Decimal(decimal), Currency(code)) == amount
    assert major(amount, Currency(code)) == Decimal(decimal)


@pytest.mark.parametrize(
    ("code", "decimal"), [("JPY", "0.5"), ("INR", "0.001"), ("KWD", "0.0001"), ("CLF", "0.00001")]
)
def test_a_decimal_with_too_many_places_is_refused(code: str, decimal: str) -> None:
    with pytest.raises(ValueError, match=f"decimal places of {code}"):
        minor(Decimal(decimal), Currency(code))


def test_a_major_amount_shows_all_its_places() -> None:
    assert str(major(123450, Currency("INR"))) == "1234.50"
    assert str(major(LARGEST, Currency("JPY"))) == "9007199254740991"


def test_the_largest_amount_is_the_last_that_every_json_reader_holds() -> None:
    assert float(LARGEST) == LARGEST
    assert int(float(LARGEST + 2)) != LARGEST + 2


@pytest.mark.parametrize(
    ("exact", "whole"),
    [("0.4", 0), ("0.5", 1), ("1.5", 2), ("2.5", 3), ("2.4999999", 2), ("-0.5", -1)],
)
def test_a_half_goes_away_from_zero(exact: str, whole: int) -> None:
    assert half_up(Decimal(exact)) == whole


@pytest.mark.parametrize(
    "amount",
    ["Infinity", "-Infinity", "NaN", "9007199254740992", "0.0000000000000000000000000000001"],
)
def test_a_number_that_no_amount_can_hold_is_refused(amount: str) -> None:
    with pytest.raises(ValueError, match=r"must be a number|decimal places"):
        minor(Decimal(amount), Currency("INR"))


def test_a_place_too_many_is_seen_behind_any_number_of_digits() -> None:
    with pytest.raises(ValueError, match="decimal places"):
        minor(Decimal("123456789012345.6700000000000000000001"), Currency("INR"))


def test_the_largest_amount_has_a_number_of_smallest_units() -> None:
    assert minor(Decimal(LARGEST), Currency("JPY")) == LARGEST
    assert minor(Decimal(-LARGEST), Currency("CLF")) == -LARGEST * 10**4
