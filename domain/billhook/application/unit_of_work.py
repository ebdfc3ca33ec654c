"""What one decision sees of a batch, and what it wants kept if it succeeds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo

from billhook.application.ports import Ids, StoreConflictError, Transaction
from billhook.application.records import (
    Contact,
    ContactHistory,
    Entry,
    EntryKey,
    IdempotencyKey,
    IdempotencyRecord,
    PaymentKey,
    PendingWrites,
    RecordedEvent,
    RecordedPayment,
    WebhookEndpoints,
)
from billhook.application.reminders import ReminderTracker
from billhook.application.row_cache import RowCache
from billhook.lifecycle.apply import Change, as_of
from billhook.lifecycle.events import (
    InvoiceDrafted,
    InvoiceExpired,
    InvoiceViewed,
    MessageRequested,
    NotificationRequested,
    ReminderRequested,
)
from billhook.lifecycle.expire import OverdueInvoice, expire_overdue
from billhook.lifecycle.notify import Deliverability, Notification
from billhook.messaging.message import Message, last_about
from billhook.messaging.webhooks import (
    WebhookEvent,
    WebhookEventType,
    event_type_for,
    event_type_of,
)
from billhook.model.account import Account
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook.model.invoice import Invoice, InvoiceKey
from billhook.model.reminder_schedule import ReminderProgress


class UnitOfWork:
    """What a batch has read, and all that it has decided so far."""

    now: datetime
    """When it is decided: read once the rows are its own, since waiting for them takes time."""

    def __init__(
        self, transaction: Transaction, ids: Ids, zones: Callable[[str | None], tzinfo]
    ) -> None:
        self.transaction, self.ids = transaction, ids
        self.outcome = PendingWrites()
        self.accounts: RowCache[AccountId, Account] = RowCache(transaction.accounts)
        self.invoices: RowCache[InvoiceKey, Invoice] = RowCache(transaction.invoices)
        self.payments: RowCache[PaymentKey, RecordedPayment] = RowCache(transaction.payments)
        self.histories: RowCache[Contact, ContactHistory] = RowCache(transaction.histories)
        self.idempotency_records: RowCache[IdempotencyKey, IdempotencyRecord] = RowCache(
            transaction.idempotency_records
        )
        self.webhook_endpoints: RowCache[AccountId, WebhookEndpoints] = RowCache(
            transaction.webhook_endpoints
        )
        self.entries: RowCache[EntryKey, Entry] = RowCache(transaction.entries)
        self.about: RowCache[InvoiceKey, Sequence[Message]] = RowCache(transaction.messages_about)
        self.reminding = ReminderTracker(transaction, zones, self.accounts, self.invoices)

    def remember(self, answer: IdempotencyRecord) -> None:
        """Keep a decided answer under its idempotency key."""
        self.idempotency_records.put(answer.request, answer)
        self.outcome.idempotency_records.append(answer)

    def absorb(self, case: CommandContext) -> None:
        """Keep everything that a successful case wanted kept."""
        outcome = self.outcome
        for change in case.changes:
            key = change.invoice.key
            if key in outcome.invoices and isinstance(change.event, InvoiceDrafted):
                # The id of a draft deleted in this very batch; alone, the store refuses it too.
                raise StoreConflictError
            # A first version has none before it, and is not worth a read.
            before = None if change.invoice.version == 1 else self.invoices.get(key)
            as_read = outcome.invoices[key][0] if key in outcome.invoices else before
            outcome.invoices[key] = as_read, change.invoice
            gone = change.invoice.deleted_at is not None
            self.invoices.put(key, None if gone else change.invoice)
            outcome.events.append(
                RecordedEvent(key, change.invoice.version, change.event, case.actor)
            )
            event_type = event_type_of(change)
            if event_type is not None:
                self._announce(key, change.invoice.version, event_type)
            self.reminding.follow(before, change.invoice, self.now, outcome)
        for key, progress in case.settled:
            self.reminding.settle(key, progress, outcome)
        for message in case.messages:
            outcome.messages[message.key] = message
            event = self._requested(message)
            outcome.events.append(RecordedEvent(message.invoice_key, None, event, case.actor))
            contact = Contact(message.account, message.medium, message.address)
            # Nothing was suppressed, or there would be no message.
            self.histories.put(contact, ContactHistory(last_asked=self.now))
            if case.account.policy.invoice_wait:  # else nobody asks, and it is not worth a read
                key = message.invoice_key
                self.about.put(key, (*(self.about.get(key) or ()), message))
        for key in case.visits:
            outcome.events.append(RecordedEvent(key, None, InvoiceViewed(self.now), case.actor))
        for entry in case.entries:
            outcome.entries[entry.key] = entry
            self.entries.put(entry.key, entry)
        self.absorb_payments(case)

    def _requested(self, message: Message) -> MessageRequested:
        if message.reminder is None:
            return NotificationRequested(self.now, message.id, message.medium)
        return ReminderRequested(self.now, message.id, message.medium, message.reminder)

    def expire_overdue(self, overdue: Sequence[OverdueInvoice]) -> None:
        """Record the expiry of invoices that are not read whole."""
        noticed = InvoiceExpired(self.now)  # one and the same for all: it is put into words once
        self.webhook_endpoints.fetch([one.key.account for one in overdue])
        self.accounts.fetch([one.key.account for one in overdue])
        for one in overdue:
            lapsed = expire_overdue(one, noticed)
            self.outcome.expired_invoices.append(lapsed)
            self.outcome.events.append(RecordedEvent(one.key, lapsed.version, noticed))
            self.reminding.end(one.key, self.outcome)
            if self.webhook_endpoints.get(one.key.account):
                self._announce(one.key, lapsed.version, event_type_for(lapsed.status))

    def _announce(self, key: InvoiceKey, version: int, event_type: WebhookEventType) -> None:
        for webhook_endpoint in self.webhook_endpoints.get(key.account) or ():
            if webhook_endpoint.wants(event_type):
                webhook_event = WebhookEvent(
                    account=key.account,
                    id=self.ids.webhook_event(),
                    invoice=key.invoice,
                    requested_at=self.now,
                    due_at=self.now,
                    webhook_endpoint=webhook_endpoint.id,
                    event_type=event_type,
                    version=version,
                )
                self.outcome.messages[webhook_event.key] = webhook_event

    def absorb_payments(self, case: CommandContext) -> None:
        """Keep the payments of a case: money that came in is kept even when it was refused."""
        for payment in case.payments:
            self.outcome.payments.append(payment)
            self.payments.put(payment.key, payment)


class CommandContext:
    """One command's view of its batch; nothing it does reaches the batch unless it succeeds."""

    def __init__(
        self, batch: UnitOfWork, account: Account, invoice: Invoice | None, actor: str | None
    ) -> None:
        self._batch = batch
        self.account, self.invoice, self.actor = account, invoice, actor
        self.min_expiry_lead = account.policy.min_expiry_lead
        self.now = batch.now
        self.ids = batch.ids
        self.changes: list[Change] = []
        self.messages: list[Message] = []
        self.payments: list[RecordedPayment] = []
        self.entries: list[Entry] = []
        self.visits: list[InvoiceKey] = []
        self.settled: list[tuple[InvoiceKey, ReminderProgress | None]] = []

    def payment(self, key: PaymentKey) -> RecordedPayment | None:
        """The payment already known under this reference."""
        return self._batch.payments.get(key)

    def entry(self, key: EntryKey) -> Entry | None:
        """What is already kept under this id."""
        return self._batch.entries.get(key)

    def deliverability(self, invoice: Invoice, contact: Contact) -> Deliverability:
        """What stands against writing to an address, about this invoice."""
        policy, last = self.account.policy, None
        if policy.invoice_wait:
            last = last_about(self._batch.about.get(invoice.key) or (), contact.medium)
        known = self._batch.histories.get(contact) or ContactHistory()
        return known.deliverability(policy, last)

    def next_number(self) -> str | None:
        """The next invoice number, where the account has a series. Call only once decided."""
        series = self.account.series
        if series is None:
            return None
        return self.account.number(self._batch.transaction.next_numbers({series: 1})[series][0])

    def keep(self, change: Change) -> Invoice:
        """Keep a change; the invoice after it, as it must be shown now."""
        self.changes.append(change)
        return as_of(change.invoice, self.now)

    def remind(self, invoice: Invoice) -> tuple[Message, ...]:
        """Settle what is due of an invoice's reminders; the messages that are queued for it."""
        reminded = self._batch.reminding.remind(invoice, self.now, self._standings)
        self.settled.append((invoice.key, reminded.progress))
        number = None if reminded.progress is None else reminded.progress.sent
        return tuple(self.queue(one, reminder=number) for one in reminded.notifications)

    def _standings(self, invoice: Invoice) -> dict[tuple[Medium, str], Deliverability]:
        return {
            (medium, address): self.deliverability(
                invoice, Contact(invoice.account, medium, address)
            )
            for medium in Medium
            for address in invoice.document.addresses(medium)
        }

    def queue(self, notification: Notification, reminder: int | None = None) -> Message:
        """Queue the message that a notification decided on; `reminder` is which one it is."""
        message = Message(
            account=notification.account,
            id=self.ids.message(),
            invoice=notification.invoice,
            medium=notification.medium,
            address=notification.address,
            requested_at=self.now,
            due_at=self.now,
            reminder=reminder,
        )
        self.messages.append(message)
        return message
