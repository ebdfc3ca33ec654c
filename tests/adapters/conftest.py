"""A SQLite file of its own for each test that needs one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from billhook.application.records import PendingWrites
from billhook.model.base import AccountId
from billhook_adapters.sql import SqlStore, open_database
from billhook_adapters.testing import an_account


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'billhook.sqlite3'}"


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    engine = open_database(url)
    yield engine
    engine.dispose()


@pytest.fixture
def store(engine: Engine) -> SqlStore:
    store = SqlStore(engine)
    with store.transaction() as transaction:
        transaction.save(PendingWrites(accounts={AccountId("acc_1"): an_account()}))
    return store
