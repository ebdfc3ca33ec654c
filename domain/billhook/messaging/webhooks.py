"""Webhooks: events of invoices, sent to URLs of the seller."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, ClassVar, NamedTuple, NewType

from pydantic import Field

from billhook.lifecycle.apply import Change
from billhook.lifecycle.error_value import ErrorValue, Remedy
from billhook.lifecycle.events import (
    InvoiceCancelled,
    InvoiceChanged,
    InvoiceDeleted,
    InvoiceDrafted,
    InvoiceExpired,
    InvoiceIssued,
    InvoiceUpdated,
    PaymentRecorded,
    ShortUrlReserved,
)
from billhook.messaging.delivery import Dispatch
from billhook.model.account import RetryPolicy
from billhook.model.base import IDENTIFIER, AccountId, Count, Identifier, Text, Value
from billhook.model.frozen import frozen
from billhook.model.invoice import Status

WebhookEndpointId = NewType("WebhookEndpointId", str)
"""The id of a webhook endpoint, unique within its account."""


class WebhookEventType(StrEnum):
    """The type of a webhook event: the new status of an invoice, or that it changed or is gone."""

    CREATED = "invoice.created"
    UPDATED = "invoice.updated"
    DELETED = "invoice.deleted"
    ISSUED = "invoice.issued"
    PARTIALLY_PAID = "invoice.partially_paid"
    PAID = "invoice.paid"
    EXPIRED = "invoice.expired"
    CANCELLED = "invoice.cancelled"


STATUS_EVENTS = (
    WebhookEventType.ISSUED,
    WebhookEventType.PARTIALLY_PAID,
    WebhookEventType.PAID,
    WebhookEventType.EXPIRED,
    WebhookEventType.CANCELLED,
)
"""The events of a new status, which an endpoint gets unless it chooses others."""


class WebhookEndpointKey(NamedTuple):
    """The key of a webhook endpoint in a store: the account and the endpoint id."""

    account: AccountId
    webhook_endpoint: WebhookEndpointId


@frozen
class WebhookEndpointNotFound(ErrorValue):
    """The account has no webhook endpoint with this id."""

    code: ClassVar = "webhook_endpoint_not_found"
    remedy: ClassVar = Remedy.NONE


class WebhookEndpoint(Value):
    """A URL of the seller that receives webhook events.

    `style` names the vendor API whose webhook format is used. `sealed_secret` is the encrypted
    signing secret. An endpoint that failed for 24 hours is `silenced`: it gets no more events.
    """

    account: Annotated[AccountId, IDENTIFIER]
    id: Annotated[WebhookEndpointId, IDENTIFIER]
    url: Annotated[Text, Field(max_length=2048, repr=False)]
    style: Identifier
    events: tuple[WebhookEventType, ...] = STATUS_EVENTS
    location: Identifier | None = None
    """The location of the account that its events name, in a vendor API that has locations."""
    sealed_secret: Text | None = Field(default=None, repr=False)
    public_key: Text | None = Field(default=None, repr=False)
    """By which its receiver verifies, PEM; None where the receiver knows the secret."""
    silenced: bool = False

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            account: AccountId,
            id: WebhookEndpointId,
            url: str,
            style: str,
            events: Sequence[WebhookEventType | str] = ...,
            location: str | None = ...,
            sealed_secret: str | None = ...,
            public_key: str | None = ...,
            silenced: bool = ...,
        ) -> None: ...

    @property
    def key(self) -> WebhookEndpointKey:
        """The key of this endpoint in a store."""
        return WebhookEndpointKey(self.account, self.id)

    def wants(self, event_type: WebhookEventType) -> bool:
        """Whether events of this type are sent to it."""
        return event_type in self.events and not self.silenced


class WebhookEvent(Dispatch, defer_build=True):
    """One event for one webhook endpoint: the change that made this version of the invoice.

    Its id is the same in every attempt, so that receivers can detect duplicates.
    """

    webhook_endpoint: Annotated[WebhookEndpointId, IDENTIFIER]
    event_type: WebhookEventType
    version: Count


WEBHOOK_RETRIES = RetryPolicy(
    max_attempts=100,
    first_wait=timedelta(seconds=30),
    max_wait=timedelta(hours=1),
    give_up_after=timedelta(hours=24),
)
"""How webhook events are retried: for up to 24 hours."""

_SENT_EVENTS = (InvoiceIssued, PaymentRecorded, InvoiceExpired, InvoiceCancelled)
_OF_DRAFTS: Mapping[type[InvoiceChanged], WebhookEventType] = MappingProxyType(
    {
        InvoiceDrafted: WebhookEventType.CREATED,
        InvoiceUpdated: WebhookEventType.UPDATED,
        InvoiceDeleted: WebhookEventType.DELETED,
    }
)


def event_type_of(change: Change) -> WebhookEventType | None:
    """The webhook event type of a change; None if none is sent: a short URL was reserved.

    >>> from billhook import examples
    >>> from billhook.lifecycle.cancel import cancel
    >>> event_type_of(cancel(examples.issued(), now=examples.NOON).unwrap())
    <WebhookEventType.CANCELLED: 'invoice.cancelled'>
    """
    if isinstance(change.event, _SENT_EVENTS):
        return event_type_for(change.invoice.status)
    if isinstance(change.event, ShortUrlReserved):
        return None
    return _OF_DRAFTS[type(change.event)]


def event_type_for(status: Status) -> WebhookEventType:
    """The webhook event type for an invoice's new status."""
    return WebhookEventType(f"invoice.{status}")
