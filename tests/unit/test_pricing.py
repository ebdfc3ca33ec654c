"""Discount, taxes and totals: one rounding rule, stated in `pricing`, and every sum adds up."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from billhook.model.line_items import Line, Rounding, Tax
from billhook.model.pricing import Discount, Priced, Summary, priced, summary, tax_sums, total
from billhook_adapters.testing import a_document, a_line


def taxed(unit_amount: int, *rates: Any, quantity: Any = 1, **fields: Any) -> Line:
    """A line with a tax of each rate."""
    return a_line(
        unit_amount, quantity, taxes=[Tax(name=f"Tax {n}", rate=r) for n, r in enumerate(rates)],
        **fields,
    )  # fmt: skip


@pytest.mark.parametrize("rounding", Rounding)
@pytest.mark.parametrize(
    ("lines", "discount", "expected"),
    [
        ([taxed(1000)], None, (1000, 0, 0, 1000)),
        ([taxed(1000, 18)], None, (1000, 0, 180, 1180)),
        ([taxed(1000, 9, 9)], None, (1000, 0, 180, 1180)),
        ([taxed(1180, 18, tax_inclusive=True)], None, (1180, 0, 180, 1180)),
        ([taxed(1000, 18)], {"percentage": 10}, (1000, 100, 162, 1062)),
        ([taxed(1180, 18, tax_inclusive=True)], {"percentage": 50}, (1180, 590, 90, 590)),
        ([taxed(1000), taxed(3000)], {"amount": 100}, (4000, 100, 0, 3900)),
        ([taxed(1000, 10), taxed(1000)], {"amount": 1000}, (2000, 1000, 50, 1050)),
        ([taxed(1000)], {"amount": 5000}, (1000, 1000, 0, 0)),
        ([taxed(1000)], {"percentage": 100}, (1000, 1000, 0, 0)),
        ([taxed(1000, item="a"), taxed(1000, item="b")], {"percentage": 50, "items": ["b"]},
         (2000, 500, 0, 1500)),
        ([taxed(1000, item="a")], {"amount": 5, "items": ["gone"]}, (1000, 0, 0, 1000)),
        ([taxed(0, 18)], {"amount": 5}, (0, 0, 0, 0)),
        ([], {"amount": 5}, (0, 0, 0, 0)),
    ],
)  # fmt: skip
def test_whole_sums_are_the_same_by_every_rule(
    rounding: Rounding, lines: list[Line], discount: Any, expected: tuple[int, ...]
) -> None:
    off = None if discount is None else Discount(**discount)
    assert summary(lines, rounding, off) == Summary(*expected)
    assert total(lines, rounding, off) == expected[-1]


@pytest.mark.parametrize(
    ("lines", "discount", "per_line", "per_invoice"),
    [
        # A third of a unit of tax on each of three lines.
        ([taxed(1, "33.333333")] * 3, None, (3, 0, 0, 3), (3, 0, 1, 4)),
        # Half a unit of price on each of three.
        ([taxed(1, quantity="0.5")] * 3, None, (3, 0, 0, 3), (2, 0, 0, 2)),
        # Half a unit of discount on each of two.
        ([taxed(1)] * 2, {"percentage": 50}, (2, 2, 0, 0), (2, 1, 0, 1)),
        # Tax held in the price: 1 x 10 / 110 on each of five, which is 0.4545 in all.
        ([taxed(1, 10, tax_inclusive=True)] * 6, None, (6, 0, 0, 6), (6, 0, 1, 6)),
        # A shared amount: 1, 0 and 1 by the sum of the shares so far.
        ([taxed(5)] * 3, {"amount": 2}, (15, 2, 0, 13), (15, 2, 0, 13)),
    ],
)
def test_fractions_are_rounded_on_each_line_or_once(
    lines: list[Line], discount: Any, per_line: tuple[int, ...], per_invoice: tuple[int, ...]
) -> None:
    off = None if discount is None else Discount(**discount)
    assert summary(lines, Rounding.PER_LINE, off) == Summary(*per_line)
    assert summary(lines, Rounding.PER_INVOICE, off) == Summary(*per_invoice)


def test_the_lines_of_an_account_that_rounds_each_add_up_to_its_invoice() -> None:
    lines = [taxed(999, 18), taxed(1, "33.3", quantity="2.5"), taxed(77, 5, tax_inclusive=True)]
    discount = Discount(amount=100)
    each = priced(lines, discount)
    whole = summary(lines, Rounding.PER_LINE, discount)
    assert [sum(column) for column in zip(*each, strict=True)] == [*whole]
    assert each[0] == Priced(price=999, discount=93, tax=163, net=1069)
    assert priced([a_line(5, 2)]) == [Priced(price=10, discount=0, tax=0, net=10)]


def test_a_document_is_priced_with_its_discount() -> None:
    document = a_document(lines=[taxed(1000, 18)], discount=Discount(percentage="12.5"))
    assert document.total == 1033
    assert document.summary == Summary(1000, 125, 158, 1033)


@pytest.mark.parametrize("given", [{}, {"percentage": 1, "amount": 1}])
def test_a_discount_is_either_a_percentage_or_an_amount(given: Any) -> None:
    with pytest.raises(ValidationError, match="give either percentage or amount"):
        Discount(**given)


@pytest.mark.parametrize("rate", ["-1", "100.5", 18.5, "1.0000001", True])
def test_what_is_no_percentage_is_refused(rate: Any) -> None:
    with pytest.raises(ValidationError, match="rate"):
        Tax(name="GST", rate=rate)


def test_the_taxes_of_one_name_and_rate_are_one_sum_and_included_ones_are_apart() -> None:
    vat, reduced = Tax(name="VAT", rate=Decimal(19)), Tax(name="VAT", rate=Decimal(7))
    lines = [
        a_line(1000, 1, taxes=(vat,)),
        a_line(2000, 1, taxes=(vat, reduced)),
        a_line(11900, 1, taxes=(vat,), tax_inclusive=True),
        a_line(500, 1, taxes=(Tax(name="Zero", rate=Decimal(0)),)),
        a_line(500, 1),
    ]
    for rounding in Rounding:
        assert [(one.rate, one.included, one.amount) for one in tax_sums(lines, rounding)] == [
            (19, False, 570),
            (7, False, 140),
            (19, True, 1900),
            (0, False, 0),
        ]


@pytest.mark.parametrize("rounding", Rounding)
def test_taxes_share_what_is_rounded_once_and_add_up_to_it(rounding: Rounding) -> None:
    halves = tuple(Tax(name=name, rate=Decimal(9)) for name in ("CGST", "SGST"))
    lines = [a_line(850, 1, taxes=halves)] * 3
    assert summary(lines, rounding).tax == 459
    assert [one.amount for one in tax_sums(lines, rounding)] == [230, 229]
