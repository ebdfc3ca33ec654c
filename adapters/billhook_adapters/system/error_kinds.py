"""The kind of an exception, for logs and probes."""

from __future__ import annotations

import sqlite3

from billhook.application.ports import UnreadableRowError


def kind(error: BaseException) -> str:
    """The name of its type, and the database's own code where it came from one.

    Never its words, which may quote a row or a header, but those of an unreadable row, which name
    its table and its id. A server that cannot be reached gives no code.

    >>> kind(ValueError("ravi@example.com was refused"))
    'ValueError'
    """
    if isinstance(error, UnreadableRowError):
        return str(error)
    name, own = type(error).__name__, code(error)
    return name if own is None else f"{name} ({own})"


def code(error: BaseException) -> str | None:
    """The database's own code of an exception, where it has one."""
    driver = getattr(error, "orig", error)
    found: str | None = getattr(driver, "sqlite_errorname", None) or getattr(
        driver, "sqlstate", None
    )
    return found


_PASSING = (
    *("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_FULL", "SQLITE_IOERR"),
    *("08", "40", "53", "55P03", "57", "25006"),
)
"""How the codes begin of what may work when it is tried again. Of PostgreSQL's, 08 is a connection
that failed, 40 a rollback, 53 insufficient resources, 55P03 a lock, 57 a statement that was ended
or a server that stops, 25006 a read-only transaction."""

_NO_FREE_CONNECTION = "3o7r"
"""SQLAlchemy's name for the error that all connections of a pool are in use."""


class UnavailableError(Exception):
    """A database cannot be used now."""


def is_unavailable(error: BaseException) -> bool:
    """Whether a database raised this that cannot be used now: what was requested may be repeated.

    >>> is_unavailable(ValueError("a bug"))
    False
    """
    if isinstance(error, UnavailableError) or getattr(error, "code", "") == _NO_FREE_CONNECTION:
        return True
    driver = getattr(error, "orig", None)
    if driver is None:
        return False
    own = code(error)
    if own:
        return own.startswith(_PASSING)
    # Without a code the driver itself gave up: a server is unreachable, or did not answer. SQLite
    # has no server: its driver met text that is none.
    return type(error).__name__ == "OperationalError" and not isinstance(driver, sqlite3.Error)
