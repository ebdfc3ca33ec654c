"""A transaction that writes, where others write at the same time: it locks what it reads.

The order of the locks is one for everybody: request keys, messages, invoices with their
reminders, payments, entries, contacts, turns, and last the series of numbers. Within a kind it is
the order of the keys.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection

from billhook.application.ports import StoreRefused
from billhook.application.records import (
    Contact,
    Entry,
    EntryKey,
    History,
    Outbound,
    Outcome,
    PaceKey,
    PaymentKey,
    RecordedPayment,
    Remembered,
    RequestKey,
)
from billhook.messaging.delivery import MessageKey
from billhook.messaging.rate_limits import Turns
from billhook.messaging.webhooks import Subscriber, SubscriberKey
from billhook.model.base import AccountId
from billhook.model.invoice import Invoice, Key
from billhook.model.reminder_schedule import Progress
from billhook_adapters.sql import queries as q
from billhook_adapters.sql.advisory_locks import hold
from billhook_adapters.sql.rows import outbound_of, progress_of, subscriber_of
from billhook_adapters.sql.transaction import Queued, SqlWork, ignored


class LockingWork(SqlWork):
    """Reads as `SqlWork` does, and nobody else changes what it read until it ends."""

    def __init__(self, connection: Connection, queued: Queued = ignored) -> None:
        super().__init__(connection, queued)
        self._subscribers: dict[AccountId, Sequence[Subscriber]] = {}

    def invoices(self, keys: Collection[Key]) -> Mapping[Key, Invoice]:
        found = self._invoices(q.LOCKED_INVOICES, keys)
        missing = [key for key in keys if key not in found]
        if not missing:
            return found
        # Nobody may make them now; and who made them just before is seen.
        hold(self._connection, "invoice", missing)
        return {**found, **self._invoices(q.LOCKED_INVOICES, missing)}

    def messages(self, keys: Collection[MessageKey]) -> Mapping[MessageKey, Outbound]:
        found = (outbound_of(row) for row in self._rows(q.LOCKED_MESSAGES, keys))
        return {message.key: message for message in found}

    def reminders(self, keys: Collection[Key]) -> Mapping[Key, Progress]:
        # Nobody may make them now either: whoever does has locked the invoice.
        return dict(map(progress_of, self._rows(q.LOCKED_REMINDERS, keys)))

    def remembered(self, keys: Collection[RequestKey]) -> Mapping[RequestKey, Remembered]:
        hold(self._connection, "request", keys)
        return super().remembered(keys)

    def payments(self, references: Collection[PaymentKey]) -> Mapping[PaymentKey, RecordedPayment]:
        hold(self._connection, "payment", references)
        return super().payments(references)

    def entries(self, keys: Collection[EntryKey]) -> Mapping[EntryKey, Entry]:
        hold(self._connection, "entry", keys)
        return super().entries(keys)

    def histories(self, contacts: Collection[Contact]) -> Mapping[Contact, History]:
        hold(self._connection, "contact", contacts)
        return super().histories(contacts)

    def turns(self, paces: Collection[PaceKey]) -> Mapping[PaceKey, Turns]:
        hold(self._connection, "pace", paces)
        return super().turns(paces)

    def subscribers(
        self, accounts: Collection[AccountId]
    ) -> Mapping[AccountId, Sequence[Subscriber]]:
        # Nearly everybody reads them and hardly anybody writes them: they are not locked, but
        # whoever writes proves that they still are what was read.
        found = super().subscribers(accounts)
        self._subscribers |= {account: found.get(account, ()) for account in accounts}
        return found

    def save(self, outcome: Outcome) -> None:
        self._prove(outcome.subscribers)
        super().save(outcome)

    def _prove(self, changed: Mapping[SubscriberKey, Subscriber]) -> None:
        keys = sorted(key for key in changed if key.account in self._subscribers)
        if not keys:
            return
        read = {one.key: one for key in keys for one in self._subscribers[key.account]}
        now = map(subscriber_of, self._rows(q.LOCKED_SUBSCRIBERS, keys))
        for one in now:
            if one not in (read.get(one.key), changed[one.key]):
                raise StoreRefused("a subscriber is not what was read")
