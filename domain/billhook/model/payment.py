"""Payments for an invoice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, NewType

from pydantic import AfterValidator, Field, StringConstraints

from billhook.model.base import Identifier, Value, one_line, storable
from billhook.model.instalments import MAX_INSTALMENTS
from billhook.model.money import CurrencyCode, PositiveAmount

Reference = NewType("Reference", str)
"""The reference of a payment, unique within its account: a gateway's or bank's id."""


class Payment(Value):
    """One payment: its reference, its amount in smallest units, and its currency.

    It may name the instalments that it pays; else it pays the ones that are due first.

    >>> Payment(reference="pay_1", amount=50000, currency="INR").amount
    50000
    >>> Payment(reference="pay_2", amount=50000, currency="INR", instalments=["i2"]).instalments
    ('i2',)
    """

    reference: Annotated[
        Reference,
        StringConstraints(strict=True, min_length=1, max_length=128),
        AfterValidator(storable),
        AfterValidator(one_line),
    ]
    amount: PositiveAmount
    currency: CurrencyCode
    instalments: Annotated[tuple[Identifier, ...], Field(max_length=MAX_INSTALMENTS)] = ()
    """The ids of the instalments that it pays."""

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            reference: str,
            amount: int,
            currency: str,
            instalments: Sequence[str] = ...,
        ) -> None: ...
