"""The unit of work: the rows that a transaction has read, and the writes of its commands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime, tzinfo

from billhook.application.ports import (
    NO_RULES,
    Ids,
    ServiceRules,
    StoreConflictError,
    Transaction,
)
from billhook.application.records import (
    Contact,
    ContactHistory,
    Entry,
    EntryKey,
    IdempotencyKey,
    IdempotencyRecord,
    NumberKey,
    OutboxMessage,
    PaymentKey,
    PendingWrites,
    RecordedEvent,
    RecordedPayment,
    WebhookEndpoints,
)
from billhook.application.reminders import ReminderTracker
from billhook.application.row_cache import RowCache
from billhook.application.sms_budgets import SmsBudgets, planned_with, under_sms_limits
from billhook.lifecycle.apply import Change, as_of, replay
from billhook.lifecycle.errors import SmsError
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
from billhook.messaging.delivery import MessageKey
from billhook.messaging.message import Message, last_message_at
from billhook.messaging.sms_limits import SmsBudgetKey, has_sms_budget
from billhook.messaging.webhooks import (
    WebhookEndpoint,
    WebhookEndpointId,
    WebhookEvent,
    WebhookEventType,
    event_type_for,
    event_type_of,
)
from billhook.model.account import Account, NumberSeries
from billhook.model.base import AccountId
from billhook.model.customer import Customer, Medium, Suppression
from billhook.model.invoice import Invoice, InvoiceId, InvoiceKey
from billhook.model.logo import Logo
from billhook.model.reminder_schedule import ReminderProgress


class UnitOfWork:
    """The rows read in one transaction, and the writes so far."""

    now: datetime
    """The time of the decisions, read after the rows are locked: waiting for locks takes time."""

    def __init__(
        self,
        transaction: Transaction,
        ids: Ids,
        zones: Callable[[str | None], tzinfo],
        rules: ServiceRules = NO_RULES,
    ) -> None:
        self.transaction, self.ids, self.rules = transaction, ids, rules
        self.writes = PendingWrites()
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
        self.messages: RowCache[MessageKey, OutboxMessage] = RowCache(transaction.messages)
        self.numbers: RowCache[NumberKey, InvoiceKey] = RowCache(transaction.invoices_by_number)
        self.about: RowCache[InvoiceKey, Sequence[Message]] = RowCache(transaction.messages_about)
        self.sms_budgets = SmsBudgets(transaction)
        self.refused_sms: list[tuple[AccountId, SmsError]] = []
        self._sms_numbers: list[tuple[Account, str]] = []
        self.reminder_tracker = ReminderTracker(transaction, zones, self.accounts, self.invoices)

    def lock_sms_budgets(self, contacts: Collection[Contact]) -> None:
        """Lock the SMS budgets under which these contacts may be written to."""
        self._sms_numbers = [
            (account, contact.address)
            for contact in contacts
            if contact.medium is Medium.SMS
            and (account := self.accounts.get(contact.account)) is not None
            and has_sms_budget(account.policy)
        ]
        if self._sms_numbers:
            self.transaction.lock_sms_budgets(
                sorted({account.id for account, _ in self._sms_numbers})
            )

    def read_sms_budgets(self) -> None:
        """Read what was accepted under the budgets that are locked."""
        self.sms_budgets.read(self._sms_numbers, self.now)

    def record_result(self, record: IdempotencyRecord) -> None:
        """Store the result of a request under its idempotency key."""
        self.idempotency_records.put(record.request, record)
        self.writes.idempotency_records.append(record)

    def add(self, context: CommandContext) -> None:
        """Add the writes of a command that succeeded."""
        writes = self.writes
        for change in context.changes:
            key = change.invoice.key
            if key in writes.invoices and isinstance(change.event, InvoiceDrafted):
                # The id of a draft deleted in this transaction: a store refuses it too.
                raise StoreConflictError
            # A first version has no version before it: nothing is read.
            before = None if change.invoice.version == 1 else self.invoices.get(key)
            as_read = writes.invoices[key][0] if key in writes.invoices else before
            writes.invoices[key] = as_read, change.invoice
            deleted = change.invoice.deleted_at is not None
            self.invoices.put(key, None if deleted else change.invoice)
            self._follow_number(before, change.invoice)
            writes.events.append(
                RecordedEvent(key, change.invoice.version, change.event, context.actor)
            )
            event_type = event_type_of(change)
            if event_type is not None and context.sends_webhooks:
                self._queue_webhook_events(key, change.invoice.version, event_type)
            self.reminder_tracker.follow(before, change.invoice, self.now, writes)
        for key, progress in context.settled_reminders:
            self.reminder_tracker.settle(key, progress, writes)
        for message in context.messages:
            writes.messages[message.key] = message
            self._record(message.invoice_key, self._requested(message), context.actor)
            contact = Contact(message.account, message.medium, message.address)
            # It is not suppressed, or there would be no message.
            self.histories.put(contact, ContactHistory(last_message_at=self.now))
            if context.account.policy.invoice_wait:  # else it is not needed, and not read
                key = message.invoice_key
                self.about.put(key, (*(self.about.get(key) or ()), message))
            if message.medium is Medium.SMS:
                used_up = self.sms_budgets.accept(context.account, message.address, self.now)
                for budget, until in used_up:
                    later = max(until, writes.sms_budgets_used_up.get(budget, until))
                    writes.sms_budgets_used_up[budget] = later
        for key in context.viewed:
            self._record(key, InvoiceViewed(self.now), context.actor)
        for entry_key, entry in context.entries.items():
            writes.entries[entry_key] = entry
            self.entries.put(entry_key, entry)
        self._add_account_changes(context)
        self.add_payments(context)

    def _follow_number(self, before: Invoice | None, after: Invoice) -> None:
        if before is not None and (number := _number_of(before)) is not None:
            self.numbers.put(number, None)
        if (number := _number_of(after)) is not None:
            self.numbers.put(number, after.key)

    def _add_account_changes(self, context: CommandContext) -> None:
        for account in context.accounts:
            self.writes.put_account(self.accounts.known(account.id), account, self.now)
            self.accounts.put(account.id, account)
        for endpoint in context.webhook_endpoints:
            self.writes.webhook_endpoints[endpoint.key] = endpoint
            others = self.webhook_endpoints.get(endpoint.account) or ()
            unchanged = [one for one in others if one.id != endpoint.id]
            self.webhook_endpoints.put(endpoint.account, [*unchanged, endpoint])
        self.writes.logos.update(context.logos)
        for contact, reason in context.suppressed.items():
            self.writes.suppressed[contact] = reason
            if (history := self.histories.known(contact)) is not None:
                self.histories.put(contact, replace(history, suppressed=reason))
        for message in context.outbox:
            self.writes.messages[message.key] = message
            self.writes.stored_messages.add(message.key)
            self.messages.put(message.key, message)

    def _record(
        self, key: InvoiceKey, event: MessageRequested | InvoiceViewed, actor: str | None
    ) -> None:
        """Record an event that does not change its invoice."""
        self.writes.events.append(RecordedEvent(key, None, event, actor))

    def _requested(self, message: Message) -> MessageRequested:
        if message.reminder is None:
            return NotificationRequested(self.now, message.id, message.medium)
        return ReminderRequested(self.now, message.id, message.medium, message.reminder)

    def expire_overdue(self, overdue: Sequence[OverdueInvoice], actor: str | None) -> None:
        """Record the expiry of invoices whose documents were not read."""
        event = InvoiceExpired(self.now)  # one object for all, so that it is encoded once
        self.webhook_endpoints.fetch([one.key.account for one in overdue])
        self.accounts.fetch([one.key.account for one in overdue])
        for one in overdue:
            expired = expire_overdue(one, event)
            self.writes.expired_invoices.append(expired)
            self.writes.events.append(RecordedEvent(one.key, expired.version, event, actor))
            self.reminder_tracker.end(one.key, self.writes)
            if self.webhook_endpoints.get(one.key.account):
                self._queue_webhook_events(one.key, expired.version, event_type_for(expired.status))

    def _queue_webhook_events(
        self, key: InvoiceKey, version: int, event_type: WebhookEventType
    ) -> None:
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
                self.writes.messages[webhook_event.key] = webhook_event

    def add_payments(self, context: CommandContext) -> None:
        """Add the payments of a command, also of one that failed."""
        new, changed = self.writes.payments, self.writes.changed_payments
        for payment in context.payments:
            key = payment.key
            before = self.payments.known(key)
            if before is None:
                new.append(payment)
            elif before in new:
                new[new.index(before)] = payment
            else:
                changed[key] = changed.get(key, (before, before))[0], payment
            self.payments.put(key, payment)


def _number_of(invoice: Invoice) -> NumberKey | None:
    """The number that an invoice of a series takes from others; None if it takes none."""
    shown = invoice.shown_number
    if invoice.number is None or shown is None:
        return None
    return NumberKey(invoice.account, shown)


class CommandContext:
    """What one command reads and writes. Its writes are dropped if it fails."""

    def __init__(
        self,
        unit: UnitOfWork,
        account: Account,
        invoice: Invoice | None,
        actor: str | None,
        *,
        account_is_new: bool = False,
    ) -> None:
        self._unit = unit
        self.account_is_new = account_is_new
        self.account, self.invoice, self.actor = account, invoice, actor
        self.min_expiry_lead = account.policy.min_expiry_lead
        self.can_send_to = unit.rules.can_send_to
        self.guards = unit.rules.guards(account.id)
        self.sends_webhooks = True
        """False for changes that no one is sent a webhook event of."""
        self.now = unit.now
        self.ids = unit.ids
        self.changes: list[Change] = []
        self.messages: list[Message] = []
        self.payments: list[RecordedPayment] = []
        self.entries: dict[EntryKey, Entry | None] = {}
        self.viewed: list[InvoiceKey] = []
        self.accounts: list[Account] = []
        self.logos: dict[AccountId, Logo | None] = {}
        self.webhook_endpoints: list[WebhookEndpoint] = []
        self.suppressed: dict[Contact, Suppression | None] = {}
        self.outbox: list[OutboxMessage] = []
        self.settled_reminders: list[tuple[InvoiceKey, ReminderProgress | None]] = []
        self._planned_sms: Counter[SmsBudgetKey] = Counter()

    def payment(self, key: PaymentKey) -> RecordedPayment | None:
        """The recorded payment with this reference; None if there is none."""
        return self._unit.payments.get(key)

    def customer_of(self, invoice: InvoiceId) -> Customer | None:
        """The customer of another invoice of the account, which is not locked."""
        key = InvoiceKey(self.account.id, invoice)
        found = self._unit.transaction.unlocked_invoices((key,)).get(key)
        return None if found is None else found.document.customer

    def version_of(self, invoice: InvoiceId, version: int) -> Invoice:
        """A version of an invoice of the account, from its events, those of this unit included."""
        key = InvoiceKey(self.account.id, invoice)
        stored, new = self._unit.transaction.events(key), self._unit.writes.events
        changes = [one for one in (*stored, *new) if one.key == key and one.version is not None]
        return replay(one.event for one in changes[:version])

    def message(self, key: MessageKey) -> OutboxMessage | None:
        """A message of the outbox, locked until the transaction ends; None if there is none."""
        return self._unit.messages.get(key)

    def save_message(self, message: OutboxMessage) -> OutboxMessage:
        """Write a message of the outbox."""
        self.outbox.append(message)
        return message

    def history(self, contact: Contact) -> ContactHistory:
        """The suppression of a contact, and the time of its last message."""
        return self._unit.histories.get(contact) or ContactHistory()

    def save_account(self, account: Account) -> Account:
        """Write the account."""
        self.accounts.append(account)
        return account

    def save_logo(self, logo: Logo | None) -> None:
        """Write the logo of the account; None deletes it."""
        self.logos[self.account.id] = logo

    def webhook_endpoint(self, id: WebhookEndpointId) -> WebhookEndpoint | None:
        """The account's webhook endpoint with this id; None if there is none."""
        known = self._unit.webhook_endpoints.get(self.account.id) or ()
        return next((one for one in known if one.id == id), None)

    def save_webhook_endpoint(self, endpoint: WebhookEndpoint) -> WebhookEndpoint:
        """Write a webhook endpoint of the account."""
        self.webhook_endpoints.append(endpoint)
        return endpoint

    def entry(self, key: EntryKey) -> Entry | None:
        """The entry with this id; None if there is none."""
        return self._unit.entries.get(key)

    def save_entry(self, entry: Entry) -> Entry:
        """Write an entry, in place of the one that has its id."""
        self.entries[entry.key] = entry
        return entry

    def delete_entry(self, key: EntryKey) -> None:
        """Delete an entry."""
        self.entries[key] = None

    def deliverability(self, invoice: Invoice, contact: Contact) -> Deliverability:
        """Whether a contact may be sent a message about this invoice.

        An SMS that may be sent counts against the budgets of the next ones of the command.
        """
        policy, last = self.account.policy, None
        if policy.invoice_wait:
            last = last_message_at(self._unit.about.get(invoice.key) or (), contact.medium)
        known = self._unit.histories.get(contact) or ContactHistory()
        deliverability = known.deliverability(policy, last)
        if not self.can_send_to(contact.medium, contact.address):
            return replace(deliverability, supported=False)
        if contact.medium is not Medium.SMS:
            return deliverability
        deliverability = under_sms_limits(
            deliverability,
            self._unit.sms_budgets,
            self.account,
            contact.address,
            now=self.now,
            enabled=self._unit.rules.sms_enabled,
            planned=self._planned_sms,
        )
        if deliverability.allows(self.now):
            self._planned_sms = planned_with(self._planned_sms, self.account, contact.address)
        return deliverability

    def refuse_sms(self, error: SmsError) -> None:
        """Report an SMS that the limits of SMS refuse, whatever becomes of the command."""
        self._unit.refused_sms.append((self.account.id, error))

    def draw(self, series: NumberSeries, count: int) -> range:
        """Draw the next positions of a number series; locks it, also where none is drawn."""
        return self._unit.transaction.next_numbers({series: count})[series]

    def next_position(self, series: NumberSeries) -> int:
        """The position that would be drawn next."""
        return self._unit.transaction.next_position(series)

    def owner_of(self, number: str) -> InvoiceKey | None:
        """The issued invoice of the account with this number; None if the number is free."""
        return self._unit.numbers.get(NumberKey(self.account.id, number))

    def keep(self, change: Change) -> Invoice:
        """Write a change; returns the invoice after it, as readers see it now."""
        self.changes.append(change)
        return as_of(change.invoice, self.now)

    def remind(self, invoice: Invoice) -> tuple[Message, ...]:
        """Queue the reminders of an invoice that are due; returns their messages."""
        decision = self._unit.reminder_tracker.remind(
            invoice, self.now, self._deliverabilities, self.guards
        )
        self.settled_reminders.append((invoice.key, decision.progress))
        number = None if decision.progress is None else decision.progress.sent
        return tuple(self.queue(one, reminder=number) for one in decision.notifications)

    def _deliverabilities(self, invoice: Invoice) -> dict[tuple[Medium, str], Deliverability]:
        found = {
            (medium, address): self.deliverability(
                invoice, Contact(invoice.account, medium, address)
            )
            for medium in Medium
            for address in invoice.document.addresses(medium)
        }
        for deliverability in found.values():
            if deliverability.sms_error is not None:
                self.refuse_sms(deliverability.sms_error)
        return found

    def queue(self, notification: Notification, reminder: int | None = None) -> Message:
        """Queue the message of a notification; `reminder` is its number, if it is a reminder."""
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
