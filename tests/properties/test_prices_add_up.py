"""The parts of every invoice add up to its total, and both rules agree but for the fractions."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from billhook.model.document import Document
from billhook.model.instalments import PaymentSchedule
from billhook.model.line_items import Line, Rounding
from billhook.model.money import LARGEST
from billhook.model.pricing import priced, summary, tax_sums, total
from properties.strategies import documents, percentages, quantities, schedules

any_unit_amounts = st.integers(0, LARGEST) | st.integers(0, LARGEST * 10**12).map(
    lambda parts: Decimal(parts).scaleb(-12)
)


def _half_up(exact: Fraction) -> int:
    return floor(exact + Fraction(1, 2))


@st.composite
def taxed_lines(draw: st.DrawFn) -> Line:
    """A line of any price, with a tax of any rate."""
    tax: dict[str, Any] = {"name": "VAT", "rate": draw(percentages)}
    return Line(
        name="Tea",
        unit_amount=draw(any_unit_amounts),
        currency="INR",  # type: ignore[arg-type]  # it is validated
        quantity=draw(quantities),
        taxes=(tax,),  # type: ignore[arg-type]  # it is validated
    )


@given(st.lists(taxed_lines(), max_size=50))
def test_each_line_is_exact_until_it_is_rounded_once(lines: list[Line]) -> None:
    prices = [Fraction(line.unit_amount) * Fraction(line.quantity) for line in lines]
    assert [Fraction(line.exact) for line in lines] == prices
    assert [line.total for line in lines] == [*map(_half_up, prices)]
    whole = [line.model_copy(update={"taxes": ()}) for line in lines]
    assert total(whole, Rounding.PER_LINE) == sum(map(_half_up, prices))
    assert total(whole, Rounding.PER_INVOICE) == _half_up(sum(prices, Fraction()))
    rates = [Fraction(line.taxes[0].rate) / 100 for line in lines]
    taxes = [price * rate for price, rate in zip(prices, rates, strict=True)]
    assert summary(lines, Rounding.PER_INVOICE).tax == _half_up(sum(taxes, Fraction()))
    assert [one.tax for one in priced(lines)] == [
        _half_up(_half_up(price) * rate) for price, rate in zip(prices, rates, strict=True)
    ]


@given(documents)
def test_the_total_is_the_subtotal_less_the_discount_and_the_taxes_added(
    document: Document,
) -> None:
    for rounding in Rounding:
        parts = summary(document.lines, rounding, document.discount)
        assert 0 <= parts.discount <= parts.subtotal
        assert parts.tax >= 0
        assert parts.subtotal - parts.discount <= parts.total
        assert parts.total <= parts.subtotal - parts.discount + parts.tax


@given(documents)
def test_the_lines_add_up_to_an_invoice_that_rounds_each(document: Document) -> None:
    columns = zip(*priced(document.lines, document.discount), strict=True)
    whole = summary(document.lines, Rounding.PER_LINE, document.discount)
    assert [sum(column) for column in columns] in ([*whole], [])


@given(documents)
def test_the_taxes_add_up_to_what_is_added_and_to_what_is_included(document: Document) -> None:
    for rounding in Rounding:
        parts = summary(document.lines, rounding, document.discount)
        taxes = tax_sums(document.lines, rounding, document.discount)
        assert sum(tax.amount for tax in taxes) == parts.tax
        added = sum(tax.amount for tax in taxes if not tax.included)
        assert parts.subtotal - parts.discount + added == parts.total


@given(documents)
def test_the_two_rules_differ_by_less_than_two_units_a_line(document: Document) -> None:
    per_line = summary(document.lines, Rounding.PER_LINE, document.discount).total
    once = summary(document.lines, Rounding.PER_INVOICE, document.discount).total
    assert abs(Fraction(per_line - once)) <= 2 * len(document.lines) + 2


@given(documents, schedules)
def test_instalments_add_up_to_the_total(document: Document, schedule: PaymentSchedule) -> None:
    assert sum(schedule.amounts(document.total)) == document.total
