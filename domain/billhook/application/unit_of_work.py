"""What one decision sees of a batch, and what it wants kept if it succeeds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo

from billhook.application.ports import Ids, StoreRefused, Work
from billhook.application.records import (
    Contact,
    Entry,
    EntryKey,
    History,
    Outcome,
    PaymentKey,
    RecordedPayment,
    Remembered,
    RequestKey,
    StampedFact,
    Subscribers,
)
from billhook.application.reminders import Reminding
from billhook.application.row_cache import Rows
from billhook.lifecycle.apply import Change, as_of
from billhook.lifecycle.events import (
    Drafted,
    Expired,
    MessageFact,
    NotificationRequested,
    ReminderRequested,
    Visited,
)
from billhook.lifecycle.expire import Overdue, lapse
from billhook.lifecycle.notify import Notification, Standing
from billhook.messaging.message import Message, last_about
from billhook.messaging.webhooks import Announcement, Event, event_at, event_of
from billhook.model.account import Account
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook.model.invoice import Invoice, Key
from billhook.model.reminder_schedule import Progress


class Batch:
    """What a batch has read, and all that it has decided so far."""

    now: datetime
    """When it is decided: read once the rows are its own, since waiting for them takes time."""

    def __init__(self, work: Work, ids: Ids, zones: Callable[[str | None], tzinfo]) -> None:
        self.work, self.ids = work, ids
        self.outcome = Outcome()
        self.accounts: Rows[AccountId, Account] = Rows(work.accounts)
        self.invoices: Rows[Key, Invoice] = Rows(work.invoices)
        self.payments: Rows[PaymentKey, RecordedPayment] = Rows(work.payments)
        self.histories: Rows[Contact, History] = Rows(work.histories)
        self.remembered: Rows[RequestKey, Remembered] = Rows(work.remembered)
        self.subscribers: Rows[AccountId, Subscribers] = Rows(work.subscribers)
        self.entries: Rows[EntryKey, Entry] = Rows(work.entries)
        self.about: Rows[Key, Sequence[Message]] = Rows(work.messages_about)
        self.reminding = Reminding(work, zones, self.accounts, self.invoices)

    def remember(self, answer: Remembered) -> None:
        """Keep a decided answer under its idempotency key."""
        self.remembered.put(answer.request, answer)
        self.outcome.remembered.append(answer)

    def absorb(self, case: Case) -> None:
        """Keep everything that a successful case wanted kept."""
        outcome = self.outcome
        for change in case.changes:
            key = change.invoice.key
            if key in outcome.invoices and isinstance(change.fact, Drafted):
                # The id of a draft deleted in this very batch; alone, the store refuses it too.
                raise StoreRefused
            # A first version has none before it, and is not worth a read.
            before = None if change.invoice.version == 1 else self.invoices.get(key)
            as_read = outcome.invoices[key][0] if key in outcome.invoices else before
            outcome.invoices[key] = as_read, change.invoice
            gone = change.invoice.deleted_at is not None
            self.invoices.put(key, None if gone else change.invoice)
            outcome.facts.append(StampedFact(key, change.invoice.version, change.fact, case.actor))
            event = event_of(change)
            if event is not None:
                self._announce(key, change.invoice.version, event)
            self.reminding.follow(before, change.invoice, self.now, outcome)
        for key, progress in case.settled:
            self.reminding.settle(key, progress, outcome)
        for message in case.messages:
            outcome.messages[message.key] = message
            fact = self._requested(message)
            outcome.facts.append(StampedFact(message.invoice_key, None, fact, case.actor))
            contact = Contact(message.account, message.medium, message.address)
            # Nothing was suppressed, or there would be no message.
            self.histories.put(contact, History(last_asked=self.now))
            if case.account.policy.invoice_wait:  # else nobody asks, and it is not worth a read
                key = message.invoice_key
                self.about.put(key, (*(self.about.get(key) or ()), message))
        for key in case.visits:
            outcome.facts.append(StampedFact(key, None, Visited(self.now), case.actor))
        for entry in case.entries:
            outcome.entries[entry.key] = entry
            self.entries.put(entry.key, entry)
        self.absorb_payments(case)

    def _requested(self, message: Message) -> MessageFact:
        if message.reminder is None:
            return NotificationRequested(self.now, message.id, message.medium)
        return ReminderRequested(self.now, message.id, message.medium, message.reminder)

    def lapse(self, overdue: Sequence[Overdue]) -> None:
        """Record the expiry of invoices that are not read whole."""
        noticed = Expired(self.now)  # one and the same for all: it is put into words once
        self.subscribers.fetch([one.key.account for one in overdue])
        self.accounts.fetch([one.key.account for one in overdue])
        for one in overdue:
            lapsed = lapse(one, noticed)
            self.outcome.lapses.append(lapsed)
            self.outcome.facts.append(StampedFact(one.key, lapsed.version, noticed))
            self.reminding.end(one.key, self.outcome)
            if self.subscribers.get(one.key.account):
                self._announce(one.key, lapsed.version, event_at(lapsed.status))

    def _announce(self, key: Key, version: int, event: Event) -> None:
        for subscriber in self.subscribers.get(key.account) or ():
            if subscriber.wants(event):
                announcement = Announcement(
                    account=key.account,
                    id=self.ids.event(),
                    invoice=key.invoice,
                    requested_at=self.now,
                    due_at=self.now,
                    subscriber=subscriber.id,
                    event=event,
                    version=version,
                )
                self.outcome.messages[announcement.key] = announcement

    def absorb_payments(self, case: Case) -> None:
        """Keep the payments of a case: money that came in is kept even when it was refused."""
        for payment in case.payments:
            self.outcome.payments.append(payment)
            self.payments.put(payment.key, payment)


class Case:
    """One command's view of its batch; nothing it does reaches the batch unless it succeeds."""

    def __init__(
        self, batch: Batch, account: Account, invoice: Invoice | None, actor: str | None
    ) -> None:
        self._batch = batch
        self.account, self.invoice, self.actor = account, invoice, actor
        self.least_lead = account.policy.least_lead
        self.now = batch.now
        self.ids = batch.ids
        self.changes: list[Change] = []
        self.messages: list[Message] = []
        self.payments: list[RecordedPayment] = []
        self.entries: list[Entry] = []
        self.visits: list[Key] = []
        self.settled: list[tuple[Key, Progress | None]] = []

    def payment(self, key: PaymentKey) -> RecordedPayment | None:
        """The payment already known under this reference."""
        return self._batch.payments.get(key)

    def entry(self, key: EntryKey) -> Entry | None:
        """What is already kept under this id."""
        return self._batch.entries.get(key)

    def standing(self, invoice: Invoice, contact: Contact) -> Standing:
        """What stands against writing to an address, about this invoice."""
        policy, last = self.account.policy, None
        if policy.invoice_wait:
            last = last_about(self._batch.about.get(invoice.key) or (), contact.medium)
        known = self._batch.histories.get(contact) or History()
        return known.standing(policy, last)

    def next_number(self) -> str | None:
        """The next invoice number, where the account has a series. Call only once decided."""
        series = self.account.series
        if series is None:
            return None
        return self.account.number(self._batch.work.next_numbers({series: 1})[series][0])

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

    def _standings(self, invoice: Invoice) -> dict[tuple[Medium, str], Standing]:
        return {
            (medium, address): self.standing(invoice, Contact(invoice.account, medium, address))
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
