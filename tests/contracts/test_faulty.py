"""Ports for which no fault is planned keep the contracts of those that they wrap."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from billhook_adapters.memory import CapturedSender, InMemoryStore, RandomIds, SettableClock
from billhook_adapters.testing import NOON
from billhook_adapters.testing.contracts import (
    ClockContract,
    IdsContract,
    OnceSenderContract,
    StoreContract,
)
from billhook_adapters.testing.faults import (
    Faults,
    FaultyClock,
    FaultyIds,
    FaultySender,
    FaultyStore,
    Point,
)


class TestFaultyStore(StoreContract):
    @pytest.fixture
    def store(self) -> FaultyStore:
        return FaultyStore(InMemoryStore(), Faults())


class TestFaultyClock(ClockContract):
    @pytest.fixture
    def clock(self) -> FaultyClock:
        return FaultyClock(SettableClock(NOON), Faults())


class TestFaultyIds(IdsContract):
    @pytest.fixture
    def ids(self) -> FaultyIds:
        return FaultyIds(RandomIds("https://bill.example/i/"), Faults())


class TestFaultySender(OnceSenderContract):
    @pytest.fixture
    def captured(self) -> CapturedSender:
        return CapturedSender()

    @pytest.fixture
    def sender(self, captured: CapturedSender) -> FaultySender:
        return FaultySender(captured, Faults())

    @pytest.fixture
    def broken_sender(self, captured: CapturedSender) -> FaultySender:
        faults = Faults()
        faults.prevent(Point.SEND, ConnectionError("out of reach"))
        return FaultySender(captured, faults)

    @pytest.fixture
    def received(self, captured: CapturedSender) -> Callable[[], Sequence[object]]:
        return lambda: captured.delivered
