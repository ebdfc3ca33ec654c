"""Keys on their way to the database: one JSON array, bound as `keys`, that is joined with.

Expanding keys into `(account, id) IN (...)` makes SQLite scan the table, and a statement for each
number of keys fills every cache there is. PostgreSQL reads a JSON array faster than arrays of its
own, which the driver has to write element by element.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Integer,
    String,
    Table,
    and_,
    bindparam,
    cast,
    literal_column,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import Select, select
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from billhook.model.base import storable

_UNSTORABLE_IN_JSON = ("\\u0000", "\\ud")


def wanted(keys: Collection[object]) -> dict[str, str]:
    """The bind of these keys.

    A key with a text that PostgreSQL cannot hold travels as an empty one: it finds nothing, and
    the others keep their positions.

    >>> wanted([("acc_1", "inv_1"), ("acc_1", "\\x00"), "plain"])
    {'keys': '[["acc_1", "inv_1"], [], ["plain"]]'}
    """
    rows: list[Any] = [[key] if isinstance(key, str) else key for key in keys]
    bound = json.dumps(rows)
    if any(mark in bound for mark in _UNSTORABLE_IN_JSON):
        bound = json.dumps([row if is_storable(row) else [] for row in rows])
    return {"keys": bound}


def is_storable(row: Iterable[Any]) -> bool:
    """Whether every database can hold the texts of a key."""
    try:
        for part in row:
            storable(part)
    except ValueError:
        return False
    return True


class _KeyJoin(FunctionElement[Any]):
    """The elements of a JSON array as rows: `key`, the position from 0, and `value`."""

    name = "each"
    inherit_cache = True


class _Part(FunctionElement[str]):
    """The text at a position of a JSON array."""

    name = "part"
    type = String()
    inherit_cache = True


@compiles(_KeyJoin, "sqlite")
def _each_on_sqlite(element: _KeyJoin, compiler: SQLCompiler, **given: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **given)})"


@compiles(_KeyJoin, "postgresql")
def _each_on_postgresql(element: _KeyJoin, compiler: SQLCompiler, **given: Any) -> str:
    array = f"CAST({compiler.process(element.clauses, **given)} AS jsonb)"
    rows = f"jsonb_array_elements({array}) WITH ORDINALITY AS each (value, place)"
    return f"(SELECT place - 1 AS key, value FROM {rows})"  # noqa: S608  # words of this file


@compiles(_Part, "sqlite")
def _part_on_sqlite(element: _Part, compiler: SQLCompiler, **given: Any) -> str:
    array, position = element.clauses
    return f"json_extract({compiler.process(array, **given)}, '$[{position}]')"


@compiles(_Part, "postgresql")
def _part_on_postgresql(element: _Part, compiler: SQLCompiler, **given: Any) -> str:
    array, position = element.clauses
    return f"({compiler.process(array, **given)} ->> {position})"


WANTED = _KeyJoin(bindparam("keys", type_=String())).table_valued(
    Column("key", Integer), "value", name="wanted"
)


def matching(*columns: Column[Any]) -> ColumnElement[bool]:
    """That these columns are a wanted key, part by part."""
    return and_(
        *(
            column == _Part(WANTED.c.value, literal_column(str(position)))
            for position, column in enumerate(columns)
        )
    )


def number_at(position: int) -> ColumnElement[int]:
    """The number at a position of a wanted key."""
    return cast(_Part(WANTED.c.value, literal_column(str(position))), BigInteger)


def keyed(table: Table, *columns: Column[Any], read: Sequence[Column[Any]] = ()) -> Select[Any]:
    """The rows of a table that have a wanted key; all of its columns, unless `read` names some."""
    # The JSON array is the outer loop; the table is reached through its key.
    return select(*(read or (table,))).select_from(WANTED.join(table, matching(*columns)))
