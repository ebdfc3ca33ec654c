"""SQLite: a file, one writer at a time, and readers that never wait."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.pool import QueuePool

BUSY_TIMEOUT_SECONDS = 30
WAL_PAGES = 4000
"""16 MiB of log before it is written into the database. A commit is as durable with any number;
a page that many commits touch is copied the less often, the higher it is."""


def sqlite(url: str) -> Engine:
    """An engine in WAL mode with synchronous=FULL: what was acknowledged survives a power cut."""
    engine = create_engine(
        url,
        poolclass=QueuePool,
        hide_parameters=True,  # rows hold personal data, and exceptions end up in logs
        connect_args={"timeout": BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def _settings(connection: Any, _record: Any) -> None:
        # The driver would open transactions by itself, deferred ones; ours are immediate.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute(f"PRAGMA wal_autocheckpoint = {WAL_PAGES}")
        cursor.close()

    return engine
