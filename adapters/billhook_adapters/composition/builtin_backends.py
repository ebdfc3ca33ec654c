"""billhook's own backends, registered in pyproject.toml as those of others are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from billhook.application.ports import Clock
from billhook_adapters.memory.backend import InMemoryBackend
from billhook_adapters.system.backend import Backend, JobQueue
from billhook_adapters.system.optional_dependencies import needs

if TYPE_CHECKING:
    from sqlalchemy import Engine


def open_memory(url: str, *, create: bool) -> Backend:
    """`memory://`: a new, empty database in this process."""
    del url, create
    return InMemoryBackend()


def open_sqlite(url: str, *, create: bool) -> Backend:
    """`sqlite:///billhook.sqlite3`: a file."""
    with needs("sql"):
        from billhook_adapters.sql.backend import SqlBackend
        from billhook_adapters.sql.sqlite import check_file
    check_file(url, create=create)
    return SqlBackend.open(url)


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
