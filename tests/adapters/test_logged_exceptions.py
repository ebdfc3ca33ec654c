"""What a log may hold of an exception: its class and the code of the database, not its text."""

from __future__ import annotations

import sqlite3

import psycopg
import pytest
from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import DBAPIError

from billhook_adapters.sql.postgresql import postgresql
from billhook_adapters.system.error_kinds import kind


def _kind(engine: Engine, statement: str) -> str:
    with pytest.raises(DBAPIError) as raised, engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()
    return kind(raised.value)


def test_the_code_of_the_database_is_logged() -> None:
    assert _kind(create_engine("sqlite://"), "no SQL") == "OperationalError (SQLITE_ERROR)"


def test_the_code_of_a_database_server_is_logged(postgresql_url: str) -> None:
    assert _kind(postgresql(postgresql_url), "no SQL") == "ProgrammingError (42601)"


def test_an_unreachable_server_has_no_code_and_its_url_is_not_logged() -> None:
    engine = postgresql("postgresql://ravi:canary@127.0.0.1:1/none")
    assert _kind(engine, "SELECT 1") == "OperationalError"


@pytest.mark.parametrize(
    "error",
    [sqlite3.OperationalError("ravi"), psycopg.OperationalError("ravi"), ValueError("ravi")],
)
def test_the_text_of_an_exception_is_never_logged(error: Exception) -> None:
    assert kind(error) == type(error).__name__
