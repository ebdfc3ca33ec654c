"""The store in memory: one lock, whole-transaction rollback, the same contract as a database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Generator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime
from threading import RLock
from typing import TypeVar

from billhook.application.ports import StoreConflictError
from billhook.application.records import (
    Contact,
    ContactHistory,
    DeliveryQueue,
    DueQueues,
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
    queue_of,
)
from billhook.lifecycle.apply import apply
from billhook.lifecycle.expire import ExpiredInvoice, OverdueInvoice
from billhook.lifecycle.operation import Operation
from billhook.lifecycle.transitions import sources, status_at
from billhook.messaging.delivery import LIVE, DeliveryStatus, MessageKey
from billhook.messaging.delivery_reports import ProviderMessageId
from billhook.messaging.message import Message
from billhook.messaging.outbox import (
    REASON_LENGTH,
    SUPPRESSED_WITHIN,
    OutboxCounts,
    OutboxPosition,
    OutboxSearch,
)
from billhook.messaging.rate_limits import RateLimitState
from billhook.messaging.webhooks import WebhookEndpoint, WebhookEndpointKey
from billhook.model.account import Account, NumberSeries
from billhook.model.base import AccountId
from billhook.model.customer import Suppression
from billhook.model.invoice import Invoice, InvoiceKey
from billhook.model.reminder_schedule import ReminderProgress
from billhook_adapters.system.storable_texts import refuse_unstorable

K = TypeVar("K")
V = TypeVar("V")


@dataclass
class _Rows:
    accounts: dict[AccountId, Account] = field(default_factory=dict[AccountId, Account])
    invoices: dict[InvoiceKey, Invoice] = field(default_factory=dict[InvoiceKey, Invoice])
    events: dict[InvoiceKey, tuple[RecordedEvent, ...]] = field(
        default_factory=dict[InvoiceKey, tuple[RecordedEvent, ...]]
    )
    messages: dict[MessageKey, OutboxMessage] = field(
        default_factory=dict[MessageKey, OutboxMessage]
    )
    payments: dict[PaymentKey, RecordedPayment] = field(
        default_factory=dict[PaymentKey, RecordedPayment]
    )
    idempotency_records: dict[IdempotencyKey, IdempotencyRecord] = field(
        default_factory=dict[IdempotencyKey, IdempotencyRecord]
    )
    suppressed: dict[Contact, Suppression] = field(default_factory=dict[Contact, Suppression])
    numbers: dict[NumberSeries, int] = field(default_factory=dict[NumberSeries, int])
    webhook_endpoints: dict[WebhookEndpointKey, WebhookEndpoint] = field(
        default_factory=dict[WebhookEndpointKey, WebhookEndpoint]
    )
    entries: dict[EntryKey, Entry] = field(default_factory=dict[EntryKey, Entry])
    rate_limit_states: dict[RateLimitKey, RateLimitState] = field(
        default_factory=dict[RateLimitKey, RateLimitState]
    )
    reminders: dict[InvoiceKey, ReminderProgress] = field(
        default_factory=dict[InvoiceKey, ReminderProgress]
    )
    repairs: list[tuple[int, datetime]] = field(default_factory=list[tuple[int, datetime]])

    def copied(self) -> _Rows:
        return _Rows(**{name: copy(rows) for name, rows in vars(self).items()})


class InMemoryStore:
    """Rows in dictionaries; a transaction works on a copy that becomes the store at its end.

    Meant for hundreds of invoices, not for millions.
    """

    def __init__(self) -> None:
        self._rows = _Rows()
        self._lock = RLock()

    @contextmanager
    def transaction(self) -> Generator[InMemoryTransaction]:
        """One at a time; what raises leaves nothing."""
        with self._lock:
            transaction = InMemoryTransaction(self._rows.copied())
            yield transaction
            self._rows = transaction.rows

    @contextmanager
    def snapshot(self) -> Generator[InMemoryTransaction]:
        """The rows as they are now."""
        yield InMemoryTransaction(self._rows)

    def sendable(self, now: datetime, limit: int) -> Sequence[MessageKey]:
        """Live messages that are due."""
        return [key for _, key in sorted(self._due(now))[:limit]]

    def due_queues(
        self, kind: str, now: datetime, after: DeliveryQueue | None, limit: int
    ) -> DueQueues:
        """The delivery queues of a kind that have a message due."""
        rows = self._rows.messages
        found = {queue_of(rows[key]) for _, key in self._due(now)}
        due = sorted(one for one in found if one.kind == kind and (after is None or one > after))
        page = due[:limit]
        return DueQueues(page, page[-1] if len(due) > limit else None)

    def sendable_in(self, queue: DeliveryQueue, now: datetime, limit: int) -> Sequence[MessageKey]:
        """Live messages of one queue that are due."""
        rows = self._rows.messages
        found = [one for one in self._due(now) if queue_of(rows[one[1]]) == queue]
        return [key for _, key in sorted(found)[:limit]]

    def _due(self, now: datetime) -> list[tuple[datetime, MessageKey]]:
        return [
            (message.due_at, key)
            for key, message in self._rows.messages.items()
            if message.status in LIVE and message.due_at is not None and message.due_at <= now
        ]

    def remindable(self, now: datetime, limit: int) -> Sequence[InvoiceKey]:
        """Invoices of whose reminders something is due."""
        found = [
            (progress.due_at, key)
            for key, progress in self._rows.reminders.items()
            if progress.due_at is not None and progress.due_at <= now
        ]
        return [key for _, key in sorted(found)[:limit]]

    def delete_expired_records(self, now: datetime, limit: int) -> int:
        """Delete idempotency records that have expired."""
        if not self._rows.idempotency_records:
            return 0  # a sweep that has nothing to do copies nothing
        with self.transaction() as transaction:
            over = sorted(
                (answer.until, request)
                for request, answer in transaction.rows.idempotency_records.items()
                if answer.until <= now
            )[:limit]
            for _, request in over:
                del transaction.rows.idempotency_records[request]
        return len(over)

    def unsent(self, wanted: OutboxSearch) -> Sequence[OutboxPosition]:
        """Messages that no provider accepted."""
        latest_first = wanted.status not in LIVE
        places = sorted(
            (
                OutboxPosition(at, key)
                for key, message in self._rows.messages.items()
                if message.status is wanted.status
                and wanted.account in (None, key.account)
                and (at := message.ended_at if latest_first else message.due_at) is not None
            ),
            reverse=latest_first,
        )
        if wanted.after is not None:
            last = wanted.after
            places = [one for one in places if (one < last if latest_first else one > last)]
        return places[: wanted.limit]

    def outbox_counts(self, now: datetime, most: int) -> OutboxCounts:
        """The counts of the outbox."""
        rows = self._rows
        live = sorted(
            (message.due_at, message.status)
            for message in rows.messages.values()
            if message.status in LIVE and message.due_at is not None
        )[:most]
        due = [status for at, status in live if at <= now]
        later = [status for at, status in live if at > now]
        with self.snapshot() as transaction:
            overdue = len(transaction.overdue(now, most))
        return OutboxCounts(
            due=due.count(DeliveryStatus.QUEUED),
            later=later.count(DeliveryStatus.QUEUED),
            sending=later.count(DeliveryStatus.SENDING),
            abandoned=due.count(DeliveryStatus.SENDING),
            oldest_due=live[0][0] if due else None,
            dead=self._reasons(OutboxSearch(limit=most)),
            suppressed=self._reasons(
                OutboxSearch(DeliveryStatus.SUPPRESSED, limit=most), now - SUPPRESSED_WITHIN
            ),
            overdue=overdue,
            repairs=sum(count for count, _ in rows.repairs),
            repaired_at=max((at for _, at in rows.repairs), default=None),
        )

    def _reasons(self, wanted: OutboxSearch, since: datetime | None = None) -> Mapping[str, int]:
        return Counter(
            (self._rows.messages[key].reason or "")[:REASON_LENGTH]
            for at, key in self.unsent(wanted)
            if since is None or at > since
        )

    def defer(self, key: MessageKey, until: datetime) -> None:
        """Postpone a live message until then."""
        with self.transaction() as transaction:
            message = transaction.rows.messages.get(key)
            if message is not None and message.due_at is not None:
                transaction.rows.messages[key] = message.model_copy(update={"due_at": until})

    def record_repairs(self, messages: int, now: datetime) -> None:
        """Remember what a sweep found."""
        with self.transaction() as transaction:
            transaction.rows.repairs.append((messages, now))


class InMemoryTransaction:
    def __init__(self, rows: _Rows) -> None:
        self.rows = rows

    def accounts(self, ids: Collection[AccountId]) -> Mapping[AccountId, Account]:
        return _found(self.rows.accounts, ids)

    def invoices(self, keys: Collection[InvoiceKey]) -> Mapping[InvoiceKey, Invoice]:
        found = _found(self.rows.invoices, keys)
        return {key: invoice for key, invoice in found.items() if invoice.deleted_at is None}

    def search(self, account: AccountId, search: Search, now: datetime) -> Sequence[Invoice]:
        order = _dated if search.by_date else _made
        found = sorted(
            self._wanted(account, search, now), key=order, reverse=not search.oldest_first
        )
        if search.after is not None:
            last = search.after
            found = [
                invoice
                for invoice in found
                if (_made(invoice) > last if search.oldest_first else _made(invoice) < last)
            ]
        return found[search.skip : search.skip + search.limit]

    def search_keys(
        self, account: AccountId, search: Search, now: datetime
    ) -> Sequence[InvoiceKey]:
        return [invoice.key for invoice in self.search(account, search, now)]

    def by_short_url(self, short_url: str) -> Invoice | None:
        live = (one for one in self.rows.invoices.values() if one.short_url == short_url)
        return next(live, None)

    def count(self, account: AccountId, search: Search, now: datetime) -> int:
        return len(self._wanted(account, search, now))

    def _wanted(self, account: AccountId, search: Search, now: datetime) -> list[Invoice]:
        paid_by = {
            payment.invoice
            for payment in self.rows.payments.values()
            if payment.applied and payment.key == (account, search.payment)
        }
        return [
            invoice
            for key, invoice in self.rows.invoices.items()
            if key.account == account
            and invoice.deleted_at is None
            and (search.payment is None or invoice.id in paid_by)
            and _wanted(invoice, search, now)
        ]

    def next_position(self, series: NumberSeries) -> int:
        return self.rows.numbers.get(series, 0) + 1

    def messages(self, keys: Collection[MessageKey]) -> Mapping[MessageKey, OutboxMessage]:
        return _found(self.rows.messages, keys)

    def keys_by_provider_id(
        self, ids: Collection[ProviderMessageId]
    ) -> Mapping[ProviderMessageId, MessageKey]:
        wanted = set(ids)
        return {
            taken: message.key
            for message in self.rows.messages.values()
            if isinstance(message, Message)
            and message.provider_id is not None
            and (taken := ProviderMessageId(message.medium, message.provider_id)) in wanted
        }

    def messages_about(
        self, keys: Collection[InvoiceKey]
    ) -> Mapping[InvoiceKey, Sequence[Message]]:
        about: dict[InvoiceKey, list[Message]] = {}
        for message in self.rows.messages.values():
            if isinstance(message, Message) and message.invoice_key in keys:
                about.setdefault(message.invoice_key, []).append(message)
        for messages in about.values():
            messages.sort(key=lambda message: (message.requested_at, message.id))
        return about

    def webhook_endpoints(
        self, accounts: Collection[AccountId]
    ) -> Mapping[AccountId, Sequence[WebhookEndpoint]]:
        found: dict[AccountId, list[WebhookEndpoint]] = {}
        for key, webhook_endpoint in sorted(self.rows.webhook_endpoints.items()):
            if key.account in accounts:
                found.setdefault(key.account, []).append(webhook_endpoint)
        return found

    def entries(self, keys: Collection[EntryKey]) -> Mapping[EntryKey, Entry]:
        return _found(self.rows.entries, keys)

    def payments(self, references: Collection[PaymentKey]) -> Mapping[PaymentKey, RecordedPayment]:
        return _found(self.rows.payments, references)

    def payments_for(self, key: InvoiceKey) -> Sequence[RecordedPayment]:
        came = [
            payment
            for payment in self.rows.payments.values()
            if (payment.account, payment.invoice) == key
        ]
        return sorted(came, key=lambda payment: (payment.at, payment.key))

    def unapplied(self, account: AccountId) -> Sequence[RecordedPayment]:
        unapplied = [
            payment
            for payment in self.rows.payments.values()
            if payment.account == account and not payment.applied
        ]
        return sorted(unapplied, key=lambda payment: (payment.at, payment.key))

    def histories(self, contacts: Collection[Contact]) -> Mapping[Contact, ContactHistory]:
        return {contact: self._history(contact) for contact in contacts}

    def _history(self, contact: Contact) -> ContactHistory:
        requested = [
            message.requested_at
            for message in self.rows.messages.values()
            if isinstance(message, Message)
            and Contact(message.account, message.medium, message.address) == contact
        ]
        return ContactHistory(self.rows.suppressed.get(contact), max(requested, default=None))

    def idempotency_records(
        self, keys: Collection[IdempotencyKey]
    ) -> Mapping[IdempotencyKey, IdempotencyRecord]:
        return _found(self.rows.idempotency_records, keys)

    def events(self, key: InvoiceKey) -> Sequence[RecordedEvent]:
        return self.rows.events.get(key, ())

    def lock_accounts(self, ids: Collection[AccountId]) -> None:
        """Nothing to do: transactions run one at a time."""

    def overdue(self, now: datetime, limit: int) -> Sequence[OverdueInvoice]:
        open_in = sources(Operation.EXPIRE)
        found = [
            OverdueInvoice(key, invoice.status, invoice.version, invoice.document.expire_by)
            for key, invoice in self.rows.invoices.items()
            if invoice.status in open_in
            and invoice.document.expire_by is not None
            and invoice.document.expire_by <= now
        ]
        return sorted(found, key=lambda one: (one.expire_by, one.key))[:limit]

    def reminders(self, keys: Collection[InvoiceKey]) -> Mapping[InvoiceKey, ReminderProgress]:
        return _found(self.rows.reminders, keys)

    def rate_limit_states(
        self, rate_limits: Collection[RateLimitKey]
    ) -> Mapping[RateLimitKey, RateLimitState]:
        return _found(self.rows.rate_limit_states, rate_limits)

    def next_numbers(self, series: Mapping[NumberSeries, int]) -> Mapping[NumberSeries, range]:
        drawn: dict[NumberSeries, range] = {}
        for one, count in series.items():
            first = self.rows.numbers.get(one, 0) + 1
            self.rows.numbers[one] = first + count - 1
            drawn[one] = range(first, first + count)
        return drawn

    def save(self, outcome: PendingWrites) -> None:
        rows = self.rows
        refuse_unstorable(outcome)
        rows.accounts.update(outcome.accounts)
        owners = {key.account for key in outcome.webhook_endpoints}
        owners |= {key.account for key in outcome.entries}
        owners |= {key.account for key in outcome.invoices}
        if owners - rows.accounts.keys():
            raise StoreConflictError("the account is unknown")
        rows.webhook_endpoints.update(outcome.webhook_endpoints)
        rows.entries.update(outcome.entries)
        urls = {invoice.short_url: key for key, invoice in rows.invoices.items()}
        for key, (before, after) in outcome.invoices.items():
            current = rows.invoices.get(key)
            if (current and current.version) != (before and before.version):
                raise StoreConflictError("the invoice is not at the version that was read")
            if after.short_url is not None and urls.setdefault(after.short_url, key) != key:
                raise StoreConflictError("the short URL is taken")
            rows.invoices[key] = after
        self._expire(outcome.expired_invoices)
        for payment in outcome.payments:
            if payment.key in rows.payments:
                raise StoreConflictError("the payment reference is taken")
            rows.payments[payment.key] = payment
        for stamped in outcome.events:
            known = rows.events.get(stamped.key, ())
            if stamped.version is not None and stamped.version in {
                event.version for event in known
            }:
                raise StoreConflictError("the version has its event already")
            rows.events[stamped.key] = (*known, stamped)
        rows.messages.update(outcome.messages)
        rows.rate_limit_states.update(outcome.rate_limit_states)
        _put(rows.reminders, outcome.reminders)
        rows.idempotency_records.update(
            {answer.request: answer for answer in outcome.idempotency_records}
        )
        _put(rows.suppressed, outcome.suppressed)

    def _expire(self, expired_invoices: Sequence[ExpiredInvoice]) -> None:
        for expire_overdue in expired_invoices:
            open_one = self.rows.invoices[expire_overdue.key]
            if open_one.version != expire_overdue.version - 1:
                raise StoreConflictError("the invoice is not at the version that was read")
            self.rows.invoices[expire_overdue.key] = apply(open_one, expire_overdue.event)


def _wanted(invoice: Invoice, search: Search, now: datetime) -> bool:
    document, customer = invoice.document, invoice.document.customer
    return (
        (search.statuses is None or status_at(invoice, now) in search.statuses)
        and (search.receipt is None or (document.receipt or invoice.number) == search.receipt)
        and (search.customer is None or (customer and customer.id) == search.customer)
        and (search.created_from is None or search.created_from <= invoice.created_at)
        and (search.created_to is None or invoice.created_at <= search.created_to)
        and (search.dated_from is None or search.dated_from <= invoice.dated_at)
        and (search.dated_to is None or invoice.dated_at <= search.dated_to)
        and (search.search_text is None or search.search_text in invoice.search_text)
        and (search.live is None or document.live is search.live)
    )


def _made(invoice: Invoice) -> tuple[datetime, str]:
    return invoice.created_at, invoice.id


def _dated(invoice: Invoice) -> tuple[datetime, str]:
    return invoice.dated_at, invoice.id


def _put(rows: dict[K, V], given: Mapping[K, V | None]) -> None:
    for key, value in given.items():
        if value is None:
            rows.pop(key, None)
        else:
            rows[key] = value


def _found(rows: Mapping[K, V], keys: Collection[K]) -> dict[K, V]:
    return {key: rows[key] for key in keys if key in rows}
