"""The events of an invoice, which are stored permanently in canonical JSON.

Event
├── changes: one for each version of the invoice
│   ├── InvoiceDrafted      it was created, with its document
│   ├── InvoiceUpdated      some fields of its document were set
│   ├── ShortUrlReserved    the draft got the short URL that it is issued under
│   ├── InvoiceIssued       it was issued to the payer, under a short URL
│   ├── PaymentRecorded     a payment was applied: a part of the amount due, or all of it
│   ├── InvoiceExpired      its `expire_by` passed
│   ├── InvoiceCancelled    it was cancelled before any payment
│   └── InvoiceDeleted      the draft was deleted
└── without a change, not part of the replay
    ├── NotificationRequested   a message to the payer was queued
    ├── ReminderRequested       a reminder of the account's schedule was queued
    └── InvoiceViewed           the payer opened it
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, get_args

from pydantic import Field, GetCoreSchemaHandler, Strict

from billhook.model.base import IDENTIFIER, AccountId, Identifier, Instant, Text
from billhook.model.customer import Medium
from billhook.model.document import Document
from billhook.model.frozen import frozen
from billhook.model.invoice import InvoiceId
from billhook.model.money import PositiveAmount
from billhook.model.object_schema import object_schema
from billhook.model.patch import Patch
from billhook.model.payment import Reference


class EventValue:
    """The base of events: as JSON each has its `name` beside its fields."""

    __slots__ = ()

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> Any:
        kind: Any = cls
        return object_schema(cls, source, handler, tag=("name", kind.name))


@frozen
class InvoiceDrafted(EventValue):
    """The invoice was created as a draft."""

    name: ClassVar = "invoice.drafted"
    version: ClassVar = 1
    at: Instant
    account: Annotated[AccountId, IDENTIFIER]
    id: Annotated[InvoiceId, IDENTIFIER]
    document: Document


@frozen
class InvoiceUpdated(EventValue):
    """Fields of the document were changed; `patch` contains only these."""

    name: ClassVar = "invoice.updated"
    version: ClassVar = 1
    at: Instant
    patch: Patch


@frozen
class ShortUrlReserved(EventValue):
    """The draft got the short URL that it is issued under."""

    name: ClassVar = "invoice.short_url_reserved"
    version: ClassVar = 1
    at: Instant
    short_url: Text = field(repr=False)


@frozen
class InvoiceIssued(EventValue):
    """The invoice was issued, under a short URL and, in a number series, a number."""

    name: ClassVar = "invoice.issued"
    version: ClassVar = 1
    at: Instant
    short_url: Text = field(repr=False)
    number: Text | None = None


@dataclass(frozen=True, slots=True)  # made with every payment, and so by the faster constructor
class PaymentRecorded(EventValue):
    """A payment of `amount`, in smallest units, was applied; `instalments` are those it named."""

    name: ClassVar = "invoice.payment_recorded"
    version: ClassVar = 1
    at: Instant
    reference: Reference
    amount: PositiveAmount
    instalments: tuple[Identifier, ...] = ()


@frozen
class InvoiceExpired(EventValue):
    """The expiry of the invoice was recorded at `at`, at or after its `expire_by`."""

    name: ClassVar = "invoice.expired"
    version: ClassVar = 1
    at: Instant


@frozen
class InvoiceCancelled(EventValue):
    """The invoice was cancelled."""

    name: ClassVar = "invoice.cancelled"
    version: ClassVar = 1
    at: Instant


@frozen
class InvoiceDeleted(EventValue):
    """The draft was deleted; a tombstone remains."""

    name: ClassVar = "invoice.deleted"
    version: ClassVar = 1
    at: Instant


@frozen
class NotificationRequested(EventValue):
    """A message to the payer was requested and queued."""

    name: ClassVar = "invoice.notification_requested"
    version: ClassVar = 1
    at: Instant
    message: Identifier
    medium: Medium


@frozen
class ReminderRequested(EventValue):
    """A reminder was due by the account's schedule and was queued.

    `reminder` is its number among the reminders of the invoice, counted from 1.
    """

    name: ClassVar = "invoice.reminder_requested"
    version: ClassVar = 1
    at: Instant
    message: Identifier
    medium: Medium
    reminder: Annotated[int, Strict(), Field(ge=1)]


@frozen
class InvoiceViewed(EventValue):
    """The payer opened the invoice."""

    name: ClassVar = "invoice.viewed"
    version: ClassVar = 1
    at: Instant


InvoiceChanged = (
    InvoiceDrafted
    | InvoiceUpdated
    | ShortUrlReserved
    | InvoiceIssued
    | PaymentRecorded
    | InvoiceExpired
    | InvoiceCancelled
    | InvoiceDeleted
)
"""An event that makes the next version of an invoice."""

MessageRequested = NotificationRequested | ReminderRequested
"""A message was requested; the invoice does not change."""

Event = InvoiceChanged | MessageRequested | InvoiceViewed
"""Any event of an invoice."""

EVENTS: Mapping[str, type[Event]] = MappingProxyType(
    {event.name: event for event in get_args(Event)}
)
"""All event types by their names."""


def encode_event(event: Event) -> bytes:
    """The canonical JSON of an event, stored together with its name and version.

    >>> from datetime import UTC, datetime
    >>> encode_event(InvoiceCancelled(at=datetime(2026, 1, 1, tzinfo=UTC)))
    b'{"at":"2026-01-01T00:00:00.000000Z"}'
    """
    from billhook.model.canonical_json import canonical  # at first use: decisions need no JSON

    return canonical(event)


def decode_event(name: str, version: int, body: bytes) -> Event:
    """The event that these bytes encode.

    Raises ValueError if the name or version is unknown, and pydantic's ValidationError, which is
    a ValueError, if the bytes do not fit the event type.

    >>> decode_event("invoice.cancelled", 1, b'{"at":"2026-01-01T00:00:00.000000Z"}').name
    'invoice.cancelled'
    """
    from billhook.model.canonical_json import adapter

    event_type = EVENTS.get(name)
    if event_type is None or event_type.version != version:
        raise ValueError(f"no event {name} of version {version} is known")
    return adapter(event_type).validate_json(body)
