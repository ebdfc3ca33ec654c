"""What is tried out, and how far a forecast looks ahead."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from billhook.application.command import Command
from billhook.application.commands import Cancel, Delete, Issue, Notify, Pay, Send
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook.model.invoice import InvoiceId
from billhook.model.money import PositiveAmount
from billhook.model.payment import Payment
from billhook_adapters.http.native.schemas.fields import DIGITS, Code
from billhook_adapters.http.native.schemas.invoices import Media
from billhook_adapters.http.native.schemas.parts import In


class ForecastIn(In):
    """How far a forecast looks ahead."""

    days: Annotated[int, Field(ge=1, le=366), DIGITS] = 30


class PlainTrial(In):
    """An operation without details."""

    operation: Literal["issue", "cancel", "delete"]


class PaymentTrial(In):
    """A payment of this amount."""

    operation: Literal["pay"]
    amount: PositiveAmount = Field(examples=[49900])
    currency: Code


class NotifyTrial(In):
    """A message to the payer by this medium."""

    operation: Literal["notify"]
    medium: Medium


class SendTrial(In):
    """Issue the invoice where it is a draft, and send it by these media."""

    operation: Literal["send"]
    media: Media | None = None


Trial = Annotated[
    PlainTrial | PaymentTrial | NotifyTrial | SendTrial, Field(discriminator="operation")
]
_PLAIN: dict[str, type[Issue] | type[Cancel] | type[Delete]] = {
    "issue": Issue, "cancel": Cancel, "delete": Delete,
}  # fmt: skip


class WhatIfIn(In):
    """The operations to try, in this order."""

    operations: Annotated[list[Trial], Field(min_length=1, max_length=20)]

    def commands(self, account: AccountId, invoice: InvoiceId) -> list[Command[Any, Any]]:
        """The commands that do the same."""
        return [
            _command(trial, account, invoice, place) for place, trial in enumerate(self.operations)
        ]


def _command(
    trial: PlainTrial | PaymentTrial | NotifyTrial | SendTrial,
    account: AccountId,
    invoice: InvoiceId,
    place: int,
) -> Command[Any, Any]:
    match trial:
        case PaymentTrial(amount=amount, currency=currency):
            payment = Payment(reference=f"what-if {place}", amount=amount, currency=currency)
            return Pay(account=account, invoice=invoice, payment=payment)
        case NotifyTrial(medium=medium):
            return Notify(account=account, invoice=invoice, medium=medium)
        case SendTrial(media=media):
            chosen = None if media is None else tuple(media)
            return Send(account=account, invoice=invoice, media=chosen)
        case PlainTrial(operation=operation):  # pragma: no branch  # there is no other
            return _PLAIN[operation](account=account, invoice=invoice)
