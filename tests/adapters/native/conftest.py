"""The native API over a store in memory, and over SQLite."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import Engine

from adapters.native.api_client import OTHER, ApiClient, native_api
from billhook.application.ports import Store
from billhook_adapters.memory.store import InMemoryStore
from billhook_adapters.sql import SqlStore
from billhook_adapters.system.clock import SettableClock
from billhook_adapters.testing import NOON
from billhook_adapters.testing.running import RunningService


def _api_client(store: Store) -> ApiClient:
    clock = SettableClock(NOON)
    service = RunningService(store, clock).service
    return ApiClient(service, clock, native_api(service))


@pytest.fixture
def api() -> ApiClient:
    return _api_client(InMemoryStore())


@pytest.fixture
def other_account(api: ApiClient) -> ApiClient:
    return replace(api, account=OTHER)


@pytest.fixture(params=["memory", "sqlite"])
def each_api(request: pytest.FixtureRequest) -> ApiClient:
    if request.param == "memory":
        return _api_client(InMemoryStore())
    engine: Engine = request.getfixturevalue("engine")
    return _api_client(SqlStore(engine))
