"""Every engine keeps the contract, on every database it runs on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from billhook.desk.handlers import Handlers
from billhook.ports import Engine
from billhook_adapters.engine import EmbeddedEngine
from billhook_adapters.memory import InMemoryStore, SettableClock
from billhook_adapters.sql import SqlStore, open_database
from billhook_adapters.testing import NOON
from billhook_adapters.testing.contracts import EngineContract, EngineOffice


def embedded(handlers: Handlers, hands: int, pause: Callable[[timedelta], None]) -> Engine:
    return EmbeddedEngine(handlers, hands=hands, pause=pause, poll_seconds=0.001)


class TestEmbeddedInMemory(EngineContract):
    @pytest.fixture
    def office(self) -> EngineOffice:
        return EngineOffice(InMemoryStore(), SettableClock(NOON), embedded)


class TestEmbeddedOnSqlite(EngineContract):
    @pytest.fixture
    def office(self, tmp_path: Path) -> Iterator[EngineOffice]:
        database = open_database(f"sqlite:///{tmp_path / 'billhook.sqlite3'}")
        yield EngineOffice(SqlStore(database), SettableClock(NOON), embedded)
        database.dispose()
