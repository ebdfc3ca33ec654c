"""How the pending writes of a transaction become rows."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import partial

from sqlalchemy import Connection

from billhook.application.ports import StoreConflictError
from billhook.application.records import (
    Contact,
    Entry,
    EntryKey,
    OutboxMessage,
    PendingWrites,
    RecordedPayment,
)
from billhook.messaging.delivery import MessageKey
from billhook.model.canonical_json import canonical, stored
from billhook.model.customer import Suppression
from billhook.model.invoice import Invoice, InvoiceKey
from billhook.model.reminder_schedule import ReminderProgress
from billhook_adapters.sql import saving as s
from billhook_adapters.sql.rows import (
    delivery_row,
    entry_row,
    event_rows,
    expiry_row,
    idempotency_row,
    invoice_row,
    logo_row,
    message_row,
    payment_row,
    progress_row,
    rate_limit_row,
    used_up_row,
)
from billhook_adapters.system.instants import some

_NOT_AS_READ = "an invoice is not at the version that was read"


def write_rows(connection: Connection, outcome: PendingWrites) -> None:
    """Write all of it. Raises StoreConflictError where a row is not what was read."""
    _Writing(connection).write(outcome)


class _Writing:
    def __init__(self, connection: Connection) -> None:
        self._put = partial(s.put, connection)

    def write(self, outcome: PendingWrites) -> None:
        changed = outcome.invoices.values()
        self._put(
            s.PUT_ACCOUNT,
            [
                {"id": account.id, "body": canonical(account).decode()}
                for account in outcome.accounts.values()
            ],
        )
        self._put(
            s.PUT_LEGAL_PROFILE,
            [
                {"account": account, "since": some(since), "body": stored(profile).decode()}
                for (account, since), profile in outcome.legal_profiles.items()
            ],
        )
        logos = outcome.logos.items()
        self._put(s.PUT_LOGO, [logo_row(account, logo) for account, logo in logos if logo])
        self._put(s.DELETE_LOGO, [{"its_account": account} for account, logo in logos if not logo])
        self._put(
            s.PUT_WEBHOOK_ENDPOINT,
            [
                {"account": one.account, "id": one.id, "body": canonical(one).decode()}
                for one in outcome.webhook_endpoints.values()
            ],
        )
        self._put_entries(outcome.entries)
        new = [invoice_row(after, None) for before, after in changed if before is None]
        self._put(s.ADD_INVOICE, new)
        self._replace([(before, after) for before, after in changed if before is not None])
        expired_invoices = [expiry_row(one) for one in outcome.expired_invoices]
        if self._put(s.EXPIRE_INVOICE, expired_invoices) != len(expired_invoices):
            raise StoreConflictError(_NOT_AS_READ)
        self._put(s.ADD_EVENT, event_rows(outcome.events))
        self._put(s.ADD_PAYMENT, [payment_row(one) for one in outcome.payments])
        self._change_payments(outcome.changed_payments.values())
        self._put_messages(outcome.messages, outcome.stored_messages)
        self._put_reminders(outcome.reminders)
        self._put(
            s.PUT_RATE_LIMIT,
            [rate_limit_row(*one) for one in outcome.rate_limit_states.items()],
        )
        used_up = outcome.sms_budgets_used_up.items()
        self._put(s.PUT_USED_UP, [used_up_row(*one) for one in used_up])
        # The last record of a key wins: one statement must not write a row twice.
        answers = {answer.request: answer for answer in outcome.idempotency_records}
        self._put(s.PUT_IDEMPOTENCY_RECORD, [idempotency_row(one) for one in answers.values()])
        self._suppress(outcome.suppressed)

    def _replace(self, changes: Sequence[tuple[Invoice, Invoice]]) -> None:
        rows = [
            {
                **invoice_row(after, before),
                "its_account": after.account,
                "its_id": after.id,
                "its_version": before.version,
            }
            for before, after in changes
        ]
        moved = [row for row in rows if "document" not in row]
        edited = [row for row in rows if "document" in row]
        if self._put(s.MOVE_INVOICE, moved) + self._put(s.CHANGE_INVOICE, edited) != len(rows):
            raise StoreConflictError(_NOT_AS_READ)

    def _put_messages(
        self, messages: Mapping[MessageKey, OutboxMessage], stored: Collection[MessageKey]
    ) -> None:
        new = [message_row(one) for key, one in messages.items() if key not in stored]
        moved = [delivery_row(one) for key, one in messages.items() if key in stored]
        self._put(s.PUT_MESSAGE, new)
        if self._put(s.MOVE_MESSAGE, moved) != len(moved):
            raise StoreConflictError("a message is not there that was read")

    def _change_payments(
        self, payments: Collection[tuple[RecordedPayment, RecordedPayment]]
    ) -> None:
        changed = [
            {
                "its_account": after.account,
                "its_reference": after.payment.reference,
                "its_unapplied": before.unapplied,
                "unapplied": after.unapplied,
                "refunded": after.refunded,
            }
            for before, after in payments
        ]
        if self._put(s.CHANGE_PAYMENT, changed) != len(changed):
            raise StoreConflictError("a payment is not what was read")

    def _put_entries(self, entries: Mapping[EntryKey, Entry | None]) -> None:
        self._put(s.PUT_ENTRY, [entry_row(entry) for entry in entries.values() if entry])
        self._put(
            s.DELETE_ENTRY,
            [
                {"its_account": key.account, "its_id": key.entry}
                for key, entry in entries.items()
                if entry is None
            ],
        )

    def _put_reminders(self, reminders: Mapping[InvoiceKey, ReminderProgress | None]) -> None:
        self._put(
            s.PUT_REMINDERS,
            [
                progress_row(key, progress)
                for key, progress in reminders.items()
                if progress is not None
            ],
        )
        self._put(
            s.END_REMINDERS,
            [
                {f"its_{name}": part for name, part in key._asdict().items()}
                for key, progress in reminders.items()
                if progress is None
            ],
        )

    def _suppress(self, suppressed: Mapping[Contact, Suppression | None]) -> None:
        self._put(
            s.PUT_SUPPRESSED,
            [
                {**contact._asdict(), "reason": reason}
                for contact, reason in suppressed.items()
                if reason is not None
            ],
        )
        self._put(
            s.LIFT_SUPPRESSED,
            [
                {f"its_{name}": part for name, part in contact._asdict().items()}
                for contact, reason in suppressed.items()
                if reason is None
            ],
        )
