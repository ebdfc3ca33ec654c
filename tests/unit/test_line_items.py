"""Lines: exact prices and quantities, and one rounding by the account's rule."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Any

import pytest
from pydantic import ValidationError

from billhook.model.canonical_json import adapter, canonical
from billhook.model.document import Document
from billhook.model.line_items import Line, Rounding, is_sac
from billhook.model.money import EXPONENTS, LARGEST
from billhook.model.patch import LineChange
from billhook.model.pricing import total
from billhook_adapters.testing import a_document, a_line
from cases.prices import PRICES


@pytest.mark.parametrize(
    ("unit_amount", "quantity", "expected"),
    [
        (49900, 2, 99800),
        (0, 1, 0),
        (1, "0.5", 1),
        (1, "0.499999", 0),
        (3, "0.5", 2),
        (250000, Decimal("1.5"), 375000),
        (LARGEST, 1, LARGEST),
        (9, 10**9, 9 * 10**9),
        (1_000_000, "0.000001", 1),
    ],
)
def test_a_line_is_its_unit_amount_times_its_quantity(
    unit_amount: int, quantity: Any, expected: int
) -> None:
    assert a_line(unit_amount, quantity).total == expected


@pytest.mark.parametrize(
    ("price", "currency", "quantity", "expected"), [price[:4] for price in PRICES]
)
def test_a_price_below_the_smallest_unit_is_rounded_with_its_line(
    price: str, currency: str, quantity: str, expected: int
) -> None:
    unit_amount = Decimal(price).scaleb(EXPONENTS[currency])
    line = a_line(unit_amount, Decimal(quantity), currency=currency)
    assert (line.unit_amount, line.total) == (unit_amount, expected)
    for stored in (canonical(line), line.model_dump_json()):
        assert adapter(Line).validate_json(stored) == line


@pytest.mark.parametrize(
    ("unit_amount", "kept", "json"),
    [
        (250000, 250000, "250000"),
        (Decimal("250000.00"), 250000, "250000"),
        (Decimal("2.5E+5"), 250000, "250000"),
        ("250000", 250000, "250000"),
        ("0250000.0", 250000, "250000"),
        ("-0", 0, "0"),
        ("0.42", Decimal("0.42"), '"0.42"'),
        (Decimal("0.420"), Decimal("0.42"), '"0.42"'),
        ("0.000000000001", Decimal("1E-12"), '"0.000000000001"'),
        (LARGEST, LARGEST, str(LARGEST)),
    ],
)
def test_equal_unit_amounts_are_one_value_in_one_form(
    unit_amount: Any, kept: int | Decimal, json: str
) -> None:
    line = a_line(unit_amount)
    assert (line.unit_amount, type(line.unit_amount)) == (kept, type(kept))
    assert str(line.unit_amount) == str(kept)
    assert f'"unit_amount":{json}}}'.encode() in canonical(line)
    assert f'"unit_amount":{json},' in line.model_dump_json()
    assert LineChange(unit_amount=unit_amount).unit_amount == kept


@pytest.mark.parametrize(
    "unit_amount",
    [0.42, 1.0, True, None, "", "x", "4,2", "1e3", ".5", " 1", "-0.1", -1, 2**53,
     "9007199254740991.1", "0.0000000000001", "9" * 400, 10**400, Decimal("NaN"), Decimal("sNaN"),
     Decimal("Infinity"), Decimal("1E-999999"), Decimal("1E+999999")],
)  # fmt: skip
def test_what_is_no_unit_amount_is_refused(unit_amount: Any) -> None:
    with pytest.raises(ValidationError) as refused:
        a_line(unit_amount)
    assert [error["loc"] for error in refused.value.errors()] == [("unit_amount",)]


@pytest.mark.parametrize(
    ("quantity", "kept"),
    [(2, "2"), ("2.00", "2"), (Decimal("2E+2"), "200"), ("1.50", "1.5"), ("007", "7")],
)
def test_equal_quantities_have_one_form(quantity: Any, kept: str) -> None:
    line = a_line(1, quantity)
    assert str(line.quantity) == kept
    assert f'"quantity":"{kept}"'.encode() in canonical(line)


OUT_OF_BOUNDS = [0, -1, "0", "-1", "0.0000001", 10**9 + 1, "1000000000.000001", 10**400]
NO_NUMBERS = [None, "", "x", [1], True, "NaN", "Infinity", Decimal("sNaN"), Decimal("-Infinity")]
OTHER_FORMS = [1.5, "1_000", " 1", "1 ", "1\n", "1e3", ".5", "1.", "\u0661", "9" * 400]


@pytest.mark.parametrize("quantity", [*OUT_OF_BOUNDS, *NO_NUMBERS, *OTHER_FORMS])
def test_what_is_no_quantity_is_refused(quantity: Any) -> None:
    with pytest.raises(ValidationError) as refused:
        a_line(1, quantity)
    assert [error["loc"] for error in refused.value.errors()] == [("quantity",)]


def test_a_line_may_name_its_item_of_the_catalogue() -> None:
    assert [a_line().item, a_line(item="item_1").item] == [None, "item_1"]
    for item in ("", "two words", "x" * 65):
        with pytest.raises(ValidationError, match="item"):
            a_line(item=item)


def test_one_is_the_quantity_where_none_is_given() -> None:
    assert Line(name="Book", unit_amount=5, currency="INR").total == 5


HALVES = [a_line(1, Decimal("0.5"))] * 3


@pytest.mark.parametrize(("rounding", "expected"), [("per_line", 3), ("per_invoice", 2)])
def test_each_rule_rounds_once(rounding: str, expected: int) -> None:
    assert total(HALVES, Rounding(rounding)) == expected
    assert a_document(lines=HALVES, rounding=rounding).total == expected


@pytest.mark.parametrize("rounding", Rounding)
def test_no_lines_add_up_to_zero(rounding: Rounding) -> None:
    assert total([], rounding) == 0


@pytest.mark.parametrize("rounding", Rounding)
def test_the_largest_lines_are_summed_exactly(rounding: Rounding) -> None:
    lines = [a_line(LARGEST, 10**9)] * 50
    assert Document(currency="INR", lines=lines, rounding=rounding).total == LARGEST * 10**9 * 50


def test_the_finest_of_the_largest_lines_are_summed_exactly() -> None:
    price, quantity = f"{LARGEST - 1}.999999999999", "999999999.999999"
    lines = [a_line(price, quantity)] * 50  # type: ignore[arg-type]  # text is taken too
    exact = Fraction(price) * Fraction(quantity)
    assert Fraction(lines[0].exact) == exact
    assert total(lines, Rounding.PER_LINE) == 50 * floor(exact + Fraction(1, 2))
    assert total(lines, Rounding.PER_INVOICE) == floor(50 * exact + Fraction(1, 2))


@pytest.mark.parametrize(
    ("code", "is_service"), [("998314", True), ("9954", True), ("4901", False), ("0991", False)]
)
def test_a_code_that_begins_with_99_is_that_of_a_service(code: str, *, is_service: bool) -> None:
    assert is_sac(code) is is_service
