"""Everything that can happen to an invoice, kept for ever as events in canonical JSON.

Event
├── changes, one for each version of the invoice
│   ├── InvoiceDrafted      it was created, with its document
│   ├── InvoiceUpdated      some fields of its document were set
│   ├── InvoiceIssued       it was issued to the payer, under a short URL
│   ├── PaymentRecorded     a payment was applied: a part of the amount due, or all of it
│   ├── InvoiceExpired      its `expire_by` passed
│   ├── InvoiceCancelled    it was cancelled before any payment
│   └── InvoiceDeleted      the draft was deleted
└── beside the replay
    ├── NotificationRequested   a message to the payer was queued; no version, no change
    ├── ReminderRequested       a reminder was queued, as the account's schedule has it
    └── InvoiceViewed           the payer opened it
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Annotated, ClassVar, get_args

from pydantic import Field, Strict

from billhook.model.base import IDENTIFIER, AccountId, Identifier, Instant, Text
from billhook.model.customer import Medium
from billhook.model.document import Document
from billhook.model.invoice import InvoiceId
from billhook.model.money import PositiveAmount
from billhook.model.patch import Patch
from billhook.model.payment import Reference


@dataclass(frozen=True, slots=True)
class InvoiceDrafted:
    """An invoice came into being."""

    name: ClassVar = "invoice.drafted"
    version: ClassVar = 1
    at: Instant
    account: Annotated[AccountId, IDENTIFIER]
    id: Annotated[InvoiceId, IDENTIFIER]
    document: Document


@dataclass(frozen=True, slots=True)
class InvoiceUpdated:
    """Fields of the document were set to new values; the others stayed."""

    name: ClassVar = "invoice.updated"
    version: ClassVar = 1
    at: Instant
    patch: Patch


@dataclass(frozen=True, slots=True)
class InvoiceIssued:
    """The invoice was handed to its payer."""

    name: ClassVar = "invoice.issued"
    version: ClassVar = 1
    at: Instant
    short_url: Text = field(repr=False)
    number: Text | None


@dataclass(frozen=True, slots=True)
class PaymentRecorded:
    """Money came in, `amount` smallest units of it."""

    name: ClassVar = "invoice.payment_recorded"
    version: ClassVar = 1
    at: Instant
    reference: Reference
    amount: PositiveAmount


@dataclass(frozen=True, slots=True)
class InvoiceExpired:
    """The invoice was found to have run out of time; `at` is when that was noticed."""

    name: ClassVar = "invoice.expired"
    version: ClassVar = 1
    at: Instant


@dataclass(frozen=True, slots=True)
class InvoiceCancelled:
    """The invoice was called off."""

    name: ClassVar = "invoice.cancelled"
    version: ClassVar = 1
    at: Instant


@dataclass(frozen=True, slots=True)
class InvoiceDeleted:
    """The draft was thrown away; what is left is a tombstone."""

    name: ClassVar = "invoice.deleted"
    version: ClassVar = 1
    at: Instant


@dataclass(frozen=True, slots=True)
class NotificationRequested:
    """A message to the payer was asked for and allowed."""

    name: ClassVar = "invoice.notification_requested"
    version: ClassVar = 1
    at: Instant
    message: Identifier
    medium: Medium


@dataclass(frozen=True, slots=True)
class ReminderRequested:
    """A message to the payer fell due by the account's schedule, and was allowed.

    `reminder` is which of the invoice it is, counted from 1.
    """

    name: ClassVar = "invoice.reminder_requested"
    version: ClassVar = 1
    at: Instant
    message: Identifier
    medium: Medium
    reminder: Annotated[int, Strict(), Field(ge=1)]


@dataclass(frozen=True, slots=True)
class InvoiceViewed:
    """The payer looked at the invoice."""

    name: ClassVar = "invoice.viewed"
    version: ClassVar = 1
    at: Instant


InvoiceChanged = (
    InvoiceDrafted
    | InvoiceUpdated
    | InvoiceIssued
    | PaymentRecorded
    | InvoiceExpired
    | InvoiceCancelled
    | InvoiceDeleted
)
"""A fact that makes the next version of an invoice."""

MessageRequested = NotificationRequested | ReminderRequested
"""A fact beside the replay: a message was asked for."""

Event = InvoiceChanged | MessageRequested | InvoiceViewed
"""Any fact."""

EVENTS: Mapping[str, type[Event]] = MappingProxyType(
    {event.name: event for event in get_args(Event)}
)
"""Every fact by its name."""


def encode(event: Event) -> bytes:
    """The fact's canonical JSON, to be stored beside its name and version.

    >>> from datetime import UTC, datetime
    >>> encode(InvoiceCancelled(at=datetime(2026, 1, 1, tzinfo=UTC)))
    b'{"at":"2026-01-01T00:00:00.000000Z"}'
    """
    from billhook.model.canonical_json import canonical  # at first use: to decide needs no bytes

    return canonical(event)


def decode(name: str, version: int, body: bytes) -> Event:
    """The fact of these bytes.

    Raises ValueError (a pydantic ValidationError where the bytes do not fit the type): stored
    facts are never silently repaired.

    >>> decode("invoice.cancelled", 1, b'{"at":"2026-01-01T00:00:00.000000Z"}').name
    'invoice.cancelled'
    """
    from billhook.model.canonical_json import adapter

    kind = EVENTS.get(name)
    if kind is None or kind.version != version:
        raise ValueError(f"no fact {name} of version {version} is known")
    return adapter(kind).validate_json(body)
