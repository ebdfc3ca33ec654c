"""What the application needs from outside: small contracts in the domain's own words.

Adapters translate and decide nothing. The contract suites in `billhook_adapters.testing` state
what each of these must do; every adapter inherits them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Protocol

from returns.result import Result

from billhook.application.records import (
    Contact,
    ContactHistory,
    Entry,
    EntryKey,
    IdempotencyKey,
    IdempotencyRecord,
    OutboxMessage,
    PaymentKey,
    PendingWrites,
    RateLimitKey,
    RecordedEvent,
    RecordedPayment,
    Search,
    WebhookEndpoints,
)
from billhook.lifecycle.expire import OverdueInvoice
from billhook.messaging.delivery import Accepted, MessageId, MessageKey, SendError
from billhook.messaging.delivery_reports import ProviderMessageId
from billhook.messaging.message import Message
from billhook.messaging.outbox import OutboxCounts, OutboxPosition, OutboxSearch
from billhook.messaging.rate_limits import RateLimitState
from billhook.messaging.webhooks import WebhookEndpoint, WebhookEvent
from billhook.model.account import Account, NumberSeries
from billhook.model.base import AccountId
from billhook.model.invoice import Invoice, InvoiceId, InvoiceKey
from billhook.model.payment import Reference
from billhook.model.reminder_schedule import ReminderProgress


class StoreConflictError(Exception):  # it refuses, as everything here does
    """The database refused what a batch would have stored; the transaction left nothing."""


class Snapshot(Protocol):
    """What can be read. Rows of other accounts, unknown and deleted ones are simply absent."""

    def accounts(self, ids: Collection[AccountId]) -> Mapping[AccountId, Account]: ...
    def invoices(self, keys: Collection[InvoiceKey]) -> Mapping[InvoiceKey, Invoice]: ...
    def search(self, account: AccountId, search: Search, now: datetime) -> Sequence[Invoice]:
        """The invoices wanted, the newest first unless asked otherwise, ties by id."""
        ...

    def behind(self, short_url: str) -> Invoice | None:
        """The invoice of a short URL, for the payer, who has nothing but that URL."""
        ...

    def count(self, account: AccountId, search: Search, now: datetime) -> int:
        """How many invoices are wanted, whatever the search says of pages."""
        ...

    def upcoming(self, series: NumberSeries) -> int:
        """The position that would be drawn next; somebody else may draw it first."""
        ...

    def messages(self, keys: Collection[MessageKey]) -> Mapping[MessageKey, OutboxMessage]: ...
    def taken_as(
        self, ids: Collection[ProviderMessageId]
    ) -> Mapping[ProviderMessageId, MessageKey]:
        """The messages that providers took under these ids."""
        ...

    def messages_about(
        self, keys: Collection[InvoiceKey]
    ) -> Mapping[InvoiceKey, Sequence[Message]]:
        """The messages to the payers of these invoices, the oldest first."""
        ...

    def webhook_endpoints(
        self, accounts: Collection[AccountId]
    ) -> Mapping[AccountId, WebhookEndpoints]: ...
    def entries(self, keys: Collection[EntryKey]) -> Mapping[EntryKey, Entry]: ...
    def payments(
        self, references: Collection[PaymentKey]
    ) -> Mapping[PaymentKey, RecordedPayment]: ...
    def payments_for(self, key: InvoiceKey) -> Sequence[RecordedPayment]:
        """What came in for an invoice, applied or not, the oldest first."""
        ...

    def unapplied(self, account: AccountId) -> Sequence[RecordedPayment]: ...
    def histories(self, contacts: Collection[Contact]) -> Mapping[Contact, ContactHistory]: ...
    def idempotency_records(
        self, keys: Collection[IdempotencyKey]
    ) -> Mapping[IdempotencyKey, IdempotencyRecord]: ...
    def events(self, key: InvoiceKey) -> Sequence[RecordedEvent]: ...
    def reminders(self, keys: Collection[InvoiceKey]) -> Mapping[InvoiceKey, ReminderProgress]:
        """How far the reminders of these invoices have come; those without a row have none."""
        ...


class Transaction(Snapshot, Protocol):
    """One transaction: rows are locked when they are read, in key order, until it ends."""

    def lock_accounts(self, ids: Collection[AccountId]) -> None:
        """Let no other transaction that calls this change these accounts until it ends."""
        ...

    def overdue(self, now: datetime, limit: int) -> Sequence[OverdueInvoice]:
        """Invoices recorded as open whose `expire_by` has passed, the longest overdue first.

        Those that another transaction holds may be left out.
        """
        ...

    def rate_limit_states(
        self, rate_limits: Collection[RateLimitKey]
    ) -> Mapping[RateLimitKey, RateLimitState]:
        """How far each rate has been used; nobody else takes a turn until this ends."""
        ...

    def next_numbers(self, series: Mapping[NumberSeries, int]) -> Mapping[NumberSeries, range]:
        """The next positions of each series, starting at 1; given back if nothing commits."""
        ...

    def save(self, outcome: PendingWrites) -> None:
        """Store all of it. Raises StoreConflictError where the database does not take it."""
        ...


class Store(Protocol):
    """Where rows live."""

    def transaction(self) -> AbstractContextManager[Transaction]:
        """Commits when the block ends, rolls back when it raises."""
        ...

    def snapshot(self) -> AbstractContextManager[Snapshot]:
        """A consistent view that locks nothing."""
        ...

    def sendable(self, now: datetime, limit: int) -> Sequence[MessageKey]:
        """Live messages that are due, the longest waiting first."""
        ...

    def set_aside(self, key: MessageKey, until: datetime) -> None:
        """Leave a live message alone until then, without reading it: it may be unreadable."""
        ...

    def remindable(self, now: datetime, limit: int) -> Sequence[InvoiceKey]:
        """Invoices of whose reminders something is due, the longest due first."""
        ...

    def forget(self, now: datetime, limit: int) -> int:
        """Drop up to `limit` remembered answers whose time is over; how many it was."""
        ...

    def unsent(self, wanted: OutboxSearch) -> Sequence[OutboxPosition]:
        """Where messages stand that no provider took: dead and suppressed ones the latest first,
        live ones the longest due first.

        For whoever runs the store: without an account, of all of them.
        """
        ...

    def outbox_counts(self, now: datetime, most: int) -> OutboxCounts:
        """How much stands in the outbox, counting no further than `most` of anything."""
        ...

    def note_repairs(self, messages: int, now: datetime) -> None:
        """Remember that a sweep found so many messages that nothing would have woken."""
        ...


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...

    def zone(self, name: str | None) -> tzinfo:
        """How clocks are set in the time zone of this name; UTC where it is None or unknown."""
        ...


class Ids(Protocol):
    """Mints what must be unique or unguessable."""

    def invoice(self) -> InvoiceId: ...
    def message(self) -> MessageId: ...
    def webhook_event(self) -> MessageId: ...
    def payment(self) -> Reference: ...
    def short_url(self) -> str:
        """An unguessable URL on the operator's own host, never given twice."""
        ...

    def jitter(self) -> float:
        """A number from 0 to 1, drawn at random."""
        ...


class Sender(Protocol):
    """Hands a message to one provider."""

    def send(self, message: Message, invoice: Invoice, seller: str) -> Result[Accepted, SendError]:
        """Give it to the provider under the message's id as idempotency key. Never raises."""
        ...


@dataclass(frozen=True, slots=True)
class WebhookContext:
    """All there is to say about an event: the invoice and its whole past up to then."""

    webhook_event: WebhookEvent
    webhook_endpoint: WebhookEndpoint
    invoice: Invoice
    events: Sequence[RecordedEvent]
    messages: Sequence[Message]


class WebhookSender(Protocol):
    """Tells a subscriber of an event."""

    def send(self, occasion: WebhookContext) -> Result[Accepted, SendError]:
        """Tell it, under the announcement's id. The same occasion is told in the same bytes.

        Never raises.
        """
        ...


class Engine(Protocol):
    """Wakes the handlers; what it forgets, a sweep finds again."""

    def drain(self) -> int:
        """Do all that is due now; how many messages were handled."""
        ...

    def run(self) -> None:
        """Do what falls due, until told to stop."""
        ...

    def stop(self) -> None:
        """Finish what is in hand, then let `run` return."""
        ...
