"""What arrives together is asked together.

A batch is one transaction and one commit, so a durable answer to thirty requests costs little
more than an answer to one. There is no timer: a batch is closed by the first tick of the loop that
brings nobody new, so what came while the last one committed is one batch and not one for each of
its stragglers, and a request alone waits for one empty tick, some microseconds.
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
"""Questions, each with the promise of its answer."""

MOST_WAITING = 10_000
"""How many questions may wait at once before more are turned away."""

MOST_TOGETHER = 256
"""How many questions close a batch even while more are coming."""


class OverloadedError(Exception):  # it says what is the matter, as every refusal here
    """More arrived at once than will be answered in time."""


class Batcher(Generic[Q, A]):
    """Answers questions that arrive together with one call.

    `answer` gets them in the order in which they came, and answers in that order. Where it
    raises, every one of them raises.
    """

    def __init__(self, answer: Callable[[Sequence[Q]], Sequence[A]], *, together: bool = True):
        self._answer, self._together = answer, together
        self._waiting: Waiting[Q, A] = []

    async def ask(self, question: Q) -> A:
        """The answer to one question."""
        if not self._together:
            return self._answer((question,))[0]
        if len(self._waiting) >= MOST_WAITING:
            raise OverloadedError
        loop = get_running_loop()
        future: Future[A] = loop.create_future()
        if not self._waiting:
            loop.call_soon(self._close, loop, 0)
        self._waiting.append((question, future))
        return await future

    def _close(self, loop: AbstractEventLoop, before: int) -> None:
        waiting = len(self._waiting)
        if before < waiting < MOST_TOGETHER:
            loop.call_soon(self._close, loop, waiting)
        else:
            self._flush()

    def _flush(self) -> None:
        asked, self._waiting = self._waiting, []
        tell(asked, lambda: self._answer([question for question, _ in asked]))


def tell(asked: Waiting[Q, A], answer: Callable[[], Sequence[A]]) -> None:
    """Give each of those who asked together its answer; where it raises, all of them hear it."""
    try:
        answers = answer()
    except Exception as bug:  # noqa: BLE001  # each of them must hear of it
        for _, future in asked:
            if not future.done():
                future.set_exception(bug)
        return
    for (_, future), one in zip(asked, answers, strict=True):
        if not future.done():  # its caller may have gone
            future.set_result(one)


class Asking(Protocol[Q_contra, A_co]):
    """Whom one asks, and gets an answer from, together with others or not."""

    async def ask(self, question: Q_contra) -> A_co:
        """The answer to one question."""
        ...
