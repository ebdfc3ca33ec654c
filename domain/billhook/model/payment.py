"""Money that came in for an invoice."""

from __future__ import annotations

from typing import Annotated, NewType

from pydantic import AfterValidator, StringConstraints

from billhook.model.base import Value, storable
from billhook.model.money import CurrencyCode, PositiveAmount

Reference = NewType("Reference", str)
"""What names a payment, unique in its account: a gateway's id, a bank's reference."""


class Payment(Value):
    """One payment: its reference and its amount in smallest units.

    >>> Payment(reference="pay_1", amount=50000, currency="INR").amount
    50000
    """

    reference: Annotated[
        Reference,
        StringConstraints(strict=True, min_length=1, max_length=128),
        AfterValidator(storable),
    ]
    amount: PositiveAmount
    currency: CurrencyCode
