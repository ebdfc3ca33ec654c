"""A clock that runs, and can be moved."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

from billhook.application.ports import Clock


class MovableClock:
    """The machine's time, moved as requested.

    >>> from billhook_adapters.system.clock import SettableClock
    >>> from datetime import UTC
    >>> clock = MovableClock(SettableClock(datetime(2026, 1, 1, tzinfo=UTC)))
    >>> clock.advance(timedelta(days=1))
    >>> clock.now().day
    2
    """

    def __init__(self, machine: Clock) -> None:
        self._machine, self._ahead = machine, timedelta(0)

    def now(self) -> datetime:
        """The present instant in the sandbox."""
        return self._machine.now() + self._ahead

    def zone(self, name: str | None) -> tzinfo:
        """The time zone of this name, as the machine's clock has it."""
        return self._machine.zone(name)

    def set(self, now: datetime) -> None:
        """Run on from another instant."""
        self._ahead = now - self._machine.now()

    def advance(self, by: timedelta) -> None:
        """Run on from a later instant."""
        self.set(self.now() + by)
