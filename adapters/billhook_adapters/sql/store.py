"""The store in a relational database, through SQLAlchemy Core."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Engine

from billhook.messaging.delivery import MessageId, MessageKey
from billhook.messaging.outbox import OutboxCounts, OutboxPosition, OutboxSearch
from billhook.model.base import AccountId
from billhook.model.invoice import InvoiceId, InvoiceKey
from billhook_adapters.sql import outbox
from billhook_adapters.sql import queries as q
from billhook_adapters.sql.connections import reading, writing
from billhook_adapters.sql.health import Trouble
from billhook_adapters.sql.locking_transaction import LockingWork
from billhook_adapters.sql.rows import some
from billhook_adapters.sql.transaction import Queued, SqlWork, ignored, refusals


class SqlStore:
    """Rows of a database that `open_database` opened."""

    def __init__(self, engine: Engine, queued: Queued = ignored) -> None:
        """`queued` hears of messages on the connection and in the transaction that queues them."""
        self._engine, self._queued = engine, queued
        # SQLite has one writer, whose lock is on everything.
        self._work = SqlWork if engine.dialect.name == "sqlite" else LockingWork
        self._trouble = Trouble()

    @contextmanager
    def transaction(self) -> Generator[SqlWork]:
        """What it reads is its own until it ends, so decisions never race."""
        with refusals(), self._trouble.noted(), writing(self._engine) as connection:
            yield self._work(connection, self._queued)

    @contextmanager
    def snapshot(self) -> Generator[SqlWork]:
        """A read transaction of its own."""
        with reading(self._engine) as connection:
            yield SqlWork(connection)

    def sendable(self, now: datetime, limit: int) -> Sequence[MessageKey]:
        """Live messages that are due."""
        with self._engine.connect() as connection:
            found = connection.execute(q.SENDABLE, {"now": some(now), "most": limit})
            return [MessageKey(AccountId(account), MessageId(name)) for account, name in found]

    def defer(self, key: MessageKey, until: datetime) -> None:
        """Leave a live message alone until then."""
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
        """Drop remembered answers whose time is over."""
        with self._trouble.noted(), writing(self._engine) as connection:
            return len(
                connection.execute(
                    q.DELETE_EXPIRED_RECORDS, {"now": some(now), "most": limit}
                ).all()
            )

    def unsent(self, wanted: OutboxSearch) -> Sequence[OutboxPosition]:
        """Messages that no provider took."""
        with self._engine.connect() as connection:
            found = connection.execute(outbox.searching(wanted)).all()
        return [outbox.place_of(*row) for row in found]

    def outbox_counts(self, now: datetime, most: int) -> OutboxCounts:
        """How much stands in the outbox."""
        with reading(self._engine) as connection:
            return outbox.tallied(connection, now, most)

    def record_repairs(self, messages: int, now: datetime) -> None:
        """Remember what a sweep found."""
        with writing(self._engine) as connection:
            connection.execute(outbox.NOTE, {"messages": messages, "now": some(now)})

    def check(self, now: datetime) -> None:
        """Raise where it cannot be read, or where it could lately not be written to."""
        self._trouble.check()
        self.sendable(now, 1)
