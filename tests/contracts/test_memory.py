"""The store, the clocks, the ids and the sender in memory keep the ports' contracts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from billhook.messaging.delivery import Transient
from billhook_adapters.memory import CapturedSender, InMemoryStore, RandomIds, SettableClock
from billhook_adapters.system.clock import SystemClock
from billhook_adapters.testing import NOON
from billhook_adapters.testing.contracts import (
    ClockContract,
    IdsContract,
    OnceSenderContract,
    ServiceContract,
    StoreContract,
)


class TestInMemoryStore(StoreContract):
    @pytest.fixture
    def store(self) -> InMemoryStore:
        return InMemoryStore()


class TestServiceInMemory(ServiceContract):
    @pytest.fixture
    def store(self) -> InMemoryStore:
        return InMemoryStore()


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
