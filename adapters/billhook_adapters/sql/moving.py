"""Moves every row of a database into an empty one, which may be of another kind."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from hashlib import sha256
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, RowMapping, Table, func, select, tuple_
from sqlalchemy.exc import DataError, IntegrityError

from billhook_adapters.sql.connections import reading, writing
from billhook_adapters.sql.database import open_database, unbounded
from billhook_adapters.sql.sqlite import check_file
from billhook_adapters.sql.tables import metadata
from billhook_adapters.system.backend import BackendError
from billhook_adapters.system.optional_dependencies import needs

BATCH = 500
"""How many rows are read and written together."""

Report = Callable[[str, int, int], None]
"""Takes the table, how many of its rows are copied, and how many there are."""

_TABLES = metadata.sorted_tables


class CopiedTable(NamedTuple):
    """A table: its name, the number of its rows, and the SHA-256 of all of them in order."""

    name: str
    rows: int
    sha256: str


class Moved(NamedTuple):
    """What the target holds. `already` is True where an earlier move had copied all of it."""

    tables: Sequence[CopiedTable]
    already: bool


def open_alone(url: str, *, create: bool) -> Engine:
    """The database at this URL, with no other connection to it. Raises BackendError."""
    scheme = url.partition(":")[0].partition("+")[0]
    if scheme == "sqlite":
        check_file(url, create=create)
    elif scheme == "postgresql":
        with needs("postgresql"):
            from billhook_adapters.sql.postgresql import check_url
        check_url(url)
    else:
        raise BackendError(
            "only these can be moved: sqlite:///billhook.sqlite3 and postgresql://user@host/billhook"
        )
    return open_database(url, alone=True)


def move(source: Engine, target: Engine, report: Report) -> Moved:
    """Copy every table in one snapshot of the source and one transaction of the target.

    What is copied is read back and compared before it is committed, and whatever raises leaves the
    target as it was. A target that holds exactly these rows is the result of an earlier move.
    Raises BackendError where it holds others, where it does not take a row, and where the copy is
    not the same.
    """
    with ExitStack() as stack:
        old, new = stack.enter_context(reading(source)), stack.enter_context(writing(target))
        for connection, mode in ((old, "SHARE"), (new, "ACCESS EXCLUSIVE")):
            _lock(connection, mode)
            stack.enter_context(unbounded(connection))
        if any(map(_count, [new] * len(_TABLES), _TABLES)):
            return Moved(_compared(tuple(_digests(old)), new, _NOT_EMPTY), already=True)
        copied = tuple(_copied(old, new, table, report) for table in _TABLES)
        return Moved(_compared(copied, new, _NOT_THE_SAME), already=False)


_NOT_EMPTY = "the target is not empty; give the URL of a new database"
_NOT_THE_SAME = (
    "what was written is not what was read; nothing was kept, and the source is as it was: "
    "check both with `billhook doctor`"
)


def _lock(connection: Connection, mode: str) -> None:
    if connection.dialect.name == "postgresql":  # SQLite's file is locked already
        names = ", ".join(table.name for table in _TABLES)
        connection.exec_driver_sql(f"LOCK TABLE {names} IN {mode} MODE")


def _compared(
    wanted: Sequence[CopiedTable], target: Connection, reason: str
) -> Sequence[CopiedTable]:
    for expected, found in zip(wanted, _digests(target), strict=True):
        if expected != found:
            raise BackendError(reason)
    return wanted


def _digests(connection: Connection) -> Iterator[CopiedTable]:
    for table in _TABLES:
        digest = _Digest()
        for page in _pages(connection, table):
            digest.add(page)
        yield digest.of(table)


def _copied(source: Connection, target: Connection, table: Table, report: Report) -> CopiedTable:
    digest, total = _Digest(), _count(source, table)
    report(table.name, 0, total)
    for page in _pages(source, table):
        _insert(target, table, page)
        digest.add(page)
        report(table.name, digest.rows, total)
    return digest.of(table)


class _Digest:
    """Counts rows, and hashes them as lines of JSON: the same values on every database."""

    def __init__(self) -> None:
        self.rows, self._hash = 0, sha256()

    def add(self, page: Iterable[RowMapping]) -> None:
        for row in page:
            self.rows += 1
            self._hash.update(json.dumps(list(row.values())).encode() + b"\n")

    def of(self, table: Table) -> CopiedTable:
        return CopiedTable(table.name, self.rows, self._hash.hexdigest())


def _count(connection: Connection, table: Table) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()


def _pages(connection: Connection, table: Table) -> Iterator[Sequence[RowMapping]]:
    """All rows in the order of their primary key, which is the same on every database."""
    key = tuple(table.primary_key)
    first = wanted = select(table).order_by(*key).limit(BATCH)
    while page := connection.execute(wanted).mappings().all():
        yield page
        last = page[-1]
        wanted = first.where(tuple_(*key) > tuple_(*(last[column.name] for column in key)))


def _insert(target: Connection, table: Table, page: Sequence[RowMapping]) -> None:
    rows = [dict(row) for row in page]
    target.exec_driver_sql("SAVEPOINT page")
    try:
        target.execute(table.insert(), rows)
    except (DataError, IntegrityError):
        target.exec_driver_sql("ROLLBACK TO SAVEPOINT page")
        _find_refused(target, table, rows)
        raise
    target.exec_driver_sql("RELEASE SAVEPOINT page")


def _find_refused(target: Connection, table: Table, rows: Iterable[dict[str, Any]]) -> None:
    """Raise BackendError for the first row that is not taken; its address is not in the text."""
    for row in rows:
        try:
            target.execute(table.insert(), row)
        except (DataError, IntegrityError) as error:
            named = [
                f"{column.name} {row[column.name]}"
                for column in table.primary_key
                if column.name != "address"
            ]
            raise BackendError(
                f"{table.name}: the target does not take the row with {', '.join(named)} "
                f"({type(error.orig).__name__}); nothing was kept. Correct the row, and try again"
            ) from None
