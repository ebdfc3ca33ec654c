"""A transaction that writes, where others write at the same time: it locks what it reads.

The order of the locks is one for everybody: request keys, messages, invoices with their
reminders, payments, entries, contacts, turns, and last the series of numbers. Within a kind it is
the order of the keys.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection

from billhook.application.ports import StoreConflictError
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
    RecordedPayment,
)
from billhook.messaging.delivery import MessageKey
from billhook.messaging.rate_limits import RateLimitState
from billhook.messaging.webhooks import WebhookEndpoint, WebhookEndpointKey
from billhook.model.base import AccountId
from billhook.model.invoice import Invoice, InvoiceKey
from billhook.model.reminder_schedule import ReminderProgress
from billhook_adapters.sql import queries as q
from billhook_adapters.sql.advisory_locks import hold
from billhook_adapters.sql.rows import outbound_of, progress_of, subscriber_of
from billhook_adapters.sql.transaction import Queued, SqlWork, ignored


class LockingWork(SqlWork):
    """Reads as `SqlWork` does, and nobody else changes what it read until it ends."""

    def __init__(self, connection: Connection, queued: Queued = ignored) -> None:
        super().__init__(connection, queued)
        self._subscribers: dict[AccountId, Sequence[WebhookEndpoint]] = {}

    def invoices(self, keys: Collection[InvoiceKey]) -> Mapping[InvoiceKey, Invoice]:
        found = self._invoices(q.LOCKED_INVOICES, keys)
        missing = [key for key in keys if key not in found]
        if not missing:
            return found
        # Nobody may make them now; and who made them just before is seen.
        hold(self._connection, "invoice", missing)
        return {**found, **self._invoices(q.LOCKED_INVOICES, missing)}

    def lock_accounts(self, ids: Collection[AccountId]) -> None:
        hold(self._connection, "account", [(account,) for account in ids])

    def messages(self, keys: Collection[MessageKey]) -> Mapping[MessageKey, OutboxMessage]:
        found = (outbound_of(row) for row in self._rows(q.LOCKED_MESSAGES, keys))
        return {message.key: message for message in found}

    def reminders(self, keys: Collection[InvoiceKey]) -> Mapping[InvoiceKey, ReminderProgress]:
        # Nobody may make them now either: whoever does has locked the invoice.
        return dict(map(progress_of, self._rows(q.LOCKED_REMINDERS, keys)))

    def idempotency_records(
        self, keys: Collection[IdempotencyKey]
    ) -> Mapping[IdempotencyKey, IdempotencyRecord]:
        hold(self._connection, "request", keys)
        return super().idempotency_records(keys)

    def payments(self, references: Collection[PaymentKey]) -> Mapping[PaymentKey, RecordedPayment]:
        hold(self._connection, "payment", references)
        return super().payments(references)

    def entries(self, keys: Collection[EntryKey]) -> Mapping[EntryKey, Entry]:
        hold(self._connection, "entry", keys)
        return super().entries(keys)

    def histories(self, contacts: Collection[Contact]) -> Mapping[Contact, ContactHistory]:
        hold(self._connection, "contact", contacts)
        return super().histories(contacts)

    def rate_limit_states(
        self, rate_limits: Collection[RateLimitKey]
    ) -> Mapping[RateLimitKey, RateLimitState]:
        hold(self._connection, "pace", rate_limits)
        return super().rate_limit_states(rate_limits)

    def webhook_endpoints(
        self, accounts: Collection[AccountId]
    ) -> Mapping[AccountId, Sequence[WebhookEndpoint]]:
        # Nearly everybody reads them and hardly anybody writes them: they are not locked, but
        # whoever writes proves that they still are what was read.
        found = super().webhook_endpoints(accounts)
        self._subscribers |= {account: found.get(account, ()) for account in accounts}
        return found

    def save(self, outcome: PendingWrites) -> None:
        self._prove(outcome.webhook_endpoints)
        super().save(outcome)

    def _prove(self, changed: Mapping[WebhookEndpointKey, WebhookEndpoint]) -> None:
        keys = sorted(key for key in changed if key.account in self._subscribers)
        if not keys:
            return
        read = {one.key: one for key in keys for one in self._subscribers[key.account]}
        now = map(subscriber_of, self._rows(q.LOCKED_WEBHOOK_ENDPOINTS, keys))
        for one in now:
            if one not in (read.get(one.key), changed[one.key]):
                raise StoreConflictError("a subscriber is not what was read")
