"""A world in memory, and one over SQLite."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import Engine

from adapters.native.world import OTHER, World, mounted
from billhook.application.ports import Store
from billhook_adapters.memory.store import InMemoryStore
from billhook_adapters.sql import SqlStore
from billhook_adapters.system.clock import SettableClock
from billhook_adapters.testing import NOON
from billhook_adapters.testing.running import RunningService


def a_world(store: Store) -> World:
    clock = SettableClock(NOON)
    service = RunningService(store, clock).service
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
