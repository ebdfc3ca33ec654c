"""SQLite as it is opened, migrated and shared."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from billhook.application.records import IdempotencyKey, PendingWrites
from billhook.model.account import NumberSeries
from billhook.model.base import AccountId
from billhook.model.invoice import InvoiceId, InvoiceKey
from billhook_adapters.sql import SqlStore, open_database, schema
from billhook_adapters.sql.connections import writing
from billhook_adapters.sql.sqlite import sqlite
from billhook_adapters.sql.tables import declared
from billhook_adapters.system.backend import BackendError
from billhook_adapters.testing import (
    NOON,
    an_invoice,
)

ACCOUNT = AccountId("acc_1")
KEY = InvoiceKey(ACCOUNT, InvoiceId("inv_1"))


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_a_new_file_and_its_log_are_their_owners_alone(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        engine = open_database(f"sqlite:///{tmp_path}/b.sqlite3")
        with engine.connect() as connection:
            connection.exec_driver_sql("SELECT 1")
            modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
        engine.dispose()
    finally:
        os.umask(before)
    assert modes == dict.fromkeys(("b.sqlite3", "b.sqlite3-shm", "b.sqlite3-wal"), 0o600)


def test_a_file_that_was_there_keeps_its_permissions(tmp_path: Path) -> None:
    path = tmp_path / "b.sqlite3"
    path.touch()
    path.chmod(0o640)
    open_database(f"sqlite:///{path}").dispose()
    assert path.stat().st_mode & 0o777 == 0o640


def test_every_connection_is_durable_and_holds_foreign_keys(engine: Engine) -> None:
    names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
    full, on = 2, 1
    first, second = engine.connect(), engine.connect()
    with first, second:
        for connection in (first, second):
            found = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names]
            assert found == ["wal", full, on, 30_000]


@pytest.fixture
def migrated(tmp_path: Path) -> Iterator[Engine]:
    """A database whose tables were made by the migrations."""
    engine = sqlite(f"sqlite:///{tmp_path / 'migrated.sqlite3'}")
    with writing(engine) as connection:
        schema.migrate(connection)
    yield engine
    engine.dispose()


def test_the_migrations_make_exactly_the_tables(migrated: Engine) -> None:
    with migrated.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), declared("sqlite")) == []


def test_a_missing_index_would_be_noticed(migrated: Engine) -> None:
    with migrated.connect() as connection:
        connection.exec_driver_sql("DROP INDEX invoices_overdue")
        (difference,) = compare_metadata(MigrationContext.configure(connection), declared("sqlite"))
    assert difference[0] == "add_index"


def test_new_tables_are_those_of_the_migrations_to_the_letter(
    engine: Engine, migrated: Engine
) -> None:
    # Alembic does not compare everything, such as the conditions of partial indexes.
    assert _schema(engine) == _schema(migrated)


def test_new_tables_are_at_the_revision_of_the_last_migration(engine: Engine) -> None:
    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS))
    with engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    assert current == schema.NEWEST == ScriptDirectory.from_config(config).get_current_head()


def test_a_database_of_a_later_version_is_refused(engine: Engine, url: str) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    before = _dump(engine)
    with pytest.raises(BackendError, match="made by a newer billhook"):
        open_database(url)
    assert _dump(engine) == before


def test_opening_a_database_again_changes_nothing(
    engine: Engine, store: SqlStore, url: str
) -> None:
    before = _dump(engine)
    again = open_database(url)
    again.dispose()
    assert _dump(engine) == before


def test_an_interrupted_creation_changes_nothing(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    create = schema.create

    def broken_off(connection: Connection) -> None:
        create(connection)
        raise InterruptedError

    monkeypatch.setattr(schema, "create", broken_off)
    with pytest.raises(InterruptedError):
        open_database(url)
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == []


def test_a_new_database_can_be_opened_by_several_at_once(url: str) -> None:
    program = f"from billhook_adapters.sql import open_database; open_database({url!r}).dispose()"
    openers = [
        subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    assert [(opener.communicate()[1], opener.returncode) for opener in openers] == [("", 0)] * 3
    with ThreadPoolExecutor(4) as threads:
        for engine in threads.map(open_database, [url] * 4):
            engine.dispose()


@pytest.mark.parametrize(
    "url",
    ["postgres", "oracle://localhost/billhook", "mysql://u:s3cret@h/db", "sqlite://", "", "x"],
)
def test_a_database_without_a_store_is_refused_with_a_remedy(url: str) -> None:
    with pytest.raises(ValueError, match=r"give a URL such as sqlite:///billhook\.sqlite3") as no:
        open_database(url)
    assert "s3cret" not in str(no.value)


WRITER = """
import sys
from billhook.model.base import AccountId
from billhook.model.account import NumberSeries
from billhook_adapters.sql import SqlStore, open_database, schema
from billhook_adapters.sql.connections import writing
from billhook_adapters.sql.sqlite import sqlite

engine = open_database(sys.argv[1])
store = SqlStore(engine)
for _ in range(60):
    with store.transaction() as work:
        print(*work.next_numbers({NumberSeries(AccountId("acc_1"), "INV-"): 1}).popitem()[1])
engine.dispose()
"""


def test_writers_in_processes_and_threads_wait_for_one_another(store: SqlStore, url: str) -> None:
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, url],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]

    def draw(_: int) -> int:
        with store.transaction() as transaction:
            (drawn,) = transaction.next_numbers({NumberSeries(ACCOUNT, "INV-"): 1}).values()
        return drawn[0]

    with ThreadPoolExecutor(4) as threads:
        numbers = list(threads.map(draw, range(60)))
    for writer in writers:
        printed, complaints = writer.communicate()
        assert complaints == ""
        numbers.extend(map(int, printed.split()))
    assert sorted(numbers) == [*range(1, 181)]


def test_a_reader_is_not_held_up_by_a_writer(store: SqlStore) -> None:
    with store.transaction() as transaction:
        transaction.save(PendingWrites(invoices={KEY: (None, an_invoice())}))
        with store.snapshot() as snapshot:
            assert snapshot.invoices((KEY,)) == {}
            assert snapshot.idempotency_records((IdempotencyKey(ACCOUNT, "x"),)) == {}
        assert store.sendable(NOON, 1) == []


def _schema(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        found = connection.exec_driver_sql(
            "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name != 'alembic_version'"
        )
        return sorted(re.sub(r"\s+", " ", sql).replace(" ,", ",") for (sql,) in found)


def _dump(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
        return list(raw.iterdump())
