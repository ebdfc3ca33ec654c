"""Opening a database with its tables up to date."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from threading import Lock
from types import MappingProxyType

from sqlalchemy import Connection, Engine

from billhook_adapters.sql.advisory_locks import hold
from billhook_adapters.sql.connections import writing
from billhook_adapters.sql.schema import ensure_schema
from billhook_adapters.sql.sqlite import sqlite
from billhook_adapters.system.optional_dependencies import needs

_MIGRATING = Lock()  # Alembic keeps its context in a module


def open_database(url: str, *, alone: bool = False) -> Engine:
    """An engine for this database, migrated to the newest schema.

    `url` is SQLAlchemy's, such as `sqlite:///billhook.sqlite3` or
    `postgresql://user@host/billhook`. What was committed survives a power cut. With `alone` it is
    for one connection, while no other one may be open. Raises ValueError on a database of another
    kind, and BackendError where another connection is open.
    """
    make = next((make for prefix, make in _BY_PREFIX.items() if url.startswith(prefix)), None)
    if make is None:
        raise ValueError(
            "give a URL such as sqlite:///billhook.sqlite3 or postgresql://user@host/billhook"
        )
    engine = make(url, alone=alone)
    try:
        _migrate(engine)
    except BaseException:
        engine.dispose()
        raise
    return engine


def _postgresql(url: str, *, alone: bool) -> Engine:
    with needs("postgresql"):
        from billhook_adapters.sql.postgresql import postgresql
    return postgresql(url, alone=alone)


def unbounded(connection: Connection) -> AbstractContextManager[None]:
    if connection.dialect.name == "sqlite":
        return nullcontext()
    from billhook_adapters.sql.postgresql import unbounded

    return unbounded(connection)


_BY_PREFIX = MappingProxyType(
    {
        "sqlite:///": sqlite,
        "postgresql://": _postgresql,
        "postgresql+psycopg://": _postgresql,
    }
)


def _migrate(engine: Engine) -> None:
    # All or nothing; who opens it at the same moment waits, and finds the work done.
    with _MIGRATING, writing(engine) as connection, unbounded(connection):
        hold(connection, "migrations", ("",))
        ensure_schema(connection)
