"""A transaction that writes while others do: it locks what it reads.

All transactions take locks in one order: idempotency keys, messages, invoices with their
reminders, payments, entries, contacts, SMS budgets, rate limits, and last the number series. Within
a kind it is the order of the keys.
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
from billhook_adapters.sql.rows import progress_of, webhook_endpoint_of
from billhook_adapters.sql.transaction import Queued, SqlTransaction, ignored


class LockingTransaction(SqlTransaction):
    """Reads as `SqlTransaction` does, and locks what it reads until it ends."""

    def __init__(self, connection: Connection, queued: Queued = ignored) -> None:
        super().__init__(connection, queued)
        self._endpoints_read: dict[AccountId, Sequence[WebhookEndpoint]] = {}

    def invoices(self, keys: Collection[InvoiceKey]) -> Mapping[InvoiceKey, Invoice]:
        found = self._invoices(q.LOCKED_INVOICES, keys)
        missing = [key for key in keys if key not in found]
        if not missing:
            return found
        # No other transaction can add them now; one that just did is seen.
        hold(self._connection, "invoice", missing)
        return {**found, **self._invoices(q.LOCKED_INVOICES, missing)}

    def lock_accounts(self, ids: Collection[AccountId]) -> None:
        hold(self._connection, "account", [(account,) for account in ids])

    def messages(self, keys: Collection[MessageKey]) -> Mapping[MessageKey, OutboxMessage]:
        return self._messages(q.LOCKED_MESSAGES, keys)

    def reminders(self, keys: Collection[InvoiceKey]) -> Mapping[InvoiceKey, ReminderProgress]:
        # No other transaction can add them either: it would have to lock the invoice.
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

    def lock_sms_budgets(self, accounts: Collection[AccountId]) -> None:
        hold(self._connection, "sms budget", [(account,) for account in accounts])

    def rate_limit_states(
        self, rate_limits: Collection[RateLimitKey]
    ) -> Mapping[RateLimitKey, RateLimitState]:
        hold(self._connection, "rate limit", rate_limits)
        return super().rate_limit_states(rate_limits)

    def webhook_endpoints(
        self, accounts: Collection[AccountId]
    ) -> Mapping[AccountId, Sequence[WebhookEndpoint]]:
        # Often read and rarely written: they are not locked, but a transaction that writes them
        # checks that they are still what it read.
        found = super().webhook_endpoints(accounts)
        self._endpoints_read |= {account: found.get(account, ()) for account in accounts}
        return found

    def save(self, outcome: PendingWrites) -> None:
        self._check_endpoints(outcome.webhook_endpoints)
        super().save(outcome)

    def _check_endpoints(self, changed: Mapping[WebhookEndpointKey, WebhookEndpoint]) -> None:
        keys = sorted(key for key in changed if key.account in self._endpoints_read)
        if not keys:
            return
        read = {one.key: one for key in keys for one in self._endpoints_read[key.account]}
        now = map(webhook_endpoint_of, self._rows(q.LOCKED_WEBHOOK_ENDPOINTS, keys))
        for one in now:
            if one not in (read.get(one.key), changed[one.key]):
                raise StoreConflictError("a webhook endpoint is not what was read")
