"""The parts of every invoice add up to its total, and both rules agree but for the fractions."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given

from billhook.model.document import Document
from billhook.model.instalments import PaymentSchedule
from billhook.model.line_items import Rounding
from billhook.model.pricing import priced, summary, tax_sums
from properties.strategies import documents, schedules


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
