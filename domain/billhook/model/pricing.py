"""Prices of lines: subtotal, discount, taxes and total. All amounts are rounded in this module.

The steps of the calculation; each rounding is half up to the smallest unit:

1. The price of a line is its unit amount times its quantity.
2. A percentage discount is taken off the price of each line that it applies to. A fixed discount
   is split among these lines in proportion to their prices. A discount never exceeds the price.
3. The discounted price is taxed by the sum of the line's rates. A tax-inclusive price contains
   its taxes already and is not increased.

`PER_LINE` rounds the result of each step for each line, so that the lines add up to the total.
`PER_INVOICE` rounds only the sums. With both, total = subtotal - discount + added taxes.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from typing import TYPE_CHECKING, Annotated, NamedTuple, Self, TypeVar

from pydantic import Field, model_validator

from billhook.model.base import Identifier, Value
from billhook.model.decimals import Percentage
from billhook.model.line_items import Line, Rounding
from billhook.model.money import EXACT, Amount, half_up
from billhook.model.object_schema import written_as_object

K = TypeVar("K", bound=Hashable)


class Discount(Value):
    """A discount: a percentage of the price, or a fixed amount in smallest units.

    >>> Discount(percentage=10).amount is None
    True
    """

    percentage: Percentage | None = None
    amount: Amount | None = None
    items: Annotated[tuple[Identifier, ...], Field(max_length=50)] = ()
    """The catalogue items that it applies to; empty applies it to all lines."""

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            percentage: Decimal | int | str | None = ...,
            amount: int | None = ...,
            items: Sequence[str] = ...,
        ) -> None: ...

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.percentage is None) == (self.amount is None):
            raise ValueError("give either percentage or amount")
        return self


@written_as_object
class Priced(NamedTuple):
    """The amounts of one line in smallest units, each one rounded."""

    price: int
    discount: int
    tax: int
    net: int
    """The amount that the line adds to the total: price - discount + added taxes."""


@written_as_object
class Summary(NamedTuple):
    """The amounts of an invoice in smallest units.

    `tax` is the sum of all taxes. Taxes of tax-inclusive prices are also part of `subtotal`.
    """

    subtotal: int
    discount: int
    tax: int
    total: int


@written_as_object
class TaxSum(NamedTuple):
    """the sum of one tax on an invoice, in smallest units."""

    name: str
    rate: Decimal
    """In percent."""
    included: bool
    """Whether it is part of the prices, and so of the subtotal."""
    amount: int


@written_as_object
class NetSum(NamedTuple):
    """The sums of a group of lines in smallest units, without the taxes that prices include."""

    price: int
    """The sum of the prices of the lines, each one rounded."""
    discount: int
    tax: int


class _Parts(NamedTuple):
    price: Fraction
    discount: Fraction
    added_tax: Fraction
    included_tax: Fraction


def total(lines: Sequence[Line], rounding: Rounding, discount: Discount | None = None) -> int:
    """The total of the lines in smallest units, rounded by the given rule.

    >>> third = Line(name="Third", unit_amount=1, currency="INR", quantity="0.5")
    >>> total([third, third], Rounding.PER_LINE), total([third, third], Rounding.PER_INVOICE)
    (2, 1)
    """
    if not _prices_only(lines, discount):
        return summary(lines, rounding, discount).total
    if rounding is Rounding.PER_LINE:
        return sum(line.total for line in lines)
    return half_up(reduce(EXACT.add, (line.exact for line in lines), Decimal(0)))


def summary(lines: Sequence[Line], rounding: Rounding, discount: Discount | None = None) -> Summary:
    """The subtotal, discount, tax and total of the lines.

    >>> from billhook.model.line_items import Tax
    >>> book = Line(name="Book", unit_amount=999, currency="INR", taxes=[Tax(name="GST", rate=18)])
    >>> summary([book], Rounding.PER_LINE, Discount(percentage=10))
    Summary(subtotal=999, discount=100, tax=162, total=1061)
    """
    if _prices_only(lines, discount):
        subtotal = total(lines, rounding)
        return Summary(subtotal, 0, 0, subtotal)
    round_line = _rounded if rounding is Rounding.PER_LINE else _unrounded
    parts = list(_parts(lines, discount, round_line))
    subtotal, off, added, included = (
        _half_up(sum((part[column] for part in parts), Fraction())) for column in range(4)
    )
    return Summary(subtotal, off, added + included, subtotal - off + added)


def priced(lines: Sequence[Line], discount: Discount | None = None) -> list[Priced]:
    """The amounts of each line, rounded by `Rounding.PER_LINE`.

    >>> priced([Line(name="Book", unit_amount=999, currency="INR")])
    [Priced(price=999, discount=0, tax=0, net=999)]
    """
    if _prices_only(lines, discount):
        return [Priced(line.total, 0, 0, line.total) for line in lines]
    return [
        Priced(int(price), int(off), int(added + included), int(price - off + added))
        for price, off, added, included in _parts(lines, discount, _rounded)
    ]


def tax_sums(
    lines: Sequence[Line], rounding: Rounding, discount: Discount | None = None
) -> list[TaxSum]:
    """The sum of each tax, in the order of the lines; the taxes of one name and rate together.

    Those added to the prices add up to the same as in `summary`, and so do those included.

    >>> from billhook.model.line_items import Tax
    >>> taxes = [Tax(name="CGST", rate=9), Tax(name="SGST", rate=9)]
    >>> book = Line(name="Book", unit_amount=850, currency="INR", taxes=taxes)
    >>> [(tax.name, tax.amount) for tax in tax_sums([book], Rounding.PER_LINE)]
    [('CGST', 77), ('SGST', 76)]
    """
    exact: dict[tuple[bool, str, Decimal], Fraction] = {}
    round_line = _rounded if rounding is Rounding.PER_LINE else _unrounded
    for line, part in zip(lines, _parts(lines, discount, round_line), strict=True):
        rates = sum(tax.rate for tax in line.taxes)
        for tax in line.taxes:
            share = (part.added_tax + part.included_tax) * Fraction(tax.rate) / Fraction(rates or 1)
            key = line.tax_inclusive, tax.name, tax.rate
            exact[key] = exact.get(key, Fraction()) + share
    sums: list[TaxSum] = []
    # Each is the rounded cumulative amount minus those before: they add up exactly.
    cumulative, given = {False: Fraction(), True: Fraction()}, {False: 0, True: 0}
    for (included, name, rate), amount in exact.items():
        cumulative[included] += amount
        rounded = _half_up(cumulative[included]) - given[included]
        given[included] += rounded
        sums.append(TaxSum(name, rate, included, rounded))
    return sums


def net_prices(lines: Sequence[Line]) -> list[int]:
    """The price of each line before discount, without the taxes that it includes.

    >>> from billhook.model.line_items import Tax
    >>> taxes = [Tax(name="VAT", rate=19)]
    >>> net_prices([Line(name="Book", unit_amount=1190, currency="EUR", taxes=taxes,
    ...                  tax_inclusive=True)])
    [1000]
    """
    return [
        one.price - one.tax if line.tax_inclusive else one.price
        for line, one in zip(lines, priced(lines), strict=True)
    ]


def net_sums(
    lines: Sequence[Line],
    groups: Sequence[K],
    rounding: Rounding,
    discount: Discount | None = None,
) -> dict[K, NetSum]:
    """The sums of the lines of each group, in the order of the lines; a group for each line.

    Prices add up to those of `net_prices`, taxes to the tax of `summary`, and where no price
    includes taxes, discounts to its discount. What prices, discounts and taxes differ from the
    total by is rounding; with `PER_LINE` there is none.

    >>> book = Line(name="Book", unit_amount=999, currency="INR")
    >>> net_sums([book, book], ["a", "a"], Rounding.PER_LINE, Discount(percentage=10))
    {'a': NetSum(price=1998, discount=200, tax=0)}
    """
    round_line = _rounded if rounding is Rounding.PER_LINE else _unrounded
    parts = _parts(lines, discount, round_line)
    prices: dict[K, int] = dict.fromkeys(groups, 0)
    exact = {group: [Fraction()] * 3 for group in prices}
    for line, group, net, part in zip(lines, groups, net_prices(lines), parts, strict=True):
        prices[group] += net
        off = part.discount
        if line.tax_inclusive:
            rate = Fraction(sum(tax.rate for tax in line.taxes))
            full = part.price - round_line(part.price * rate / (100 + rate))
            off = full - (part.price - part.discount - part.included_tax)
        for column, amount in enumerate((off, part.added_tax, part.included_tax)):
            exact[group][column] += amount
    rounded = [_cumulatively([exact[group][column] for group in exact]) for column in range(3)]
    return {
        group: NetSum(prices[group], off, added + included)
        for group, off, added, included in zip(prices, *rounded, strict=True)
    }


def _cumulatively(amounts: Sequence[Fraction]) -> list[int]:
    """Each one the rounded cumulative amount minus those before: they add up exactly."""
    rounded: list[int] = []
    cumulative = Fraction()
    for amount in amounts:
        cumulative += amount
        rounded.append(_half_up(cumulative) - sum(rounded))
    return rounded


def _prices_only(lines: Sequence[Line], discount: Discount | None) -> bool:
    """Whether there is no discount and no tax: then integers suffice, ten times as fast."""
    return discount is None and not any(line.taxes for line in lines)


def _parts(
    lines: Sequence[Line], discount: Discount | None, round_line: Callable[[Fraction], Fraction]
) -> Iterator[_Parts]:
    prices = [round_line(Fraction(line.exact)) for line in lines]
    discounts = _discounts(lines, prices, discount, round_line)
    for line, price, off in zip(lines, prices, discounts, strict=True):
        rate = Fraction(sum(tax.rate for tax in line.taxes))
        base = 100 + rate if line.tax_inclusive else 100
        tax = round_line((price - off) * rate / base)
        zero = Fraction()
        yield _Parts(price, off, *((zero, tax) if line.tax_inclusive else (tax, zero)))


def _discounts(
    lines: Sequence[Line],
    prices: Sequence[Fraction],
    discount: Discount | None,
    round_line: Callable[[Fraction], Fraction],
) -> list[Fraction]:
    """The discount of each line."""
    if discount is None:
        return [Fraction()] * len(lines)
    discountable = [
        price if not discount.items or line.item in discount.items else Fraction()
        for line, price in zip(lines, prices, strict=True)
    ]
    if discount.percentage is not None:
        return [round_line(price * Fraction(discount.percentage) / 100) for price in discountable]
    subtotal, amount = sum(discountable, Fraction()), Fraction(discount.amount or 0)
    if amount >= subtotal:
        return discountable
    # Each share is the rounded cumulative amount minus the shares before: they add up exactly.
    shares: list[Fraction] = []
    cumulative = given = Fraction()
    for price in discountable:
        cumulative += price
        shares.append(round_line(amount * cumulative / subtotal) - given)
        given += shares[-1]
    return shares


def _half_up(exact: Fraction) -> int:
    return (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)


def _rounded(exact: Fraction) -> Fraction:
    return Fraction(_half_up(exact))


def _unrounded(exact: Fraction) -> Fraction:
    return exact
