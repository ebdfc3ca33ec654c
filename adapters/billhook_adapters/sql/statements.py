"""Statements as the driver gets them, each compiled once.

SQLAlchemy looks at every value of every row, on the way in and out. The statements here, which
every request runs, get what the driver takes and return what it gives.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple, cast

from sqlalchemy import ClauseElement, Connection, Dialect, Select
from sqlalchemy.sql.compiler import SQLCompiler


class Compiled(NamedTuple):
    """A statement for the driver: its text, the names of its marks, its columns and constants."""

    text: str
    names: Sequence[str]
    columns: Sequence[str]
    constants: Mapping[str, Any]


@cache
def compiled(statement: ClauseElement, dialect: Dialect) -> Compiled:
    """A statement of this package, which is no DDL, for the driver."""
    made = cast("SQLCompiler", statement.compile(dialect=dialect))
    columns = statement.selected_columns.keys() if isinstance(statement, Select) else ()
    constants = {name: value for name, value in made.params.items() if value is not None}
    return Compiled(made.string, made.positiontup or (), columns, constants)


def fetch_rows(
    connection: Connection, query: Select[*tuple[Any, ...]], binds: Mapping[str, Any]
) -> Sequence[Sequence[Any]]:
    """The rows of a query as the driver gives them: its booleans may be numbers."""
    text, names, _, constants = compiled(query, connection.dialect)
    given = {**constants, **binds}
    if connection.dialect.name != "sqlite":
        return connection.exec_driver_sql(text, given).all()
    driver = cast("sqlite3.Connection", connection.connection.driver_connection)
    try:
        return driver.execute(text, [given[name] for name in names]).fetchall()
    except sqlite3.Error:
        return connection.execute(query, binds).all()  # fails again, as an error of SQLAlchemy
