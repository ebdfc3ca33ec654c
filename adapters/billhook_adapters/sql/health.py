"""The last failure of a database to be written to, remembered for a while."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError

from billhook_adapters.system.error_kinds import code

REMEMBERED = 5.0
"""Seconds in which a database that could not be written to counts as one that cannot be."""

_LASTING = ("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_READONLY", "53", "58", "25006")
"""How the codes begin of what does not pass by itself: a full disk, one that fails or is read-only.
Of PostgreSQL's, 53 is insufficient resources, 58 a system error, 25006 a read-only transaction."""


class WriteFailure:
    """The last failure to write that was the disk's, and not of one transaction, as a lock is.

    Whether a disk has room is not to be known without filling it, so what was seen has to do.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        """`now` is a time in seconds that never goes back."""
        self._now = now
        self._last: tuple[float, DBAPIError] | None = None

    @contextmanager
    def recorded(self) -> Generator[None]:
        """Remember such a failure of what is done within."""
        try:
            yield
        except DBAPIError as error:
            if (code(error) or "").startswith(_LASTING):
                self._last = self._now(), error
            raise

    def check(self) -> None:
        """Raise the failure again while it is remembered."""
        if self._last is not None:
            at, error = self._last
            if self._now() - at < REMEMBERED:
                raise error
            self._last = None
