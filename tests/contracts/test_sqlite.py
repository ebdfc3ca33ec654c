"""SQLite keeps the contract of a store, and the service works over it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from billhook_adapters.sql import SqlStore, open_database
from billhook_adapters.testing.contracts import ServiceContract, StoreContract


class OnSqlite:
    """Provides `store`, on a file."""

    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[SqlStore]:
        engine = open_database(f"sqlite:///{tmp_path / 'billhook.sqlite3'}")
        yield SqlStore(engine)
        engine.dispose()


class TestSqliteStore(OnSqlite, StoreContract):
    pass


class TestServiceOnSqlite(OnSqlite, ServiceContract):
    pass
