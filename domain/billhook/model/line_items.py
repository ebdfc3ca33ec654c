"""Line items of an invoice, and the taxes on them."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import Field, Strict

from billhook.model.base import Identifier, Label, Prose, Value
from billhook.model.decimals import Percentage, Quantity, UnitAmount
from billhook.model.money import EXACT, CurrencyCode, half_up

MAX_TAXES = 10


class Rounding(StrEnum):
    """Where fractions of the smallest unit are rounded, half up: on each line, or on the sums."""

    PER_LINE = "per_line"
    PER_INVOICE = "per_invoice"


class Tax(Value):
    """A tax on a line: its name and its rate in percent.

    >>> Tax(name="GST", rate=18).rate
    Decimal('18')
    """

    name: Label
    rate: Percentage
    id: Identifier | None = None
    """The id of the tax in the seller's own records."""


class Line(Value):
    """One line item: what is billed, the quantity, and the price of one in smallest units.

    >>> Line(name="Consulting hour", unit_amount=250000, currency="INR", quantity="1.5").total
    375000

    A price below the smallest unit is text or a Decimal, such as 0.0042 dollars:

    >>> Line(name="API call", unit_amount="0.42", currency="USD", quantity=1000).total
    420
    """

    name: Label
    unit_amount: UnitAmount
    currency: CurrencyCode
    quantity: Quantity = Field(default=Decimal(1))
    description: Prose | None = None
    item: Identifier | None = None
    """The id of the product in the seller's catalogue."""
    taxes: Annotated[tuple[Tax, ...], Field(max_length=MAX_TAXES)] = ()
    tax_inclusive: Annotated[bool, Strict()] = False
    """Whether `unit_amount` includes the taxes."""

    @property
    def exact(self) -> Decimal:
        """Unit amount times quantity, before rounding."""
        return EXACT.multiply(self.quantity, self.unit_amount)

    @property
    def total(self) -> int:
        """Unit amount times quantity, before discount and taxes, rounded half up."""
        return half_up(self.exact)
