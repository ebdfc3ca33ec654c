"""Every fact that can happen to an invoice, kept for ever in canonical JSON.

Fact
├── changes, one for each version of the invoice
│   ├── Drafted         it came into being, with its document
│   ├── Updated         some fields of its document were set
│   ├── Issued          it was handed to the payer, under a short URL
│   ├── PaymentTaken    money came in: a part or the rest
│   ├── Expired         its time ran out
│   ├── Cancelled       it was called off
│   └── Deleted         the draft was thrown away
└── beside the replay
    ├── NotificationRequested   the payer is to be told; no version, no change
    ├── ReminderRequested       the payer is to be reminded, as the account's schedule has it
    └── Visited                 the payer looked at it
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
from billhook.model.patch import Edits
from billhook.model.payment import Reference


@dataclass(frozen=True, slots=True)
class Drafted:
    """An invoice came into being."""

    name: ClassVar = "invoice.drafted"
    version: ClassVar = 1
    at: Instant
    account: Annotated[AccountId, IDENTIFIER]
    id: Annotated[InvoiceId, IDENTIFIER]
    document: Document


@dataclass(frozen=True, slots=True)
class Updated:
    """Fields of the document were set to new values; the others stayed."""

    name: ClassVar = "invoice.updated"
    version: ClassVar = 1
    at: Instant
    edits: Edits


@dataclass(frozen=True, slots=True)
class Issued:
    """The invoice was handed to its payer."""

    name: ClassVar = "invoice.issued"
    version: ClassVar = 1
    at: Instant
    short_url: Text = field(repr=False)
    number: Text | None


@dataclass(frozen=True, slots=True)
class PaymentTaken:
    """Money came in, `amount` smallest units of it."""

    name: ClassVar = "invoice.payment_taken"
    version: ClassVar = 1
    at: Instant
    reference: Reference
    amount: PositiveAmount


@dataclass(frozen=True, slots=True)
class Expired:
    """The invoice was found to have run out of time; `at` is when that was noticed."""

    name: ClassVar = "invoice.expired"
    version: ClassVar = 1
    at: Instant


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The invoice was called off."""

    name: ClassVar = "invoice.cancelled"
    version: ClassVar = 1
    at: Instant


@dataclass(frozen=True, slots=True)
class Deleted:
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
class Visited:
    """The payer looked at the invoice."""

    name: ClassVar = "invoice.visited"
    version: ClassVar = 1
    at: Instant


ChangeFact = Drafted | Updated | Issued | PaymentTaken | Expired | Cancelled | Deleted
"""A fact that makes the next version of an invoice."""

MessageFact = NotificationRequested | ReminderRequested
"""A fact beside the replay: a message was asked for."""

Fact = ChangeFact | MessageFact | Visited
"""Any fact."""

FACTS: Mapping[str, type[Fact]] = MappingProxyType({fact.name: fact for fact in get_args(Fact)})
"""Every fact by its name."""


def encode(fact: Fact) -> bytes:
    """The fact's canonical JSON, to be stored beside its name and version.

    >>> from datetime import UTC, datetime
    >>> encode(Cancelled(at=datetime(2026, 1, 1, tzinfo=UTC)))
    b'{"at":"2026-01-01T00:00:00.000000Z"}'
    """
    from billhook.model.canonical_json import canonical  # at first use: to decide needs no bytes

    return canonical(fact)


def decode(name: str, version: int, body: bytes) -> Fact:
    """The fact of these bytes.

    Raises ValueError (a pydantic ValidationError where the bytes do not fit the type): stored
    facts are never silently repaired.

    >>> decode("invoice.cancelled", 1, b'{"at":"2026-01-01T00:00:00.000000Z"}').name
    'invoice.cancelled'
    """
    from billhook.model.canonical_json import adapter

    kind = FACTS.get(name)
    if kind is None or kind.version != version:
        raise ValueError(f"no fact {name} of version {version} is known")
    return adapter(kind).validate_json(body)
