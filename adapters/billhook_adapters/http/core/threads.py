"""Threads beside the event loop, in which everything that may wait for a database runs.

The loop never waits: it gives a batch to a thread and serves others meanwhile.
"""

from __future__ import annotations

from asyncio import AbstractEventLoop, Future, get_running_loop
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Generic, TypeVar

from returns.result import Result

from billhook_adapters.http.core import batcher
from billhook_adapters.http.core.batcher import OverloadedError, Waiting, answered, resolve

A = TypeVar("A")
Q = TypeVar("Q")


class ThreadedBatcher(Generic[Q, A]):
    """Answers items as `Batcher` does, in threads.

    What is submitted while all threads are busy is the next batch of the first that is free.
    """

    def __init__(
        self,
        answer: Callable[[Sequence[Q]], Sequence[A]],
        threads: int,
        *,
        together: bool = True,
        closed: Callable[[int], None] = lambda _: None,
    ) -> None:
        """`closed` is called with the size of each batch."""
        self._answer, self._closed = answer, closed
        self._most = batcher.MOST_TOGETHER if together else 1
        self._free, self._pool = threads, ThreadPoolExecutor(threads, "billhook-batch")
        self._waiting: Waiting[Q, A] = []

    async def submit(self, item: Q) -> A:
        """The answer to one item."""
        if len(self._waiting) >= batcher.MOST_WAITING:
            raise OverloadedError
        loop = get_running_loop()
        future: Future[A] = loop.create_future()
        if not self._waiting:
            loop.call_soon(self._begin, loop)  # once all that arrived with it is there
        self._waiting.append((item, future))
        return await future

    def _begin(self, loop: AbstractEventLoop) -> None:
        while self._waiting and self._free:
            batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
            self._free -= 1
            self._closed(len(batch))
            items = [item for item, _ in batch]
            results = loop.run_in_executor(self._pool, answered, self._answer, items)
            results.add_done_callback(partial(self._end, loop, batch))

    def _end(
        self,
        loop: AbstractEventLoop,
        batch: Waiting[Q, A],
        results: Future[Sequence[Result[A, Exception]]],
    ) -> None:
        self._free += 1
        resolve(batch, results.result())
        self._begin(loop)
