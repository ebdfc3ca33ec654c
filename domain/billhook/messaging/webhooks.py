"""What the seller's own systems are told: events of an invoice, announced to subscribers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, ClassVar, NamedTuple, NewType

from pydantic import Field

from billhook.lifecycle.apply import Change
from billhook.lifecycle.events import (
    InvoiceCancelled,
    InvoiceExpired,
    InvoiceIssued,
    PaymentRecorded,
)
from billhook.messaging.delivery import Dispatch
from billhook.model.account import RetryPolicy
from billhook.model.base import IDENTIFIER, AccountId, Count, Identifier, Text, Value
from billhook.model.invoice import Status

WebhookEndpointId = NewType("WebhookEndpointId", str)
"""Names a subscriber within its account."""


class WebhookEventType(StrEnum):
    """What a subscriber may hear of: an invoice came to a status."""

    ISSUED = "invoice.issued"
    PARTIALLY_PAID = "invoice.partially_paid"
    PAID = "invoice.paid"
    EXPIRED = "invoice.expired"
    CANCELLED = "invoice.cancelled"


class WebhookEndpointKey(NamedTuple):
    """What finds a subscriber: never an id without its account."""

    account: AccountId
    webhook_endpoint: WebhookEndpointId


@dataclass(frozen=True, slots=True)
class WebhookEndpointNotFound:
    """No webhook endpoint of this account has this id."""

    code: ClassVar = "webhook_endpoint_not_found"


class WebhookEndpoint(Value):
    """A URL of the seller's that is told of events.

    `style` names the dialect in which it is told, `sealed_secret` is what the announcer can sign
    with once it has opened it. One that never answered for a day is silenced.
    """

    account: Annotated[AccountId, IDENTIFIER]
    id: Annotated[WebhookEndpointId, IDENTIFIER]
    url: Annotated[Text, Field(max_length=2048, repr=False)]
    style: Identifier
    events: tuple[WebhookEventType, ...] = tuple(WebhookEventType)
    sealed_secret: Text | None = Field(default=None, repr=False)
    silenced: bool = False

    @property
    def key(self) -> WebhookEndpointKey:
        """The pair that finds it in a store."""
        return WebhookEndpointKey(self.account, self.id)

    def wants(self, event_type: WebhookEventType) -> bool:
        """Whether it is to be told of such an event."""
        return event_type in self.events and not self.silenced


class WebhookEvent(Dispatch):
    """One event on its way to one subscriber: what came to pass at this version of the invoice.

    Its id names the event; a receiver that gets it twice can tell.
    """

    webhook_endpoint: Annotated[WebhookEndpointId, IDENTIFIER]
    event_type: WebhookEventType
    version: Count


WEBHOOK_RETRIES = RetryPolicy(
    attempts=100,
    first=timedelta(seconds=30),
    longest=timedelta(hours=1),
    within=timedelta(hours=24),
)
"""How patiently a subscriber that does not answer is told again."""

_TOLD = (InvoiceIssued, PaymentRecorded, InvoiceExpired, InvoiceCancelled)


def event_type_of(change: Change) -> WebhookEventType | None:
    """The event that a change is, or None where the invoice came to no new standing.

    >>> from billhook import examples
    >>> from billhook.lifecycle.cancel import cancel
    >>> event_type_of(cancel(examples.issued(), now=examples.NOON).unwrap())
    <Event.CANCELLED: 'invoice.cancelled'>
    """
    if isinstance(change.event, _TOLD):
        return event_type_for(change.invoice.status)
    return None


def event_type_for(status: Status) -> WebhookEventType:
    """The event that an invoice has come to this status."""
    return WebhookEventType(f"invoice.{status}")
