"""Steps of the engine beside a server, in the transactions of the requests.

SQLite has one writer: two of them wait for each other, and each commit waits for the disk. A step
of delivery that joins the next batch of commands costs neither a wait nor a commit.
"""

from __future__ import annotations

from asyncio import AbstractEventLoop, get_running_loop, run_coroutine_threadsafe
from concurrent.futures import Future
from typing import TypeVar

from billhook.application.ports import Step, Store
from billhook_adapters.http.core.batched_service import BatchedService

T = TypeVar("T")

CHECKED_EVERY_SECONDS = 1.0
"""How often a thread that waits for a step checks whether the event loop is still there."""


class SharedTransactions:
    """Runs the steps of other threads in the transactions of a batched service.

    Before `start` and after `stop` each step has a transaction of its own.
    """

    def __init__(self, batched: BatchedService, store: Store) -> None:
        self._batched, self._store = batched, store
        self._loop: AbstractEventLoop | None = None

    def start(self) -> None:
        """Begin to share; called on the event loop that serves."""
        self._loop = get_running_loop()

    def stop(self) -> None:
        """Share no longer: the event loop is about to end."""
        self._loop = None

    def __call__(self, step: Step[T]) -> T:
        """The result of a step; not to be called on the event loop itself."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            coroutine = self._batched.run(step)
            try:
                return _result(run_coroutine_threadsafe(coroutine, loop), loop)
            except _LoopEndedError:
                pass
            except RuntimeError:  # it was closed just now
                coroutine.close()
                if not loop.is_closed():
                    raise
        with self._store.transaction() as transaction:
            return step(transaction)


class _LoopEndedError(Exception):
    pass


def _result(future: Future[T], loop: AbstractEventLoop) -> T:
    """The result of a future of a loop. Raises _LoopEndedError where the loop ended before.

    Whether the step was run is not known then. Steps compare the row with what they read before:
    one that is run again changes nothing more.
    """
    while True:
        try:
            return future.result(timeout=CHECKED_EVERY_SECONDS)
        except TimeoutError:
            if future.done():  # it is the step's own
                raise
            if loop.is_closed():
                raise _LoopEndedError from None
