"""The database that a command works on, and what to do where it cannot be used."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from billhook_adapters.cli.errors import CliError
from billhook_adapters.system.optional_dependencies import needs

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.exc import DBAPIError

    from billhook.application.service import InvoiceService

_FILE = "sqlite:///"
_SERVERS = ("postgresql://", "postgresql+psycopg://")
_FULL = "the disk is full; free some space, then ask again"
_BUSY = "another program is writing to it; ask again when that is done"
_SQLITE = {
    "SQLITE_FULL": _FULL,
    "SQLITE_BUSY": _BUSY,
    "SQLITE_READONLY": "it may not be written to; give this user permission to write to the file "
    "and to its folder",
    "SQLITE_PERM": "it may not be opened; give this user permission to the file and its folder",
    "SQLITE_AUTH": "it may not be opened; give this user permission to the file and its folder",
    "SQLITE_CANTOPEN": "it cannot be opened; check that it is a file, and that this user may read "
    "and write it and its folder",
    "SQLITE_NOTADB": "this file is not a SQLite database; give the URL of another file",
    "SQLITE_CORRUPT": "the file is damaged; restore it from a backup",
    "SQLITE_IOERR": "it could not be read or written; check the disk and its free space",
    "SQLITE_ERROR": "this is not a database of billhook's; give the URL of another file",
}
_POSTGRESQL = {
    "53100": _FULL,
    "53300": "its server has no connection left; ask again, or let it have more",
    "53": "its server has run out of memory or the like; ask again, or give it more",
    "55P03": _BUSY,
    "57": "its server is starting or stopping; ask again when it runs",
    "42501": "this user may not do that there; let it own the tables",
    "25006": "it may not be written to: it is a standby or read-only; give the URL of the primary",
    "42P": "this is not a database of billhook's; give the URL of an empty one",
    "XX00": "it is damaged; restore it from a backup",
}
_AWAY = (
    "its server cannot be reached, or does not let this user in; check that it runs, and the "
    "host, the port, the user, the password and the database's name in the URL"
)


@contextmanager
def database(url: str, *, new: bool = False) -> Generator[Engine]:
    """The database at this URL; with `new`, it is made where there is none.

    Raises Stopped with the remedy where it cannot be used, also later, inside the block.
    """
    _check(url, new=new)
    with needs("sql"):
        from alembic.util.exc import CommandError
        from sqlalchemy.exc import DBAPIError

        from billhook_adapters.sql import open_database
    try:
        try:
            engine = open_database(url)
        except CommandError:
            raise CliError(
                "--database: made by a newer billhook, or not by billhook; upgrade billhook, or "
                "give the URL of another file"
            ) from None
        try:
            yield engine
        finally:
            engine.dispose()
    except DBAPIError as trouble:
        raise CliError(f"--database: {_worded(trouble)}") from None


def service_over(engine: Engine) -> InvoiceService:
    """The desk of a command: over this database, by the clock on the wall."""
    from billhook.application.service import InvoiceService
    from billhook_adapters.sql import SqlStore
    from billhook_adapters.system.clock import SystemClock
    from billhook_adapters.system.ids import RandomIds

    return InvoiceService(SqlStore(engine), SystemClock(), RandomIds())


def _check(url: str, *, new: bool) -> None:
    if url.startswith(_SERVERS):
        _check_server(url)
    elif url.startswith(_FILE):
        _check_file(url, new=new)
    else:
        # Only the scheme is repeated: what follows may hold a password.
        scheme, colon, _ = url.partition(":")
        what = f"no store for {scheme!r} databases" if colon else "not a URL"
        raise CliError(
            f"--database: {what}; give one such as sqlite:///billhook.sqlite3 or "
            "postgresql://user@host/billhook"
        )


def _check_server(url: str) -> None:
    with needs("sql"):
        from sqlalchemy.engine import make_url
        from sqlalchemy.exc import ArgumentError
    try:
        named = make_url(url).database
    except (ArgumentError, ValueError):  # which repeat the URL, or parts of it
        named = None
    if not named:
        raise CliError("--database: give a URL such as postgresql://user@host:5432/billhook")


def _check_file(url: str, *, new: bool) -> None:
    name = url.removeprefix(_FILE).partition("?")[0]
    if name in ("", ":memory:"):
        raise CliError("--database: it would be gone when the command ends; name a file")
    path = Path(name)
    with suppress(PermissionError):  # SQLite meets it as well, and that is worded
        if name.startswith("file:") or path.exists():
            return
        if not path.parent.is_dir():
            raise CliError(f"--database: there is no folder {path.parent}; make it first")
        if not new:
            raise CliError(
                f"--database: there is no file {path}; check the URL, or begin with "
                "`billhook account create`"
            )


def _worded(trouble: DBAPIError) -> str:
    name = getattr(trouble.orig, "sqlite_errorname", None)
    if name is not None:
        sentences = _SQLITE
    else:
        sentences, name = _POSTGRESQL, getattr(trouble.orig, "sqlstate", "")
        if name is None:
            return _AWAY
    for known, sentence in sentences.items():
        if name.startswith(known):  # SQLITE_IOERR_WRITE and its like are kinds of SQLITE_IOERR
            return sentence
    return "it could not be used; check the file, or the server's own log"
