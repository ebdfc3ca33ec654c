"""The contract of a clock."""

from __future__ import annotations

from datetime import UTC

import pytest

from billhook.ports import Clock


class ClockContract:
    """What every clock does. Provide `clock`.

    class TestMyClock(ClockContract):
        @pytest.fixture
        def clock(self):
            return MyClock()
    """

    @pytest.fixture
    def clock(self) -> Clock:
        raise NotImplementedError("give the suite a fixture `clock`")

    def test_the_time_is_in_utc(self, clock: Clock) -> None:
        assert clock.now().tzinfo is UTC

    def test_time_does_not_run_backwards(self, clock: Clock) -> None:
        told = [clock.now() for _ in range(1000)]
        assert told == sorted(told)
