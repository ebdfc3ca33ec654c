"""SQLite: a file, one writer at a time, and readers that never wait."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.pool import QueuePool

from billhook_adapters.sql.error_texts import InUseError
from billhook_adapters.sql.tables import metadata
from billhook_adapters.system.backend import BackendError
from billhook_adapters.system.error_kinds import UnavailableError

BUSY_TIMEOUT_SECONDS = 30
PROBE_SECONDS = 2
"""How long a check of the database waits for other writers."""

WAL_PAGES = 4000
"""16 MiB of log before it is written into the database. A commit is as durable with any number;
a page that many commits touch is copied the less often, the higher it is."""


def sqlite(url: str, *, alone: bool = False) -> Engine:
    """An engine in WAL mode with synchronous=FULL: what was acknowledged survives a power cut.

    A file that is made here can be read and written by its owner alone. With `alone` no other
    connection can be open beside its one: the first use fails, or every one of the others does.
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
        if alone:
            _exclude_others(cursor)
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute(f"PRAGMA wal_autocheckpoint = {WAL_PAGES}")
        cursor.close()

    _SameFile(engine)
    return engine


def _exclude_others(cursor: sqlite3.Cursor) -> None:
    """Lock the file for as long as the connection is open. Raises InUseError where others are."""
    cursor.execute(f"PRAGMA busy_timeout = {PROBE_SECONDS * 1000}")
    cursor.execute("PRAGMA locking_mode = EXCLUSIVE")  # takes effect when the log is opened
    try:
        cursor.execute("SELECT 1 FROM sqlite_master").fetchone()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorname.startswith("SQLITE_BUSY"):
            raise InUseError from None
        raise


def _make_private(name: str | None) -> None:
    """Make the file where there is none: SQLite itself gives others what the umask leaves them.

    The write-ahead log takes its permissions from this file.
    """
    if not name or name == ":memory:" or name.startswith("file:"):
        return
    with suppress(OSError):  # SQLite meets it as well, and its error is explained
        os.close(os.open(name, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


class DatabaseMovedError(BackendError, UnavailableError):
    """The file was moved, deleted or replaced while it was open."""

    def __init__(self) -> None:
        super().__init__(
            "its file was moved, deleted or replaced while it was open; put it back or restore it "
            "from a backup, then restart billhook"
        )


class _SameFile:
    """Checks before each use that the file is still the one that was opened.

    SQLite goes on with a file that was deleted, and what it stores is lost when the process ends;
    a new connection would create an empty one.
    """

    def __init__(self, engine: Engine) -> None:
        self._path = Path(engine.url.database or "")
        self._opened: tuple[int, int] | None = None
        if not str(self._path).startswith((":memory:", "file:")):
            event.listen(engine, "connect", self._remember)
            for moment in ("do_connect", "checkout"):
                event.listen(engine, moment, self._check)

    def _remember(self, *_: object) -> None:
        self._opened = self._opened or self._file()

    def _check(self, *_: object) -> None:
        if self._opened is not None and self._opened != self._file():
            raise DatabaseMovedError

    def _file(self) -> tuple[int, int] | None:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino


def check_usable(engine: Engine) -> None:
    """Raise where a new connection can read no table, or gets no turn to write in a few seconds.

    The connections in use keep pages in memory, and would not see that the file is damaged.
    """
    name = engine.url.database or ""
    with closing(sqlite3.connect(name, timeout=PROBE_SECONDS, isolation_level=None)) as connection:
        for table in metadata.sorted_tables:
            connection.execute(f"SELECT 1 FROM {table.name} LIMIT 1").fetchall()  # noqa: S608  # names of this package
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("ROLLBACK")


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
