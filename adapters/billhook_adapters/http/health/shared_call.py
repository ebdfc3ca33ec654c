"""Calls that may hang, for probes that must not: made in a thread, awaited for a while."""

from __future__ import annotations

from asyncio import shield, wait_for, wrap_future
from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import Generic, TypeVar

T = TypeVar("T")


class SharedCall(Generic[T]):
    """Makes a call in a thread of its own; all that await it at the same time share it.

    While a call takes longer than `seconds`, no other one is made, so that a database that does
    not answer holds one thread and not one for each probe.
    """

    def __init__(self, call: Callable[[], T], seconds: float) -> None:
        self._call, self._seconds = call, seconds
        self._running: Future[T] | None = None
        self._is_late = False

    async def result(self) -> T:
        """The result of the call. Raises TimeoutError, at once where the call is late already."""
        running = self._running
        if running is None or running.done():
            running = self._running = Future()
            self._is_late = False
            Thread(target=self._make, args=(running,), daemon=True).start()
        if self._is_late:
            raise TimeoutError
        try:
            return await wait_for(shield(wrap_future(running)), self._seconds)
        except TimeoutError:
            self._is_late = not running.done()
            raise

    def _make(self, running: Future[T]) -> None:
        try:
            running.set_result(self._call())
        except Exception as error:  # noqa: BLE001  # the caller that awaits it gets it
            running.set_exception(error)
