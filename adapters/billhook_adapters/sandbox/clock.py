"""A running clock that can be moved."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

from billhook.application.ports import Clock


class MovableClock:
    """The time of another clock plus an offset that can be changed.

    >>> from billhook_adapters.system.clock import SettableClock
    >>> from datetime import UTC
    >>> clock = MovableClock(SettableClock(datetime(2026, 1, 1, tzinfo=UTC)))
    >>> clock.advance(timedelta(days=1))
    >>> clock.now().day
    2
    """

    def __init__(self, clock: Clock) -> None:
        self._clock, self._offset = clock, timedelta(0)

    def now(self) -> datetime:
        """The present instant of the sandbox."""
        return self._clock.now() + self._offset

    def zone(self, name: str | None) -> tzinfo:
        """The time zone of this name, as the other clock has it."""
        return self._clock.zone(name)

    def set(self, now: datetime) -> None:
        """Continue from another instant."""
        self._offset = now - self._clock.now()

    def advance(self, by: timedelta) -> None:
        """Continue from a later instant."""
        self.set(self.now() + by)
