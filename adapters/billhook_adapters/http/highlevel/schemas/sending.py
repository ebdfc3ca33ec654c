"""The body of HighLevel's send, and what it answers of the messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Literal

from pydantic import Field

from billhook.messaging.message import Message
from billhook.model.customer import Medium
from billhook.model.patch import Patch
from billhook_adapters.http.highlevel.echo import SENDING, extras
from billhook_adapters.http.highlevel.location import instant
from billhook_adapters.http.highlevel.schemas.fields import Free, Required, Short, validated
from billhook_adapters.http.highlevel.schemas.invoices import Tenant
from billhook_adapters.http.highlevel.schemas.parts import Flag, In

Action = Literal["sms_and_email", "send_manually", "email", "sms"]

MEDIA: Mapping[Action, tuple[Medium, ...]] = MappingProxyType(
    {
        "sms_and_email": (Medium.SMS, Medium.EMAIL),
        "send_manually": (),
        "email": (Medium.EMAIL,),
        "sms": (Medium.SMS,),
    }
)
"""The media of each action; with `send_manually` a person sends the invoice."""


class CardIn(In):
    """A card, as far as it may be shown."""

    brand: Short
    last4: Short


class UsBankAccountIn(In):
    """A bank account of the United States; inside, the vendor writes snake case."""

    bank_name: Short = Field(alias="bank_name")
    last4: Short


class SepaIn(In):
    """A SEPA direct debit."""

    bank_code: Short = Field(alias="bank_code")
    last4: Short
    branch_code: Short = Field(alias="branch_code")


class BacsIn(In):
    """A Bacs direct debit."""

    sort_code: Short = Field(alias="sort_code")
    last4: Short


class BecsIn(In):
    """A BECS direct debit."""

    bsb_number: Short = Field(alias="bsb_number")
    last4: Short


class AutoPaymentIn(In):
    """How the payer is charged without asking, where a payment port is there to do it."""

    enable: Flag
    type: Short | None = None
    payment_method_id: Short | None = None
    customer_id: Short | None = None
    card: CardIn | None = None
    us_bank_account: UsBankAccountIn | None = None
    sepa_direct_debit: SepaIn | None = None
    bacs_direct_debit: BacsIn | None = None
    becs_direct_debit: BecsIn | None = None
    card_id: Short | None = None
    provider: Free | None = None


class SentFromIn(In):
    """Who is named as the sender."""

    from_name: Short | None = None
    from_email: Short | None = None


class SendIn(Tenant):
    """The body of `POST /invoices/{invoiceId}/send`."""

    user_id: Required
    action: Action
    live_mode: Flag
    sent_from: SentFromIn | None = None
    auto_payment: AutoPaymentIn | None = None

    @property
    def media(self) -> tuple[Medium, ...]:
        """The media by which it is sent."""
        return MEDIA[self.action]

    @property
    def charges(self) -> bool:
        """Whether it wants the payer charged without asking."""
        return self.auto_payment is not None and self.auto_payment.enable

    def patch(self) -> Patch:
        """What it sets of a draft. Raises InvalidRequestError."""
        given = self.given
        echo = extras(**{name: given[name] for name in SENDING if name in given})
        return validated("", Patch.model_validate, {"live": self.live_mode, "extras": echo})


def queued(messages: Sequence[Message], medium: Medium) -> dict[str, Any]:
    """The messages queued by a medium; an empty object where there are none."""
    mine = [message for message in messages if message.medium is medium]
    if not mine:
        return {}
    return {
        "queuedAt": instant(mine[0].requested_at),
        "messages": [{"id": message.id, "to": message.address} for message in mine],
    }
