"""What the seller's own systems are told: events of an invoice, announced to subscribers."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, NamedTuple, NewType

from pydantic import Field

from billhook.lifecycle.apply import Change
from billhook.lifecycle.events import Cancelled, Expired, Issued, PaymentTaken
from billhook.messaging.delivery import Dispatch
from billhook.model.account import Retries
from billhook.model.base import IDENTIFIER, AccountId, Count, Identifier, Text, Value
from billhook.model.invoice import Status

SubscriberId = NewType("SubscriberId", str)
"""Names a subscriber within its account."""


class Event(StrEnum):
    """What a subscriber may hear of: an invoice came to a status."""

    ISSUED = "invoice.issued"
    PARTIALLY_PAID = "invoice.partially_paid"
    PAID = "invoice.paid"
    EXPIRED = "invoice.expired"
    CANCELLED = "invoice.cancelled"


class SubscriberKey(NamedTuple):
    """What finds a subscriber: never an id without its account."""

    account: AccountId
    subscriber: SubscriberId


class Subscriber(Value):
    """A URL of the seller's that is told of events.

    `style` names the dialect in which it is told, `sealed_secret` is what the announcer can sign
    with once it has opened it. One that never answered for a day is silenced.
    """

    account: Annotated[AccountId, IDENTIFIER]
    id: Annotated[SubscriberId, IDENTIFIER]
    url: Annotated[Text, Field(max_length=2048, repr=False)]
    style: Identifier
    events: tuple[Event, ...] = tuple(Event)
    sealed_secret: Text | None = Field(default=None, repr=False)
    silenced: bool = False

    @property
    def key(self) -> SubscriberKey:
        """The pair that finds it in a store."""
        return SubscriberKey(self.account, self.id)

    def wants(self, event: Event) -> bool:
        """Whether it is to be told of such an event."""
        return event in self.events and not self.silenced


class Announcement(Dispatch):
    """One event on its way to one subscriber: what came to pass at this version of the invoice.

    Its id names the event; a receiver that gets it twice can tell.
    """

    subscriber: Annotated[SubscriberId, IDENTIFIER]
    event: Event
    version: Count


RETRIES = Retries(
    attempts=100,
    first=timedelta(seconds=30),
    longest=timedelta(hours=1),
    within=timedelta(hours=24),
)
"""How patiently a subscriber that does not answer is told again."""

_TOLD = (Issued, PaymentTaken, Expired, Cancelled)


def event_of(change: Change) -> Event | None:
    """The event that a change is, or None where the invoice came to no new standing.

    >>> from billhook import examples
    >>> from billhook.lifecycle.cancel import cancel
    >>> event_of(cancel(examples.issued(), now=examples.NOON).unwrap())
    <Event.CANCELLED: 'invoice.cancelled'>
    """
    if isinstance(change.fact, _TOLD):
        return event_at(change.invoice.status)
    return None


def event_at(status: Status) -> Event:
    """The event that an invoice has come to this status."""
    return Event(f"invoice.{status}")
