"""Ports: the interfaces that adapters implement.

Adapters contain no rules. The contract suites in `billhook_adapters.testing` specify what each
port must do; the tests of every adapter inherit them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import NamedTuple, Protocol, TypeVar, runtime_checkable

from returns.result import Result

from billhook.application.records import (
    WHOLE,
    Contact,
    ContactHistory,
    DeliveryQueue,
    DueQueues,
    Entry,
    EntryKey,
    IdempotencyKey,
    IdempotencyRecord,
    Listing,
    NumberKey,
    OutboxMessage,
    Page,
    PaymentKey,
    PendingWrites,
    Place,
    RateLimitKey,
    RecordedEvent,
    RecordedPayment,
    Search,
    WebhookEndpoints,
)
from billhook.lifecycle.expire import OverdueInvoice
from billhook.lifecycle.guards import GuardsOf, no_guards
from billhook.messaging.delivery import Accepted, MessageId, MessageKey, SendError
from billhook.messaging.delivery_reports import ProviderMessageId
from billhook.messaging.message import Message
from billhook.messaging.outbox import OutboxPosition, OutboxSearch
from billhook.messaging.outbox_counts import OutboxCounts
from billhook.messaging.rate_limits import RateLimitState
from billhook.messaging.sms_limits import SmsCount, SmsPeriod
from billhook.messaging.webhooks import WebhookEndpoint, WebhookEvent
from billhook.model.account import Account, NumberSeries
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook.model.invoice import Invoice, InvoiceId, InvoiceKey
from billhook.model.logo import Logo
from billhook.model.payment import Reference
from billhook.model.reminder_schedule import ReminderProgress
from billhook.model.seller_profile import SellerProfile

T = TypeVar("T")


class StoreConflictError(Exception):
    """The database refused the writes of a transaction; nothing was stored."""


class UnreadableRowError(ValueError):
    """A stored row does not hold what it should; nothing of its content is in here.

    `account` and `id` are None where it is not known which row it is; the id of an
    account is the account.

    >>> str(UnreadableRowError("invoices", AccountId("acc_1"), "inv_1", "ValueError"))
    'invoices: inv_1 of acc_1 cannot be read (ValueError)'
    """

    def __init__(self, table: str, account: str | None, id: str | None, fault: str) -> None:
        row = "a row" if id is None else id if id == account else f"{id} of {account}"
        super().__init__(f"{table}: {row} cannot be read ({fault})")
        self.table, self.account, self.id, self.fault = table, account, id, fault


class Snapshot(Protocol):
    """The reads of a store. Rows that are unknown, deleted, or of other accounts are absent.

    Corrupt rows raise UnreadableRowError.
    """

    def accounts(self, ids: Collection[AccountId]) -> Mapping[AccountId, Account]: ...
    def legal_profile(self, account: AccountId, at: datetime) -> SellerProfile | None:
        """The legal part of the account's profile as it was at a time.

        Before the first one that was recorded it is that one; None where there is none.
        """
        ...

    def logo(self, account: AccountId) -> Logo | None:
        """The logo of the account; None if it has none."""
        ...

    def invoices(self, keys: Collection[InvoiceKey]) -> Mapping[InvoiceKey, Invoice]: ...
    def search(self, account: AccountId, search: Search, now: datetime) -> Sequence[Invoice]:
        """The invoices that match, in the order of the search, by default the newest first."""
        ...

    def search_keys(
        self, account: AccountId, search: Search, now: datetime
    ) -> Sequence[InvoiceKey]:
        """The keys of what `search` finds, in the same order, whether it can be read or not."""
        ...

    def by_short_url(self, short_url: str) -> Invoice | None:
        """The invoice with this short URL, of any account; None if there is none."""
        ...

    def count(self, account: AccountId, search: Search, now: datetime) -> int:
        """The number of invoices that match, on all pages."""
        ...

    def next_position(self, series: NumberSeries) -> int:
        """The next position of a series. Another transaction may draw it first."""
        ...

    def invoices_by_number(self, numbers: Collection[NumberKey]) -> Mapping[NumberKey, InvoiceKey]:
        """The invoices that were issued under a series and have these numbers."""
        ...

    def messages(self, keys: Collection[MessageKey]) -> Mapping[MessageKey, OutboxMessage]: ...
    def keys_by_provider_id(
        self, ids: Collection[ProviderMessageId]
    ) -> Mapping[ProviderMessageId, MessageKey]:
        """The keys of the messages that providers accepted under these ids."""
        ...

    def messages_about(
        self, keys: Collection[InvoiceKey]
    ) -> Mapping[InvoiceKey, Sequence[Message]]:
        """The messages to the payers of these invoices, the oldest first."""
        ...

    def messages_of(self, key: InvoiceKey, page: Page[Place]) -> Sequence[Message]:
        """The messages to the payers of one invoice, by time of request and id."""
        ...

    def webhook_endpoints(
        self, accounts: Collection[AccountId]
    ) -> Mapping[AccountId, WebhookEndpoints]: ...
    def entries(self, keys: Collection[EntryKey]) -> Mapping[EntryKey, Entry]: ...
    def entries_of(self, account: AccountId, prefix: str, listing: Listing) -> Sequence[Entry]:
        """The entries whose id has this prefix, the newest first, by time of filing and id."""
        ...

    def payments(
        self, references: Collection[PaymentKey]
    ) -> Mapping[PaymentKey, RecordedPayment]: ...
    def payments_for(self, key: InvoiceKey, page: Page[Place] = WHOLE) -> Sequence[RecordedPayment]:
        """The payments for an invoice, applied or not, by time and reference."""
        ...

    def unapplied(self, account: AccountId, page: Page[Place] = WHOLE) -> Sequence[RecordedPayment]:
        """The payments of an account with an unapplied amount, by time and reference."""
        ...

    def payments_of(self, account: AccountId, listing: Listing) -> Sequence[RecordedPayment]:
        """The payments of an account, applied or not, the newest first, by time and reference."""
        ...

    def histories(self, contacts: Collection[Contact]) -> Mapping[Contact, ContactHistory]: ...
    def idempotency_records(
        self, keys: Collection[IdempotencyKey]
    ) -> Mapping[IdempotencyKey, IdempotencyRecord]: ...
    def events(self, key: InvoiceKey, page: Page[int] = WHOLE) -> Sequence[RecordedEvent]:
        """The events of an invoice, in order; a page begins behind so many of them.

        Events are only ever added, so the number before an event never changes.
        """
        ...

    def reminders(self, keys: Collection[InvoiceKey]) -> Mapping[InvoiceKey, ReminderProgress]:
        """The progress of the reminders of these invoices; absent for those without reminders."""
        ...

    def sms_counts(self, periods: Collection[SmsPeriod]) -> Mapping[SmsPeriod, SmsCount]:
        """For each period, the SMS requested in it: those after its `since`, the latest `most`.

        A period may be counted up to the largest `most` of all of them.
        """
        ...


class Transaction(Snapshot, Protocol):
    """A transaction: rows are locked when they are read, in key order, until it ends."""

    def lock_accounts(self, ids: Collection[AccountId]) -> None:
        """Lock these accounts against other transactions that lock them, until it ends."""
        ...

    def lock_sms_budgets(self, accounts: Collection[AccountId]) -> None:
        """Lock the SMS budgets of accounts against other transactions, until it ends."""
        ...

    def overdue(self, now: datetime, limit: int) -> Sequence[OverdueInvoice]:
        """Invoices past their `expire_by` without a recorded expiry, the longest overdue first.

        Rows that another transaction has locked may be skipped.
        """
        ...

    def unlocked_invoices(self, keys: Collection[InvoiceKey]) -> Mapping[InvoiceKey, Invoice]:
        """The invoices with these keys, read without a lock."""
        ...

    def unapplied_for(
        self, keys: Collection[InvoiceKey]
    ) -> Mapping[InvoiceKey, Sequence[RecordedPayment]]:
        """The payments with an unapplied amount that came in for each invoice, if there are any."""
        ...

    def rate_limit_states(
        self, rate_limits: Collection[RateLimitKey]
    ) -> Mapping[RateLimitKey, RateLimitState]:
        """The states of these rate limits, locked until the transaction ends."""
        ...

    def next_numbers(self, series: Mapping[NumberSeries, int]) -> Mapping[NumberSeries, range]:
        """Draw the next positions of each series, from 1; a rollback returns them."""
        ...

    def save(self, outcome: PendingWrites) -> None:
        """Store all writes. Raises StoreConflictError if the database refuses them."""
        ...


class Store(Protocol):
    """A database."""

    def transaction(self) -> AbstractContextManager[Transaction]:
        """A transaction that commits when the block ends, and rolls back if it raises."""
        ...

    def snapshot(self) -> AbstractContextManager[Snapshot]:
        """A consistent view without locks."""
        ...

    def sendable(self, now: datetime, limit: int) -> Sequence[MessageKey]:
        """The keys of live messages that are due, the longest due first."""
        ...

    def due_queues(
        self, kind: str, now: datetime, after: DeliveryQueue | None, limit: int
    ) -> DueQueues:
        """The delivery queues of a kind that have a message due, in a fixed order.

        A page looks at up to `limit` queues with live messages and begins behind `after`, so that
        its cost does not grow with the number of messages.
        """
        ...

    def sendable_in(self, queue: DeliveryQueue, now: datetime, limit: int) -> Sequence[MessageKey]:
        """The keys of live messages of one queue that are due, the longest due first."""
        ...

    def defer(self, key: MessageKey, until: datetime) -> None:
        """Defer a live message until a time without reading it, because its row may be corrupt."""
        ...

    def remindable(self, now: datetime, limit: int) -> Sequence[InvoiceKey]:
        """The keys of invoices with a reminder due, the longest due first."""
        ...

    def delete_expired_records(self, now: datetime, limit: int) -> int:
        """Delete up to `limit` idempotency records whose time has passed; returns how many.

        Of the SMS budgets that were used up and are not any more, as many are deleted.
        """
        ...

    def unsent(self, wanted: OutboxSearch) -> Sequence[OutboxPosition]:
        """The positions of messages that no provider accepted.

        Dead letters and suppressed ones are sorted from the latest to the oldest, live ones by
        when they are due.
        """
        ...

    def outbox_counts(self, now: datetime, most: int) -> OutboxCounts:
        """The numbers of messages in the outbox, each counted up to `most`."""
        ...

    def record_repairs(self, messages: int, now: datetime) -> None:
        """Record that a sweep found so many messages without a job."""
        ...


class Clock(Protocol):
    """The current time, and time zones."""

    def now(self) -> datetime:
        """The current time as an aware datetime in UTC."""
        ...

    def zone(self, name: str | None) -> tzinfo:
        """The time zone with this name; UTC if it is None or unknown."""
        ...


class Ids(Protocol):
    """Creates ids, short URLs and random numbers."""

    def invoice(self) -> InvoiceId: ...
    def message(self) -> MessageId: ...
    def webhook_event(self) -> MessageId: ...
    def payment(self) -> Reference: ...
    def short_url(self) -> str:
        """A new URL on the operator's host that cannot be guessed."""
        ...

    def jitter(self) -> float:
        """A random number from 0 to 1."""
        ...


class Sender(Protocol):
    """Sends messages through one provider."""

    def send(self, message: Message, invoice: Invoice, seller: str) -> Result[Accepted, SendError]:
        """Send the message, with its id as the provider's idempotency key. Never raises."""
        ...


@runtime_checkable
class SelectiveSender(Protocol):
    """A sender that cannot write to every valid address, and says so before anything is stored."""

    def can_send_to(self, address: str) -> bool:
        """Whether messages can be sent to an address, given or in its normal form."""
        ...


Step = Callable[[Transaction], T]
"""Something that is done within a transaction; what it returns is the result."""


class RunStep(Protocol):
    """Runs a step in a transaction, alone or after others, and returns its result."""

    def __call__(self, step: Step[T]) -> T: ...


CanSendTo = Callable[[Medium, str], bool]
"""Whether the senders that are set up can write to an address of a medium."""


def every_address(_medium: Medium, _address: str) -> bool:
    """True: nothing is known of the senders."""
    return True


class ServiceRules(NamedTuple):
    """The rules of a service that no account stores."""

    sms_enabled: bool = True
    """Whether SMS are accepted; False is the kill switch of the whole service."""
    can_send_to: CanSendTo = every_address
    guards: GuardsOf = no_guards
    """The guards of each account."""


NO_RULES = ServiceRules()


@dataclass(frozen=True, slots=True)
class WebhookContext:
    """A webhook event, its endpoint, and the invoice with its history up to the event."""

    webhook_event: WebhookEvent
    webhook_endpoint: WebhookEndpoint
    invoice: Invoice
    events: Sequence[RecordedEvent]
    messages: Sequence[Message]
    time_zone: str | None = None
    """The time zone of the account, in which days are shown."""
    payment_entry: Entry | None = None
    """What a vendor API keeps beside the payment of the event: the entry with its reference."""


class WebhookSender(Protocol):
    """Sends webhook events to webhook endpoints."""

    def send(self, context: WebhookContext) -> Result[Accepted, SendError]:
        """Send the event under its id. Equal contexts are sent as equal bytes. Never raises."""
        ...


class Engine(Protocol):
    """Runs the background jobs. A sweep creates lost jobs again."""

    def drain(self) -> int:
        """Run all jobs that are due now; returns how many messages were processed."""
        ...

    def run(self) -> None:
        """Run jobs when they are due, until `stop` is called."""
        ...

    def stop(self) -> None:
        """Finish the jobs in progress, then let `run` return."""
        ...
