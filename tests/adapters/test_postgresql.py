"""PostgreSQL as it is opened, migrated and shared."""

from __future__ import annotations

import subprocess
import sys
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from billhook_adapters.sql import open_database, schema
from billhook_adapters.sql.advisory_locks import hold
from billhook_adapters.sql.connections import writing
from billhook_adapters.sql.postgresql import postgresql
from billhook_adapters.sql.tables import declared
from postgresql import Databases

CANARY = "canary"


def test_every_connection_is_durable_and_waits_only_so_long(
    postgresql_databases: Databases, postgresql_url: str
) -> None:
    with psycopg.connect(postgresql_url, autocommit=True) as connection:
        name = connection.info.dbname
        connection.execute(f"ALTER DATABASE {name} SET synchronous_commit = off".encode())
    engine = open_database(postgresql_url)
    names = ("synchronous_commit", "lock_timeout", "idle_in_transaction_session_timeout")
    first, second = engine.connect(), engine.connect()
    with first, second:
        for connection in (first, second):
            found = [connection.exec_driver_sql(f"SHOW {name}").scalar() for name in names]
            assert found == ["on", "10s", "1min"]
    engine.dispose()


@pytest.fixture
def migrated(postgresql_url: str) -> Iterator[Engine]:
    """A database whose tables were made by the migrations."""
    engine = postgresql(postgresql_url)
    with writing(engine) as connection:
        schema.migrate(connection)
    yield engine
    engine.dispose()


def test_the_migrations_make_exactly_the_tables(migrated: Engine) -> None:
    with migrated.connect() as connection:
        assert (
            compare_metadata(MigrationContext.configure(connection), declared("postgresql")) == []
        )


def test_new_tables_are_those_of_the_migrations_to_the_letter(
    postgresql_engine: Engine, migrated: Engine
) -> None:
    # Alembic does not compare everything, such as conditions of indexes, collations and defaults.
    assert _schema(postgresql_engine) == _schema(migrated)
    assert any("WHERE (unapplied > 0)" in line for line in _schema(migrated))


def test_whatever_is_found_by_a_text_is_ordered_by_its_code_points(
    postgresql_engine: Engine,
) -> None:
    with postgresql_engine.connect() as connection:
        found = connection.exec_driver_sql(
            "SELECT table_name, column_name FROM information_schema.columns "
            "WHERE table_schema = 'public' AND data_type = 'character varying' "
            "AND collation_name IS DISTINCT FROM 'C' AND table_name <> 'alembic_version'"
        )
        assert found.all() == []


def test_an_interrupted_creation_changes_nothing(
    postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = schema.create

    def broken_off(connection: Connection) -> None:
        create(connection)
        raise InterruptedError

    monkeypatch.setattr(schema, "create", broken_off)
    with pytest.raises(InterruptedError):
        open_database(postgresql_url)
    with psycopg.connect(postgresql_url) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        assert tables.fetchall() == []


def test_a_new_database_can_be_opened_by_several_at_once(postgresql_url: str) -> None:
    program = "import sys; from billhook_adapters.sql import open_database; "
    program += "open_database(sys.argv[1]).dispose()"
    openers = [
        subprocess.Popen(
            [sys.executable, "-c", program, postgresql_url], stderr=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    with ThreadPoolExecutor(4) as threads:
        for engine in threads.map(open_database, [postgresql_url] * 4):
            engine.dispose()
    assert [(opener.communicate()[1], opener.returncode) for opener in openers] == [("", 0)] * 2


def test_opening_a_database_waits_for_a_running_migration(
    postgresql_url: str,
) -> None:
    first = postgresql(postgresql_url)
    with ThreadPoolExecutor(1) as threads, psycopg.connect(postgresql_url) as watching:
        with writing(first) as connection:
            hold(connection, "migrations", ("",))
            second = threads.submit(open_database, postgresql_url)
            waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            while watching.execute(waiting).fetchone() == (0,):
                assert not second.done()
            tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
            assert watching.execute(tables).fetchone() == (0,)
        second.result().dispose()
        first.dispose()


def test_no_error_of_the_database_quotes_what_it_was_given(postgresql_engine: Engine) -> None:
    for statement in (
        "INSERT INTO accounts VALUES (CAST(:x AS text), CAST(:x AS text)), (:x, :x)",
        "SELECT CAST(:x AS integer)",
        "SELECT * FROM nowhere WHERE x = :x",
    ):
        with postgresql_engine.connect() as connection, pytest.raises(DBAPIError) as broken:
            connection.execute(text(statement), {"x": CANARY})
        assert CANARY not in "".join(traceback.format_exception(broken.value))


def _schema(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        columns = connection.exec_driver_sql(
            "SELECT table_name, column_name, ordinal_position, data_type, is_nullable, "
            "character_maximum_length, collation_name, column_default "
            "FROM information_schema.columns WHERE table_schema = 'public' "
            "AND table_name <> 'alembic_version'"
        )
        constraints = connection.exec_driver_sql(
            "SELECT conrelid::regclass, conname, pg_get_constraintdef(oid) FROM pg_constraint "
            "WHERE connamespace = 'public'::regnamespace AND conrelid <> 0 "
            "AND conrelid::regclass::text <> 'alembic_version'"
        )
        indexes = connection.exec_driver_sql(
            "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' "
            "AND tablename <> 'alembic_version'"
        )
        return sorted(str(tuple(row)) for found in (columns, constraints, indexes) for row in found)
