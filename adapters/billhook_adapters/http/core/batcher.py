"""Batches what concurrent requests submit.

A batch is one transaction and one commit, so thirty durable responses cost little more than one.
There is no timer: a batch is closed by the first tick of the event loop that adds nothing, so all
that arrived during the last commit is one batch, and a single request waits for one empty tick,
some microseconds.
"""

from __future__ import annotations

from asyncio import AbstractEventLoop, Future, get_running_loop
from collections.abc import Callable, Sequence
from typing import Generic, Protocol, TypeVar

A = TypeVar("A")
Q = TypeVar("Q")

Q_contra = TypeVar("Q_contra", contravariant=True)
A_co = TypeVar("A_co", covariant=True)

Waiting = list[tuple[Q, Future[A]]]
"""Submitted items, each with the future of its answer."""

MOST_WAITING = 10_000
"""How many items may wait at once; further ones raise OverloadedError."""

MOST_TOGETHER = 256
"""How many items close a batch even while more arrive."""


class OverloadedError(Exception):
    """More arrived at once than can be answered in time."""


class Batcher(Generic[Q, A]):
    """Answers items that are submitted concurrently with one call.

    `answer` gets them in the order in which they were submitted, and returns the answers in that
    order. Where it raises, every submission raises.
    """

    def __init__(self, answer: Callable[[Sequence[Q]], Sequence[A]], *, together: bool = True):
        self._answer, self._together = answer, together
        self._waiting: Waiting[Q, A] = []

    async def submit(self, item: Q) -> A:
        """The answer to one item."""
        if not self._together:
            return self._answer((item,))[0]
        if len(self._waiting) >= MOST_WAITING:
            raise OverloadedError
        loop = get_running_loop()
        future: Future[A] = loop.create_future()
        if not self._waiting:
            loop.call_soon(self._close, loop, 0)
        self._waiting.append((item, future))
        return await future

    def _close(self, loop: AbstractEventLoop, before: int) -> None:
        waiting = len(self._waiting)
        if before < waiting < MOST_TOGETHER:
            loop.call_soon(self._close, loop, waiting)
            return
        batch, self._waiting = self._waiting, []
        resolve(batch, lambda: self._answer([item for item, _ in batch]))


def resolve(batch: Waiting[Q, A], answer: Callable[[], Sequence[A]]) -> None:
    """Set the future of each item of a batch; where `answer` raises, all get the exception."""
    try:
        answers = answer()
    except Exception as bug:  # noqa: BLE001  # each of them must get it
        for _, future in batch:
            if not future.done():
                future.set_exception(bug)
        return
    for (_, future), one in zip(batch, answers, strict=True):
        if not future.done():  # its client may have disconnected
            future.set_result(one)


class Batching(Protocol[Q_contra, A_co]):
    """Answers items, each alone or with others."""

    async def submit(self, item: Q_contra) -> A_co:
        """The answer to one item."""
        ...
