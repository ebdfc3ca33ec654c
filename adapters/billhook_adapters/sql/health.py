"""The last failure of a database that does not pass by itself, remembered for a while."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Self

from sqlalchemy import Engine, event
from sqlalchemy.engine import ExceptionContext

from billhook_adapters.system.error_kinds import code

REMEMBERED = 5.0
"""Seconds in which a database that failed so counts as one that cannot be used."""

_LASTING = (
    *("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_READONLY"),
    *("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_CANTOPEN"),
    *("53", "58", "25006", "XX"),
)
"""How the codes begin of what does not pass by itself: a full disk, one that fails or is read-only,
a damaged file. Of PostgreSQL's, 53 is insufficient resources, 58 a system error, 25006 a read-only
transaction, XX a damaged table."""


class LastingFailure:
    """The last failure that was the disk's or the file's, and not of one transaction, as a lock is.

    Whether a disk has room, or every page of a file is whole, is not to be known without filling
    or reading it; so what requests met has to do.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        """`now` is a time in seconds that never goes back."""
        self._now = now
        self._last: tuple[float, BaseException] | None = None

    def watch(self, engine: Engine) -> Self:
        """Remember such failures of everything that is done with this engine."""

        def failed(context: ExceptionContext) -> None:
            self.seen(context.sqlalchemy_exception or context.original_exception)

        event.listen(engine, "handle_error", failed)
        return self

    def seen(self, error: BaseException) -> None:
        """Remember this error, if it is such a failure."""
        if (code(error) or "").startswith(_LASTING):
            self._last = self._now(), error

    def check(self) -> None:
        """Raise the failure again while it is remembered."""
        if self._last is not None:
            at, error = self._last
            if self._now() - at < REMEMBERED:
                raise error
            self._last = None
