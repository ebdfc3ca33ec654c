"""Lines of an invoice, and the one place where their amounts are rounded and summed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum
from functools import reduce
from typing import Annotated

from pydantic import BeforeValidator, Field, Strict

from billhook.money import EXACT, Amount, CurrencyCode, half_up
from billhook.value import Identifier, Label, Prose, Value


class Rounding(StrEnum):
    """When a fraction of the smallest unit is rounded, half up, to a whole one."""

    PER_LINE = "per_line"
    PER_INVOICE = "per_invoice"


# Decimal itself also reads 1_000, white space and the digits of every script.
_DIGITS = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def _exact(quantity: object) -> Decimal:
    if isinstance(quantity, int) and not isinstance(quantity, bool):
        quantity = Decimal(quantity)
    if isinstance(quantity, str):
        if _DIGITS.fullmatch(quantity) is None:
            raise ValueError("must be a decimal number, such as 1.5")
        quantity = Decimal(quantity)
    if not isinstance(quantity, Decimal):
        raise ValueError("must be a whole number or a Decimal, never a float")
    if not quantity.is_finite() or not 0 < quantity <= 10**9:
        raise ValueError("must be more than 0 and at most 1,000,000,000")
    if quantity != quantity.quantize(Decimal("0.000001"), context=EXACT):
        raise ValueError("must have at most 6 decimal places")
    # 2, 2.0 and 2.00 are one quantity and must have one canonical form.
    whole = Decimal(int(quantity))
    return whole if quantity == whole else quantity.normalize(EXACT)


Quantity = Annotated[Decimal, Strict(), BeforeValidator(_exact)]
"""More than zero, up to 6 decimal places, never a float."""


class Line(Value):
    """One thing billed: what, how many, and the price of one in smallest units.

    >>> Line(name="Consulting hour", unit_amount=250000, currency="INR", quantity="1.5").total
    375000
    """

    name: Label
    unit_amount: Amount
    currency: CurrencyCode
    quantity: Quantity = Field(default=Decimal(1))
    description: Prose | None = None
    item: Identifier | None = None
    """What the seller's catalogue calls this thing, where it does."""

    @property
    def exact(self) -> Decimal:
        """Unit amount times quantity, before rounding."""
        return EXACT.multiply(self.quantity, self.unit_amount)

    @property
    def total(self) -> int:
        """Unit amount times quantity, rounded once, half up, to whole smallest units."""
        return half_up(self.exact)


def total(lines: Iterable[Line], rounding: Rounding) -> int:
    """The sum of the lines in smallest units, rounded by the account's rule.

    >>> third = Line(name="Third", unit_amount=1, currency="INR", quantity="0.5")
    >>> total([third, third], Rounding.PER_LINE), total([third, third], Rounding.PER_INVOICE)
    (2, 1)
    """
    if rounding is Rounding.PER_LINE:
        return sum(line.total for line in lines)
    return half_up(reduce(EXACT.add, (line.exact for line in lines), Decimal(0)))
