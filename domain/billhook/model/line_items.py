"""Line items of an invoice, and the taxes on them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, Strict, StringConstraints

from billhook.model.base import Identifier, Label, Prose, Value
from billhook.model.decimals import Percentage, Quantity, UnitAmount
from billhook.model.money import EXACT, CurrencyCode, half_up

MAX_TAXES = 10


def is_sac(code: str) -> bool:
    """Whether an Indian code is that of a service (SAC), and not of goods (HSN).

    >>> is_sac("998314"), is_sac("4901")
    (True, False)
    """
    return code.startswith("99")


HsnSac = Annotated[str, Strict(), StringConstraints(pattern=r"\A[0-9]{4,8}\z")]
"""The Indian code of goods (HSN) or of a service (SAC, which begins with 99): 4 to 8 digits."""


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

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            name: str,
            rate: Decimal | int | str,
            id: str | None = ...,
        ) -> None: ...


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
    hsn_sac: HsnSac | None = None
    """The Indian code of the goods (HSN) or the service (SAC)."""
    tax_inclusive: Annotated[bool, Strict()] = False
    """Whether `unit_amount` includes the taxes."""

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            name: str,
            unit_amount: int | Decimal | str,
            currency: str,
            quantity: Decimal | int | str = ...,
            description: str | None = ...,
            item: str | None = ...,
            taxes: Sequence[Tax] = ...,
            hsn_sac: str | None = ...,
            tax_inclusive: bool = ...,
        ) -> None: ...

    @property
    def exact(self) -> Decimal:
        """Unit amount times quantity, before rounding."""
        return EXACT.multiply(self.quantity, self.unit_amount)

    @property
    def total(self) -> int:
        """Unit amount times quantity, before discount and taxes, rounded half up."""
        return half_up(self.exact)
