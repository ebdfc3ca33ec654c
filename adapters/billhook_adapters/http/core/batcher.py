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

from returns.result import Failure, Result, Success

from billhook_adapters.system.error_kinds import is_unavailable

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
    order. Where it raises, it has done nothing, and is called again as `answered` says.
    """

    def __init__(
        self,
        answer: Callable[[Sequence[Q]], Sequence[A]],
        *,
        together: bool = True,
        closed: Callable[[int], None] = lambda _: None,
    ) -> None:
        """`closed` is called with the size of each batch."""
        self._answer, self._together, self._closed = answer, together, closed
        self._waiting: Waiting[Q, A] = []

    async def submit(self, item: Q) -> A:
        """The answer to one item."""
        if not self._together:
            self._closed(1)
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
        self._closed(len(batch))
        resolve(batch, answered(self._answer, [item for item, _ in batch]))


def answered(
    answer: Callable[[Sequence[Q]], Sequence[A]], items: Sequence[Q]
) -> Sequence[Result[A, Exception]]:
    """The answer to each item, or what `answer` raises for it alone.

    Where `answer` raises for several, each half of them is answered by itself, so that the one at
    fault fails no other: of n items it costs at most 2 log2(n) further calls. A database that is
    away is no item's fault, and `answer` is not called again.
    """
    results: list[Result[A, Exception]] = []
    left = [items]
    while left:
        some = left.pop()
        try:
            results += map(Success, answer(some))
        except Exception as error:  # noqa: BLE001  # whatever it is, it is the answer to an item
            if is_unavailable(error):
                return [*results, *[Failure(error)] * (len(items) - len(results))]
            if len(some) == 1:
                results.append(Failure(error))
            else:
                middle = len(some) // 2
                left += [some[middle:], some[:middle]]
    return results


def resolve(batch: Waiting[Q, A], results: Sequence[Result[A, Exception]]) -> None:
    """Set the future of each item of a batch."""
    for (_, future), result in zip(batch, results, strict=True):
        if future.done():  # its client has disconnected
            continue
        if isinstance(result, Success):
            future.set_result(result.unwrap())
        else:
            future.set_exception(result.failure())


class Batching(Protocol[Q_contra, A_co]):
    """Answers items, each alone or with others."""

    async def submit(self, item: Q_contra) -> A_co:
        """The answer to one item."""
        ...
