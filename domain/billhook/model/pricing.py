"""What lines come to: discount, taxes and total, and the one place where money is rounded.

The rule, in the order of the sums, every rounding half up to a whole smallest unit:

1. A line's price is its unit amount times its quantity.
2. A discount takes its percentage off the price of each line that it is on; one of an amount is
   shared among them by their prices. It never takes more than the price.
3. What is left is taxed by the sum of the line's rates; a price that holds its taxes is not raised.

`PER_LINE` rounds each of the three on each line, so that the lines add up to the invoice.
`PER_INVOICE` rounds only the three sums. Either way total = subtotal - discount + taxes added.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from typing import Annotated, NamedTuple, Self

from pydantic import Field, model_validator

from billhook.model.base import Identifier, Value
from billhook.model.decimals import Percentage
from billhook.model.line_items import Line, Rounding
from billhook.model.money import EXACT, Amount, half_up


class Discount(Value):
    """A part of the price, or an amount of it in smallest units, off what is billed.

    >>> Discount(percentage=10).amount is None
    True
    """

    percentage: Percentage | None = None
    amount: Amount | None = None
    items: Annotated[tuple[Identifier, ...], Field(max_length=50)] = ()
    """The things of the catalogue that it is on; on everything where there are none."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.percentage is None) == (self.amount is None):
            raise ValueError("give either percentage or amount")
        return self


class Priced(NamedTuple):
    """What one line comes to, in smallest units, each figure rounded on its own."""

    price: int
    discount: int
    tax: int
    net: int
    """What it adds to the total."""


class Summary(NamedTuple):
    """What an invoice comes to, in smallest units.

    `tax` is all of it; what prices held already is in the subtotal too.
    """

    subtotal: int
    discount: int
    tax: int
    total: int


class _Parts(NamedTuple):
    price: Fraction
    discount: Fraction
    added: Fraction
    held: Fraction


def total(lines: Sequence[Line], rounding: Rounding, discount: Discount | None = None) -> int:
    """What the lines come to, in smallest units, rounded by the account's rule.

    >>> third = Line(name="Third", unit_amount=1, currency="INR", quantity="0.5")
    >>> total([third, third], Rounding.PER_LINE), total([third, third], Rounding.PER_INVOICE)
    (2, 1)
    """
    if not _plain(lines, discount):
        return summary(lines, rounding, discount).total
    if rounding is Rounding.PER_LINE:
        return sum(line.total for line in lines)
    return half_up(reduce(EXACT.add, (line.exact for line in lines), Decimal(0)))


def summary(lines: Sequence[Line], rounding: Rounding, discount: Discount | None = None) -> Summary:
    """What the lines come to, by its parts.

    >>> from billhook.model.line_items import Tax
    >>> book = Line(name="Book", unit_amount=999, currency="INR", taxes=[Tax(name="GST", rate=18)])
    >>> summary([book], Rounding.PER_LINE, Discount(percentage=10))
    Summary(subtotal=999, discount=100, tax=162, total=1061)
    """
    if _plain(lines, discount):
        whole = total(lines, rounding)
        return Summary(whole, 0, 0, whole)
    each = _each_line if rounding is Rounding.PER_LINE else _as_it_is
    parts = list(_parts(lines, discount, each))
    subtotal, off, added, held = (
        _half_up(sum((part[place] for part in parts), Fraction())) for place in range(4)
    )
    return Summary(subtotal, off, added + held, subtotal - off + added)


def priced(lines: Sequence[Line], discount: Discount | None = None) -> list[Priced]:
    """What each line comes to, as an account that rounds each line has it.

    >>> priced([Line(name="Book", unit_amount=999, currency="INR")])
    [Priced(price=999, discount=0, tax=0, net=999)]
    """
    if _plain(lines, discount):
        return [Priced(line.total, 0, 0, line.total) for line in lines]
    return [
        Priced(int(price), int(off), int(added + held), int(price - off + added))
        for price, off, added, held in _parts(lines, discount, _each_line)
    ]


def _plain(lines: Sequence[Line], discount: Discount | None) -> bool:
    """Whether prices are all there is, as with most invoices: whole numbers do, at a tenth."""
    return discount is None and not any(line.taxes for line in lines)


def _parts(
    lines: Sequence[Line], discount: Discount | None, rounded: Callable[[Fraction], Fraction]
) -> Iterator[_Parts]:
    prices = [rounded(Fraction(line.exact)) for line in lines]
    taken = _taken(lines, prices, discount, rounded)
    for line, price, off in zip(lines, prices, taken, strict=True):
        rate = Fraction(sum(tax.rate for tax in line.taxes))
        whole = 100 + rate if line.tax_inclusive else 100
        tax = rounded((price - off) * rate / whole)
        nothing = Fraction()
        yield _Parts(price, off, *((nothing, tax) if line.tax_inclusive else (tax, nothing)))


def _taken(
    lines: Sequence[Line],
    prices: Sequence[Fraction],
    discount: Discount | None,
    rounded: Callable[[Fraction], Fraction],
) -> list[Fraction]:
    """What the discount takes off each line."""
    if discount is None:
        return [Fraction()] * len(lines)
    on = [
        price if not discount.items or line.item in discount.items else Fraction()
        for line, price in zip(lines, prices, strict=True)
    ]
    if discount.percentage is not None:
        return [rounded(price * Fraction(discount.percentage) / 100) for price in on]
    whole, amount = sum(on, Fraction()), Fraction(discount.amount or 0)
    if amount >= whole:
        return on
    # Each share is what the shares so far come to, less what was taken: they add up exactly.
    shares: list[Fraction] = []
    reached = Fraction()
    for price in on:
        reached += price
        shares.append(rounded(amount * reached / whole) - sum(shares, Fraction()))
    return shares


def _half_up(exact: Fraction) -> int:
    return (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)


def _each_line(exact: Fraction) -> Fraction:
    return Fraction(_half_up(exact))


def _as_it_is(exact: Fraction) -> Fraction:
    return exact
