"""What an operator can do about an error of a database: one line, without a row and a secret."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoFreeConnectionError

from billhook_adapters.system.backend import BackendError

_FULL = "the disk is full; free some space, then try again"
_BUSY = "another program is writing to it; try again when that is done"
_SQLITE: Mapping[str, str] = MappingProxyType(
    {
        "SQLITE_FULL": _FULL,
        "SQLITE_BUSY": _BUSY,
        "SQLITE_READONLY": "it may not be written to; give this user permission to write to the "
        "file and to its folder",
        "SQLITE_PERM": "it may not be opened; give this user permission to the file and its folder",
        "SQLITE_AUTH": "it may not be opened; give this user permission to the file and its folder",
        "SQLITE_CANTOPEN": "it cannot be opened; check that it is a file, and that this user may "
        "read and write it and its folder",
        "SQLITE_NOTADB": "this file is not a SQLite database; give the URL of another file",
        "SQLITE_CORRUPT": "the file is damaged; restore it from a backup",
        "SQLITE_IOERR": "it could not be read or written; check the disk and its free space",
        "SQLITE_ERROR": "this is not a billhook database; give the URL of another file",
    }
)
_POSTGRESQL: Mapping[str, str] = MappingProxyType(
    {
        "53100": _FULL,
        "53300": "its server has no connection left; try again, or allow it more connections",
        "53": "its server is out of memory or another resource; try again, or give it more",
        "55P03": _BUSY,
        "57014": "a statement took longer than the statement_timeout of the URL allows; look for "
        "what loads its server, or allow more",
        "57": "its server is starting or stopping; try again when it runs",
        "42501": "this user lacks the permission; make it the owner of the tables",
        "25006": "it is read-only, perhaps a standby; give the URL of the primary",
        "42P": "this is not a billhook database; give the URL of an empty one",
        "XX00": "it is damaged; restore it from a backup",
    }
)
_UNREACHABLE = (
    "its server cannot be reached, or rejects this user; check that it runs, and the host, the "
    "port, the user, the password and the name of the database in the URL"
)


class InUseError(BackendError):
    """Another connection to a database is open that has to be used alone."""

    def __init__(self) -> None:
        super().__init__(
            "another program has it open; stop every `billhook serve` and `billhook worker` on it "
            "and close what else is connected, then try again"
        )


def explain(error: Exception) -> str | None:
    """The cause and the remedy of an error that a database raised; None for any other."""
    if isinstance(error, NoFreeConnectionError):
        return "all connections to it are in use; try again, or run more processes"
    if isinstance(error, BackendError):
        return str(error)
    if not isinstance(error, DBAPIError):
        return None
    name = getattr(error.orig, "sqlite_errorname", None)
    if name is not None:
        return _text(_SQLITE, name)
    name = getattr(error.orig, "sqlstate", "")
    return _UNREACHABLE if name is None else _text(_POSTGRESQL, name)


def _text(texts: Mapping[str, str], code: str) -> str:
    for prefix, text in texts.items():
        if code.startswith(prefix):  # SQLITE_IOERR_WRITE is a kind of SQLITE_IOERR
            return text
    return "it could not be used; check the file, or the log of the server"
