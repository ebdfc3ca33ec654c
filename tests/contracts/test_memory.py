"""The store, the clocks, the ids and the sender in memory keep the ports' contracts."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from copy import copy

import pytest

from billhook.messaging.delivery import Transient
from billhook_adapters.memory import CapturedSender, InMemoryStore, RandomIds, SettableClock
from billhook_adapters.memory.transaction import InMemoryTransaction
from billhook_adapters.system.clock import SystemClock
from billhook_adapters.testing import NOON
from billhook_adapters.testing.contracts import (
    ClockContract,
    IdsContract,
    OnceSenderContract,
    ServiceContract,
    StoreContract,
)


class WatchedStore(InMemoryStore):
    """A store that checks that no transaction changes the rows that it began with.

    Snapshots of a sandbox, and what reads meanwhile, have the same rows.
    """

    @contextmanager
    def transaction(self) -> Generator[InMemoryTransaction]:
        before = self.rows
        tables = {name: copy(table) for name, table in vars(before).items()}
        try:
            with super().transaction() as transaction:
                yield transaction
        finally:
            assert vars(before) == tables


class TestInMemoryStore(StoreContract):
    @pytest.fixture
    def store(self) -> InMemoryStore:
        return WatchedStore()


class TestServiceInMemory(ServiceContract):
    @pytest.fixture
    def store(self) -> InMemoryStore:
        return WatchedStore()


class TestSystemClock(ClockContract):
    @pytest.fixture
    def clock(self) -> SystemClock:
        return SystemClock()


class TestSettableClock(ClockContract):
    @pytest.fixture
    def clock(self) -> SettableClock:
        return SettableClock(NOON)


class TestRandomIds(IdsContract):
    @pytest.fixture
    def ids(self) -> RandomIds:
        return RandomIds("https://bill.example/i/")


class TestCapturedSender(OnceSenderContract):
    @pytest.fixture
    def sender(self) -> CapturedSender:
        return CapturedSender()

    @pytest.fixture
    def broken_sender(self, sender: CapturedSender) -> CapturedSender:
        sender.faults.append(Transient("out of reach"))
        return sender

    @pytest.fixture
    def received(self, sender: CapturedSender) -> Callable[[], Sequence[object]]:
        return lambda: sender.delivered
