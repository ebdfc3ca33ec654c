"""billhook's own backends, registered in pyproject.toml as those of others are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from billhook_adapters.system.optional_dependencies import needs

if TYPE_CHECKING:  # each opener loads what it opens
    from datetime import datetime

    from sqlalchemy import Engine

    from billhook.application.ports import Clock
    from billhook.messaging.outbox_counts import OutboxCounts
    from billhook_adapters.system.backend import Backend, JobQueue


def open_memory(url: str, *, create: bool) -> Backend:
    """`memory://`: a new, empty database in this process."""
    from billhook_adapters.memory.backend import InMemoryBackend

    del url, create
    return InMemoryBackend()


class _OpenSqlite:
    """`sqlite:///billhook.sqlite3`: a file."""

    def __call__(self, url: str, *, create: bool) -> Backend:
        with needs("sql"):
            from billhook_adapters.sql.backend import SqlBackend
            from billhook_adapters.sql.sqlite import check_file
        check_file(url, create=create)
        return SqlBackend.open(url)

    def outbox_counts(self, url: str, now: datetime, most: int) -> OutboxCounts | None:
        """The counts of the outbox in the file; None where it has to be opened as a database."""
        from billhook_adapters.sqlite.outbox import outbox_counts

        _, _, file = url.partition("sqlite:///")
        is_plain = file != "" and "?" not in file and not file.startswith((":memory:", "file:"))
        return outbox_counts(file, now, most) if is_plain else None


open_sqlite = _OpenSqlite()


def open_postgresql(url: str, *, create: bool) -> Backend:
    """`postgresql://user@host/billhook`: an existing database of a server."""
    del create  # its tables are made, it itself is not
    with needs("postgresql"):
        from billhook_adapters.sql.backend import SqlBackend
        from billhook_adapters.sql.postgresql import check_url
    check_url(url)
    return SqlBackend.open(url, _queue)


def _queue(database: Engine, clock: Clock) -> JobQueue:
    with needs("procrastinate"):
        from billhook_adapters.engine.procrastinate import ProcrastinateQueue
    return ProcrastinateQueue(database, clock)
