"""SQLite: a file, one writer at a time, and readers that never wait."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.pool import QueuePool

from billhook_adapters.system.backend import BackendError

BUSY_TIMEOUT_SECONDS = 30
WAL_PAGES = 4000
"""16 MiB of log before it is written into the database. A commit is as durable with any number;
a page that many commits touch is copied the less often, the higher it is."""


def sqlite(url: str) -> Engine:
    """An engine in WAL mode with synchronous=FULL: what was acknowledged survives a power cut.

    A file that is made here can be read and written by its owner alone.
    """
    _make_private(make_url(url).database)
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


def _make_private(name: str | None) -> None:
    """Make the file where there is none: SQLite itself gives others what the umask leaves them.

    The write-ahead log takes its permissions from this file.
    """
    if not name or name == ":memory:" or name.startswith("file:"):
        return
    with suppress(OSError):  # SQLite meets it as well, and its error is explained
        os.close(os.open(name, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def check_file(url: str, *, create: bool) -> None:
    """Raise BackendError where the URL names no file, or no folder to create it in."""
    scheme, slashes, rest = url.partition(":///")
    name = rest.partition("?")[0]
    if scheme != "sqlite" or not slashes:
        raise BackendError("give a URL such as sqlite:///billhook.sqlite3")
    if name in ("", ":memory:"):
        raise BackendError("it would be lost when the process ends; name a file")
    path = Path(name)
    with suppress(PermissionError):  # SQLite meets it as well, and its error is explained
        if name.startswith("file:") or path.exists():
            return
        if not path.parent.is_dir():
            raise BackendError(f"there is no folder {path.parent}; make it first")
        if not create:
            raise BackendError(
                f"there is no file {path}; check the URL, or begin with `billhook account create`"
            )
