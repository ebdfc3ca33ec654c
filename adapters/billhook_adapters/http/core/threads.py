"""Threads beside the loop, for a database that is waited for over a network.

The loop never waits: it hands a batch to a thread and serves others meanwhile.
"""

from __future__ import annotations

from asyncio import AbstractEventLoop, Future, get_running_loop
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Generic, TypeVar

from billhook_adapters.http.core import batcher as gathered
from billhook_adapters.http.core.batcher import OverloadedError, Waiting, tell

A = TypeVar("A")
Q = TypeVar("Q")


class Threaded(Generic[Q, A]):
    """Answers questions as `Gathered` does, in threads.

    What arrives while all of them are busy is the next batch of the first that is free.
    """

    def __init__(
        self, answer: Callable[[Sequence[Q]], Sequence[A]], threads: int, *, together: bool = True
    ) -> None:
        self._answer = answer
        self._most = gathered.MOST_TOGETHER if together else 1
        self._free, self._pool = threads, ThreadPoolExecutor(threads, "billhook-lane")
        self._waiting: Waiting[Q, A] = []

    async def ask(self, question: Q) -> A:
        """The answer to one question."""
        if len(self._waiting) >= gathered.MOST_WAITING:
            raise OverloadedError
        loop = get_running_loop()
        future: Future[A] = loop.create_future()
        if not self._waiting:
            loop.call_soon(self._begin, loop)  # once all that came with it is there
        self._waiting.append((question, future))
        return await future

    def _begin(self, loop: AbstractEventLoop) -> None:
        while self._waiting and self._free:
            asked, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
            self._free -= 1
            questions = [question for question, _ in asked]
            answering = loop.run_in_executor(self._pool, self._answer, questions)
            answering.add_done_callback(partial(self._end, loop, asked))

    def _end(
        self, loop: AbstractEventLoop, asked: Waiting[Q, A], answered: Future[Sequence[A]]
    ) -> None:
        self._free += 1
        tell(asked, answered.result)
        self._begin(loop)
