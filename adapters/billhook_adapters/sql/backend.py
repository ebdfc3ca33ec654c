"""A relational database as a backend."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from types import MappingProxyType
from typing import Self

from sqlalchemy import Engine

from billhook.application.ports import Clock
from billhook_adapters.sql.accounts import SqlAccounts
from billhook_adapters.sql.clock import DatabaseClock, postgresql_time
from billhook_adapters.sql.database import open_database
from billhook_adapters.sql.error_texts import explain
from billhook_adapters.sql.health import LastingFailure
from billhook_adapters.sql.inspection import faults
from billhook_adapters.sql.keys import SqlKeyring
from billhook_adapters.sql.sqlite import check_usable
from billhook_adapters.sql.store import SqlStore
from billhook_adapters.system.backend import BackendError, JobQueue
from billhook_adapters.system.clock import SystemClock

WRITER_THREADS = MappingProxyType({"sqlite": 1, "postgresql": 2})
"""SQLite has one writer at a time."""

MakeQueue = Callable[[Engine, Clock], JobQueue]


class SqlBackend:
    """The store, API keys and accounts of a database that `open_database` opened."""

    is_durable = True

    def __init__(self, database: Engine, make_queue: MakeQueue | None = None) -> None:
        """`make_queue` sets up the queue for workers, where the database can hold one."""
        self.database, self._make_queue = database, make_queue
        self.store = SqlStore(database)
        self.keyring = SqlKeyring(database)
        self.accounts = SqlAccounts(database)
        self._failure = LastingFailure().watch(database)
        self.writer_threads = WRITER_THREADS[database.dialect.name]

    @classmethod
    def open(cls, url: str, make_queue: MakeQueue | None = None) -> Self:
        """The backend at this URL. Raises BackendError."""
        try:
            return cls(open_database(url), make_queue)
        except Exception as error:
            reason = explain(error)
            if reason is None:
                raise
            raise BackendError(reason) from error

    def clock(self) -> Clock:
        """The server's clock; that of this machine for SQLite, whose processes share it."""
        if self.database.dialect.name == "sqlite":
            return SystemClock()
        return DatabaseClock(postgresql_time(self.database))

    def job_queue(self, clock: Clock) -> JobQueue | None:
        """The queue for workers, in the same database."""
        return None if self._make_queue is None else self._make_queue(self.database, clock)

    def check(self, now: datetime) -> None:
        """Raise where the database cannot be read, or could not be written to lately."""
        self._failure.check()
        self.store.sendable(now, 1)
        if self.database.dialect.name == "sqlite":
            check_usable(self.database)

    def faults(self) -> Iterator[str]:
        """What is wrong with it, each in one line with the remedy."""
        return faults(self.database)

    def explain(self, error: Exception) -> str | None:
        """The cause and the remedy where the database raised this."""
        return explain(error)

    def dispose(self) -> None:
        """Close all connections."""
        self.database.dispose()
