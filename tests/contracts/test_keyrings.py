"""The keyrings keep their contract, in memory, in SQLite and in PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from billhook.application.ports import Store
from billhook.application.records import PendingWrites
from billhook_adapters.memory import InMemoryKeyring, InMemoryStore
from billhook_adapters.sql import SqlStore, open_database
from billhook_adapters.sql.key_join import wanted
from billhook_adapters.sql.keys import FIND_ALL, SqlKeyring
from billhook_adapters.testing import NOON, an_account
from billhook_adapters.testing.contracts import KeyringContract


def _open_both(store: Store) -> None:
    both = (an_account("acc_1", "Acme"), an_account("acc_2", "Umbrella"))
    with store.transaction() as transaction:
        transaction.save(PendingWrites(accounts={account.id: account for account in both}))


class TestInMemoryKeyring(KeyringContract):
    @pytest.fixture
    def keyring(self) -> InMemoryKeyring:
        store = InMemoryStore()
        _open_both(store)
        return InMemoryKeyring(store)


class TestPostgresqlKeyring(KeyringContract):
    @pytest.fixture
    def keyring(self, postgresql_engine: Engine) -> SqlKeyring:
        _open_both(SqlStore(postgresql_engine))
        return SqlKeyring(postgresql_engine)


class TestSqliteKeyring(KeyringContract):
    @pytest.fixture
    def engine(self, tmp_path: Path) -> Iterator[Engine]:
        engine = open_database(f"sqlite:///{tmp_path / 'billhook.sqlite3'}")
        _open_both(SqlStore(engine))
        yield engine
        engine.dispose()

    @pytest.fixture
    def keyring(self, engine: Engine) -> SqlKeyring:
        return SqlKeyring(engine)

    def test_many_ids_are_one_statement_that_reaches_each_key_through_an_index(
        self, engine: Engine, keyring: SqlKeyring
    ) -> None:
        sent: list[str] = []
        with engine.connect() as connection:  # the one of the pool
            driver: Any = connection.connection.driver_connection
            driver.set_trace_callback(sent.append)
        keyring.find_all([f"key_{n}" for n in range(2000)])
        assert len(sent) == 1
        compiled = FIND_ALL.compile(engine)
        given = compiled.construct_params(wanted(["key_1"]))
        with engine.connect() as connection:
            plan = connection.exec_driver_sql(
                f"EXPLAIN QUERY PLAN {compiled}",
                tuple(given[name] for name in compiled.positiontup or ()),
            )
            steps = [step for *_, step in plan]
        assert [step for step in steps if "wanted" not in step] == [
            "SEARCH api_keys USING INDEX sqlite_autoindex_api_keys_1 (id=?) LEFT-JOIN"
        ]

    def test_the_database_holds_no_secret(self, engine: Engine, keyring: SqlKeyring) -> None:
        canary = "canary-canary-canary-canary"
        keyring.add(an_account("acc_1").id, "key_1", canary, NOON)
        with engine.connect() as connection:
            (row,) = connection.exec_driver_sql("SELECT * FROM api_keys").all()
        assert canary not in repr(row)
