"""The clock of a database: all servers and workers of one database have one time."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from threading import Lock, Thread

from sqlalchemy import Engine

from billhook.application.ports import Clock
from billhook_adapters.system.clock import SystemClock
from billhook_adapters.system.error_kinds import kind

_log = logging.getLogger(__name__)

MEASURED_EVERY = 30.0
"""Seconds after which the time of the database is read again."""

TOLERATED = timedelta(seconds=5)
"""How far the clock of this host may be off before the log says so."""


def elapsed() -> float:
    """Seconds that have passed since an instant in the past.

    Setting the clock does not change it, and where the system can count it, time in which the
    machine was suspended is included.
    """
    boottime = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boottime is None else time.clock_gettime(boottime)


def postgresql_time(database: Engine) -> Callable[[], datetime]:
    """Reads the time of a PostgreSQL server."""

    def read() -> datetime:
        with database.connect() as connection:
            now: datetime = connection.exec_driver_sql("SELECT clock_timestamp()").scalar_one()
        return now

    return read


class DatabaseClock:
    """The time of a database, read from time to time and counted on in between.

    A lease that one server gives is judged by others: with clocks of their own, a server whose
    clock is ahead would claim what another one is sending. `now` never waits for the database.

    >>> from billhook_adapters.testing import NOON
    >>> from billhook_adapters.system.clock import SettableClock
    >>> clock = DatabaseClock(lambda: NOON, SettableClock(NOON), elapsed=lambda: 0.0)
    >>> clock.now() == NOON
    True
    """

    def __init__(
        self,
        read: Callable[[], datetime],
        host: Clock | None = None,
        *,
        elapsed: Callable[[], float] = elapsed,
    ) -> None:
        """`read` returns the time of the database; `host` is the clock to compare it with."""
        self._read, self._host, self._elapsed = read, host or SystemClock(), elapsed
        self._measuring = Lock()
        self._warned = False
        self._anchor = self._measured()

    def now(self) -> datetime:
        """The present instant by the clock of the database, in UTC."""
        at, read_at = self._anchor
        passed = self._elapsed() - read_at
        if passed >= MEASURED_EVERY and self._measuring.acquire(blocking=False):
            Thread(target=self._measure, name="billhook-clock", daemon=True).start()
        return at + timedelta(seconds=passed)

    def zone(self, name: str | None) -> tzinfo:
        """The time zone of this name, as this machine knows it."""
        return self._host.zone(name)

    def _measure(self) -> None:
        try:
            self._measure_now()
        finally:
            self._measuring.release()

    def _measure_now(self) -> None:
        try:
            self._anchor = self._measured()
        except Exception as error:  # noqa: BLE001  # it is read again; meanwhile time is counted on
            at, read_at = self._anchor
            passed = self._elapsed() - read_at
            self._anchor = at + timedelta(seconds=passed), read_at + passed
            _log.warning("the time of the database was not read: %s", kind(error))

    def _measured(self) -> tuple[datetime, float]:
        """The time of the database, and how much had elapsed in the middle of reading it."""
        began = self._elapsed()
        now = self._read()
        ended = self._elapsed()
        self._compare(self._host.now() - now - timedelta(seconds=(ended - began) / 2))
        return now.astimezone(UTC), (began + ended) / 2

    def _compare(self, ahead: timedelta) -> None:
        is_off = abs(ahead) > TOLERATED
        if is_off and not self._warned:
            _log.warning(
                "the clock of this host is %d seconds %s that of the database, whose time is used; "
                "set it by NTP",
                abs(ahead).total_seconds(),
                "ahead of" if ahead > timedelta(0) else "behind",
            )
        self._warned = is_off
