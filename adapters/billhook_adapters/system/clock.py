"""Clocks: the machine's own, and one that stands where it is put."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

from billhook.model.instants import utc
from billhook_adapters.system import time_zones as zones


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present instant, in UTC."""
        return datetime.now(UTC)

    def zone(self, name: str | None) -> tzinfo:
        """The time zone of this name, as this machine knows it."""
        return zones.zone(name)


class SettableClock:
    """A clock that moves only when it is set.

    >>> clock = SettableClock(datetime(2026, 1, 1, tzinfo=UTC))
    >>> clock.advance(timedelta(hours=1))
    >>> clock.now().hour
    1
    """

    def __init__(self, now: datetime) -> None:
        self._now = utc(now)

    def now(self) -> datetime:
        """The instant at which it was put."""
        return self._now

    def zone(self, name: str | None) -> tzinfo:
        """The time zone of this name, as this machine knows it."""
        return zones.zone(name)

    def set(self, now: datetime) -> None:
        """Put it at another instant."""
        self._now = utc(now)

    def advance(self, by: timedelta) -> None:
        """Move it by a duration."""
        self._now += by
