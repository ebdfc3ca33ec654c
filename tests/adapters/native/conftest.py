"""A world in memory, and one over SQLite."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import Engine

from adapters.native.world import ACME, OTHER, World, mounted
from billhook.application.ports import Store
from billhook.application.service import InvoiceService
from billhook_adapters.memory.store import InMemoryStore
from billhook_adapters.sql import SqlStore
from billhook_adapters.system.clock import SettableClock
from billhook_adapters.system.ids import RandomIds
from billhook_adapters.testing import NOON, an_account
from billhook_adapters.testing.builders import open_account


def a_world(store: Store) -> World:
    clock = SettableClock(NOON)
    service = InvoiceService(store, clock, RandomIds())
    for account in (ACME, OTHER):
        open_account(service, an_account(account))
    return World(service, clock, mounted(service))


@pytest.fixture
def world() -> World:
    return a_world(InMemoryStore())


@pytest.fixture
def others(world: World) -> World:
    return replace(world, account=OTHER)


@pytest.fixture(params=["memory", "sqlite"])
def each_world(request: pytest.FixtureRequest) -> World:
    if request.param == "memory":
        return a_world(InMemoryStore())
    engine: Engine = request.getfixturevalue("engine")
    return a_world(SqlStore(engine))
