"""The store in a relational database, through SQLAlchemy Core."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Engine

from billhook.application.records import DeliveryQueue, DueQueues
from billhook.messaging.delivery import MessageId, MessageKey
from billhook.messaging.outbox import OutboxPosition, OutboxSearch
from billhook.messaging.outbox_counts import OutboxCounts
from billhook.model.base import AccountId
from billhook.model.invoice import InvoiceId, InvoiceKey
from billhook_adapters.sql import outbox
from billhook_adapters.sql import queries as q
from billhook_adapters.sql.connections import reading, writing
from billhook_adapters.sql.locking_transaction import LockingTransaction
from billhook_adapters.sql.rows import queue_named, queue_text
from billhook_adapters.sql.statements import fetch_rows
from billhook_adapters.sql.transaction import Queued, SqlTransaction, conflicts, ignored
from billhook_adapters.system.instants import some


class SqlStore:
    """Rows of a database that `open_database` opened."""

    def __init__(self, engine: Engine, queued: Queued = ignored) -> None:
        """`queued` gets the messages that are saved, with the connection, before the commit."""
        self._engine, self._queued = engine, queued
        # SQLite has one writer, whose lock is on everything.
        self._transaction = (
            SqlTransaction if engine.dialect.name == "sqlite" else LockingTransaction
        )

    @contextmanager
    def transaction(self) -> Generator[SqlTransaction]:
        """No other transaction changes what it reads until it ends, so decisions never race."""
        with conflicts(), writing(self._engine) as connection:
            yield self._transaction(connection, self._queued)

    @contextmanager
    def snapshot(self) -> Generator[SqlTransaction]:
        """A read transaction of its own."""
        with reading(self._engine) as connection:
            yield SqlTransaction(connection)

    def sendable(self, now: datetime, limit: int) -> Sequence[MessageKey]:
        """Live messages that are due."""
        with self._engine.connect() as connection:
            found = fetch_rows(connection, q.SENDABLE, {"now": some(now), "most": limit})
            return [MessageKey(AccountId(account), MessageId(name)) for account, name in found]

    def due_queues(
        self, kind: str, now: datetime, after: DeliveryQueue | None, limit: int
    ) -> DueQueues:
        """The delivery queues of a kind that have a message due."""
        first, end = f"{kind}/", f"{kind}0"  # "0" follows "/" in the order of characters
        bound = {"after": first if after is None else queue_text(after), "end": end, "most": limit}
        with self._engine.connect() as connection:
            found = fetch_rows(connection, q.LIVE_QUEUES, bound)
        due = [queue_named(name) for name, due_at in found if due_at <= some(now)]
        return DueQueues(due, queue_named(found[-1][0]) if len(found) == limit else None)

    def sendable_in(self, queue: DeliveryQueue, now: datetime, limit: int) -> Sequence[MessageKey]:
        """Live messages of one queue that are due."""
        bound = {"queue": queue_text(queue), "now": some(now), "most": limit}
        with self._engine.connect() as connection:
            found = fetch_rows(connection, q.SENDABLE_IN, bound)
            return [MessageKey(AccountId(account), MessageId(name)) for account, name in found]

    def defer(self, key: MessageKey, until: datetime) -> None:
        """Postpone a live message until then."""
        with writing(self._engine) as connection:
            connection.execute(
                q.DEFER, {"of": key.account, "message": key.message, "until": some(until)}
            )

    def remindable(self, now: datetime, limit: int) -> Sequence[InvoiceKey]:
        """Invoices of whose reminders something is due."""
        with self._engine.connect() as connection:
            found = connection.execute(q.REMINDABLE, {"now": some(now), "most": limit})
            return [InvoiceKey(AccountId(account), InvoiceId(name)) for account, name in found]

    def delete_expired_records(self, now: datetime, limit: int) -> int:
        """Delete idempotency records that have expired, and budgets that are not used up now."""
        binds = {"now": some(now), "most": limit}
        with writing(self._engine) as connection:
            connection.execute(q.DELETE_USED_UP, binds)
            return len(connection.execute(q.DELETE_EXPIRED_RECORDS, binds).all())

    def unsent(self, wanted: OutboxSearch) -> Sequence[OutboxPosition]:
        """Messages that no provider accepted."""
        with self._engine.connect() as connection:
            found = connection.execute(outbox.searching(wanted)).all()
        return [outbox.position_of(*row) for row in found]

    def outbox_counts(self, now: datetime, most: int) -> OutboxCounts:
        """The counts of the outbox."""
        with reading(self._engine) as connection:
            return outbox.outbox_counts(connection, now, most)

    def record_repairs(self, messages: int, now: datetime) -> None:
        """Count messages whose wake-up a sweep found missing."""
        with writing(self._engine) as connection:
            connection.execute(outbox.NOTE, {"messages": messages, "now": some(now)})
