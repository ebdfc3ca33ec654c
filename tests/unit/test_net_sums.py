"""Prices and sums without the taxes that prices include, by groups of lines."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billhook.model.line_items import Line, Rounding, Tax
from billhook.model.pricing import Discount, NetSum, net_prices, net_sums, summary


def a_line(price: int, rate: int = 0, *, included: bool = False, quantity: str = "1") -> Line:
    taxes = [Tax(name="VAT", rate=rate)] if rate else []
    return Line(
        name="Book", unit_amount=price, currency="EUR", quantity=Decimal(quantity), taxes=taxes,
        tax_inclusive=included,
    )  # fmt: skip


def test_a_price_that_includes_its_tax_is_given_without_it() -> None:
    assert net_prices([a_line(1190, 19, included=True), a_line(1190, 19)]) == [1000, 1190]


@pytest.mark.parametrize(
    ("included", "sums"),
    [
        (False, {7: NetSum(1000, 100, 63), 19: NetSum(3000, 300, 513)}),
        (True, {7: NetSum(935, 94, 59), 19: NetSum(2521, 252, 431)}),
    ],
)
def test_lines_are_summed_by_their_group_in_the_order_of_the_lines(
    *, included: bool, sums: dict[int, NetSum]
) -> None:
    lines = [
        a_line(1000, 7, included=included),
        a_line(2000, 19, included=included),
        a_line(1000, 19, included=included),
    ]
    found = net_sums(lines, [7, 19, 19], Rounding.PER_LINE, Discount(percentage=10))
    assert (list(found), found) == ([7, 19], sums)


lines = st.lists(
    st.builds(
        a_line,
        st.integers(1, 99_999),
        st.sampled_from([0, 7, 19]),
        quantity=st.sampled_from(["1", "0.333", "7.5"]),
    ),
    min_size=1,
    max_size=6,
)


@given(lines, st.sampled_from(Rounding), st.integers(0, 100))
def test_the_sums_of_all_groups_are_those_of_the_invoice(
    billed: list[Line], rounding: Rounding, percentage: int
) -> None:
    discount = Discount(percentage=percentage)
    groups = [sum(tax.rate for tax in line.taxes) for line in billed]
    sums = net_sums(billed, groups, rounding, discount).values()
    whole = summary(billed, rounding, discount)
    assert sum(one.price for one in sums) == sum(net_prices(billed))
    assert sum(one.discount for one in sums) == whole.discount
    assert sum(one.tax for one in sums) == whole.tax
