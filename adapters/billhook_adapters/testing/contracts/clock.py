"""The contract of a clock."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from billhook.application.ports import Clock


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
        instants = [clock.now() for _ in range(1000)]
        assert instants == sorted(instants)

    def test_a_zone_is_known_by_its_name_with_its_changes(self, clock: Clock) -> None:
        berlin = clock.zone("Europe/Berlin")
        winter, summer = (datetime(2026, month, 1, tzinfo=UTC) for month in (1, 7))
        assert [at.astimezone(berlin).hour for at in (winter, summer)] == [1, 2]

    @pytest.mark.parametrize("name", [None, "Asia/Atlantis", "Europe", "..", "/etc/passwd", "\0"])
    def test_an_unknown_zone_is_utc(self, clock: Clock, name: str | None) -> None:
        noon = datetime(2026, 7, 1, 12, tzinfo=UTC)
        assert noon.astimezone(clock.zone(name)).isoformat() == noon.isoformat()
