"""What stores keep beside the invoices themselves, and what a batch hands them to keep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Annotated, NamedTuple, Self

from pydantic import Field, Strict, model_validator

from billhook.lifecycle.events import Event
from billhook.lifecycle.expire import ExpiredInvoice
from billhook.lifecycle.notify import Deliverability
from billhook.messaging.delivery import MessageKey
from billhook.messaging.message import Message
from billhook.messaging.rate_limits import RateLimitState
from billhook.messaging.webhooks import WebhookEndpoint, WebhookEndpointKey, WebhookEvent
from billhook.model.account import Account, AccountPolicy
from billhook.model.base import IDENTIFIER, AccountId, Count, Identifier, Instant, Text, Value
from billhook.model.customer import Medium, Suppression
from billhook.model.invoice import Invoice, InvoiceId, InvoiceKey, Status
from billhook.model.payment import Payment, Reference
from billhook.model.reminder_schedule import ReminderProgress


class IdempotencyKey(NamedTuple):
    """A caller's idempotency key, within its account."""

    account: AccountId
    key: str


class PaymentKey(NamedTuple):
    """A payment's reference, within its account."""

    account: AccountId
    reference: Reference


class RateLimitKey(NamedTuple):
    """One rate that is kept: of an account by a medium, or of the whole service by it."""

    account: AccountId | None
    medium: Medium


class Contact(NamedTuple):
    """One address by one medium, within an account."""

    account: AccountId
    medium: Medium
    address: str

    def __repr__(self) -> str:
        return f"Contact(account={self.account!r}, medium={self.medium!r})"


@dataclass(frozen=True, slots=True)
class ContactHistory:
    """What is remembered of a contact."""

    suppressed: Suppression | None = None
    last_asked: datetime | None = None
    """When it was last written to, about whatever invoice."""

    def deliverability(
        self, policy: AccountPolicy, last_about: datetime | None = None
    ) -> Deliverability:
        """What an account's policy makes of it, and of an invoice's own history.

        `last_about` is when the invoice was last written about by that medium.
        """
        waits = (self.last_asked, policy.resend_wait), (last_about, policy.invoice_wait)
        ends = [last + wait for last, wait in waits if last is not None and wait]
        return Deliverability(self.suppressed, max(ends, default=None))


@dataclass(frozen=True, slots=True)
class IdempotencyRecord:
    """A decided answer under an idempotency key: which request it was, and its answer."""

    request: IdempotencyKey
    fingerprint: str
    answer: bytes = field(repr=False)
    until: datetime


@dataclass(frozen=True, slots=True)
class RecordedPayment:
    """A payment that was taken, or that no invoice could take, and the answer it got."""

    account: AccountId
    invoice: InvoiceId
    payment: Payment
    at: datetime
    applied: bool
    answer: bytes = field(repr=False)

    @property
    def key(self) -> PaymentKey:
        """The pair that finds this payment in a store."""
        return PaymentKey(self.account, self.payment.reference)


WebhookEndpoints = Sequence[WebhookEndpoint]

OutboxMessage = Message | WebhookEvent
"""Everything that goes out, in one outbox."""


class EntryKey(NamedTuple):
    """What finds an entry: never an id without its account."""

    account: AccountId
    entry: str


class Entry(Value):
    """What a dialect keeps beside the invoices, its customers and items: no rule reads it.

    `body` is its own JSON text.
    """

    account: Annotated[AccountId, IDENTIFIER]
    id: Identifier
    body: Annotated[Text, Field(max_length=32 * 1024, repr=False)]
    filed_at: Instant

    @property
    def key(self) -> EntryKey:
        """The pair that finds it in a store."""
        return EntryKey(self.account, self.id)


class Search(Value):
    """Which invoices of an account are wanted; every condition given must hold.

    `created_from` to `dated_to` are inclusive. `text` is found without regard to case, anywhere in
    the invoice's `words`. `statuses` are those that hold at the instant of asking: one whose time
    ran out counts as expired. `by_date` orders by the date on the paper instead of by age. `after`
    continues behind the last invoice of the page before: its `created_at` and its id.
    """

    statuses: frozenset[Status] | None = None
    receipt: Text | None = None
    customer: Text | None = None
    payment: Text | None = None
    created_from: Instant | None = None
    created_to: Instant | None = None
    dated_from: Instant | None = None
    dated_to: Instant | None = None
    text: Annotated[Text, Field(min_length=1, max_length=256)] | None = None
    live: Annotated[bool, Strict()] | None = None
    by_date: Annotated[bool, Strict()] = False
    after: tuple[Instant, Text] | None = None
    skip: Annotated[Count, Field(le=10**9)] = 0
    limit: Annotated[int, Strict(), Field(ge=1, le=1000)] = 10
    oldest_first: bool = False

    @property
    def sought(self) -> str | None:
        """The text in the form that an invoice's `words` have."""
        return None if self.text is None else self.text.replace("\n", " ").casefold()

    @model_validator(mode="after")
    def _pages_by_age(self) -> Self:
        if self.by_date and self.after is not None:
            raise ValueError("after continues a list by age; use skip with by_date")
        return self


class RecordedEvent(NamedTuple):
    """A fact and where it belongs; `version` is None for facts beside the replay."""

    key: InvoiceKey
    version: int | None
    event: Event
    actor: str | None = None


@dataclass(slots=True)
class PendingWrites:
    """All that a batch decided, to be stored in one transaction, or not at all."""

    invoices: dict[InvoiceKey, tuple[Invoice | None, Invoice]] = field(
        default_factory=dict[InvoiceKey, tuple[Invoice | None, Invoice]]
    )
    """Each changed invoice, as it was read (None where it is new) and as it is now."""
    events: list[RecordedEvent] = field(default_factory=list[RecordedEvent])
    expired_invoices: list[ExpiredInvoice] = field(default_factory=list[ExpiredInvoice])
    """Invoices that expire, beside those in `invoices`."""
    messages: dict[MessageKey, OutboxMessage] = field(
        default_factory=dict[MessageKey, OutboxMessage]
    )
    payments: list[RecordedPayment] = field(default_factory=list[RecordedPayment])
    idempotency_records: list[IdempotencyRecord] = field(default_factory=list[IdempotencyRecord])
    suppressed: dict[Contact, Suppression | None] = field(
        default_factory=dict[Contact, Suppression | None]
    )
    accounts: dict[AccountId, Account] = field(default_factory=dict[AccountId, Account])
    webhook_endpoints: dict[WebhookEndpointKey, WebhookEndpoint] = field(
        default_factory=dict[WebhookEndpointKey, WebhookEndpoint]
    )
    entries: dict[EntryKey, Entry] = field(default_factory=dict[EntryKey, Entry])
    rate_limit_states: dict[RateLimitKey, RateLimitState] = field(
        default_factory=dict[RateLimitKey, RateLimitState]
    )
    reminders: dict[InvoiceKey, ReminderProgress | None] = field(
        default_factory=dict[InvoiceKey, ReminderProgress | None]
    )
    """How far the reminders of an invoice have come; None where there will be no more."""

    def __bool__(self) -> bool:
        return any(getattr(self, each.name) for each in fields(self))
