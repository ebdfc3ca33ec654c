"""Reminders of changed invoices: their progress is updated in the same transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo

from billhook.application.ports import Transaction
from billhook.application.records import PendingWrites, RecordedPayment
from billhook.application.row_cache import RowCache
from billhook.lifecycle.guards import Guard
from billhook.lifecycle.notify import Deliverability
from billhook.lifecycle.remind import ReminderDecision, remind, reschedule, zone_of
from billhook.model.account import Account
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook.model.invoice import Invoice, InvoiceKey
from billhook.model.reminder_schedule import ReminderProgress, ReminderSchedule

DeliverabilitiesOf = Callable[[Invoice], dict[tuple[Medium, str], Deliverability]]


class ReminderTracker:
    """The progress of the reminders of a unit of work's invoices."""

    def __init__(
        self,
        transaction: Transaction,
        zones: Callable[[str | None], tzinfo],
        accounts: RowCache[AccountId, Account],
        invoices: RowCache[InvoiceKey, Invoice],
    ) -> None:
        self._zones, self._accounts, self._invoices = zones, accounts, invoices
        self._rows: RowCache[InvoiceKey, ReminderProgress] = RowCache(transaction.reminders)
        self._unapplied: RowCache[InvoiceKey, Sequence[RecordedPayment]] = RowCache(
            transaction.unapplied_for
        )
        self._read_ahead = False

    def follow(
        self, before: Invoice | None, after: Invoice, now: datetime, writes: PendingWrites
    ) -> None:
        """Compute the next reminder after a change. Without a schedule nothing is read."""
        schedule = self._schedule(after)
        if schedule is None:
            return
        # Only an invoice that was issued before can have a row, so a new one reads none.
        new = before is None or before.issued_at is None
        known = None if new else self._progress(after.key)
        zone = self._zone(after)
        self._put(
            after.key, known, reschedule(known, before, after, schedule, zone, now=now), writes
        )

    def remind(
        self,
        invoice: Invoice,
        now: datetime,
        deliverabilities: DeliverabilitiesOf,
        guards: Sequence[Guard],
    ) -> ReminderDecision:
        """Decide whether a reminder is due; nothing is written yet."""
        progress = self._progress(invoice.key)
        if progress is None:
            return ReminderDecision((), None)
        schedule = self._schedule(invoice)
        zone = self._zone(invoice)
        return remind(
            invoice,
            schedule,
            zone,
            progress,
            now=now,
            deliverabilities=deliverabilities(invoice),
            unapplied=self._unapplied_for(invoice),
            guards=guards,
        )

    def due_at(self, key: InvoiceKey) -> datetime | None:
        """When the next reminder of an invoice is decided; None if there will be none."""
        progress = self._progress(key)
        return None if progress is None else progress.due_at

    def settle(
        self, key: InvoiceKey, progress: ReminderProgress | None, writes: PendingWrites
    ) -> None:
        """Write the progress after a decision."""
        self._put(key, self._progress(key), progress, writes)

    def end(self, key: InvoiceKey, writes: PendingWrites) -> None:
        """End the reminders of an invoice whose document was not read."""
        account = self._accounts.get(key.account)
        if account is not None and account.policy.reminders is not None:
            writes.reminders[key] = None

    def _put(
        self,
        key: InvoiceKey,
        known: ReminderProgress | None,
        progress: ReminderProgress | None,
        writes: PendingWrites,
    ) -> None:
        if progress != known:
            self._rows.put(key, progress)
            writes.reminders[key] = progress

    def _progress(self, key: InvoiceKey) -> ReminderProgress | None:
        if not self._read_ahead:  # the other invoices usually need their rows too
            self._read_ahead = True
            self._rows.fetch(
                [
                    invoice.key
                    for invoice in self._invoices.present()
                    if invoice.issued_at is not None
                ]
            )
        return self._rows.get(key)

    def _unapplied_for(self, invoice: Invoice) -> int:
        """What came in for an invoice in its currency and is unapplied; read for all at once."""
        self._unapplied.fetch([one.key for one in self._invoices.present()])
        return sum(
            one.unapplied
            for one in self._unapplied.get(invoice.key) or ()
            if one.payment.currency == invoice.document.currency
        )

    def _schedule(self, invoice: Invoice) -> ReminderSchedule | None:
        account = self._accounts.get(invoice.account)
        return None if account is None else account.policy.reminders

    def _zone(self, invoice: Invoice) -> tzinfo:
        account = self._accounts.get(invoice.account)
        return self._zones(None if account is None else zone_of(invoice, account.policy))
