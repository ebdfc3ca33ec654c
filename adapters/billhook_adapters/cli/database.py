"""The database that a command works on, and what to do where it cannot be used."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from billhook_adapters.cli.stopped import Stopped
from billhook_adapters.extras import needs

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.exc import DBAPIError

_SCHEME = "sqlite:///"
_TROUBLE = {
    "SQLITE_FULL": "the disk is full; free some space, then ask again",
    "SQLITE_BUSY": "another program is writing to it; ask again when that is done",
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
            raise Stopped(
                "--database: made by a newer billhook, or not by billhook; upgrade billhook, or "
                "give the URL of another file"
            ) from None
        try:
            yield engine
        finally:
            engine.dispose()
    except DBAPIError as trouble:
        raise Stopped(f"--database: {_worded(trouble)}") from None


def _check(url: str, *, new: bool) -> None:
    if not url.startswith(_SCHEME):
        # Only the scheme is repeated: what follows may hold a password.
        scheme, colon, _ = url.partition(":")
        what = f"no store for {scheme!r} databases" if colon else "not a URL"
        raise Stopped(f"--database: {what}; give one such as sqlite:///billhook.sqlite3")
    name = url.removeprefix(_SCHEME).partition("?")[0]
    if name in ("", ":memory:"):
        raise Stopped("--database: it would be gone when the command ends; name a file")
    path = Path(name)
    with suppress(PermissionError):  # SQLite meets it as well, and that is worded
        if name.startswith("file:") or path.exists():
            return
        if not path.parent.is_dir():
            raise Stopped(f"--database: there is no folder {path.parent}; make it first")
        if not new:
            raise Stopped(
                f"--database: there is no file {path}; check the URL, or begin with "
                "`billhook account create`"
            )


def _worded(trouble: DBAPIError) -> str:
    name = getattr(trouble.orig, "sqlite_errorname", "")
    for known, sentence in _TROUBLE.items():
        if name.startswith(known):  # SQLITE_IOERR_WRITE and its like are kinds of SQLITE_IOERR
            return sentence
    return "it could not be used; check the file"
