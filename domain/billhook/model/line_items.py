"""Lines of an invoice: what is billed, and the taxes on it."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import Field, Strict

from billhook.model.base import Identifier, Label, Prose, Value
from billhook.model.decimals import Percentage, Quantity
from billhook.model.money import EXACT, Amount, CurrencyCode, half_up

MAX_TAXES = 10


class Rounding(StrEnum):
    """When a fraction of the smallest unit is rounded, half up, to a whole one."""

    PER_LINE = "per_line"
    PER_INVOICE = "per_invoice"


class Tax(Value):
    """A tax on a line, by its rate.

    >>> Tax(name="GST", rate=18).rate
    Decimal('18')
    """

    name: Label
    rate: Percentage
    id: Identifier | None = None
    """What the seller's books call this tax, where they do."""


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
    taxes: Annotated[tuple[Tax, ...], Field(max_length=MAX_TAXES)] = ()
    tax_inclusive: Annotated[bool, Strict()] = False
    """Whether the price of one holds the taxes already."""

    @property
    def exact(self) -> Decimal:
        """Unit amount times quantity, before rounding."""
        return EXACT.multiply(self.quantity, self.unit_amount)

    @property
    def total(self) -> int:
        """Unit amount times quantity, before discount and taxes, rounded half up."""
        return half_up(self.exact)
