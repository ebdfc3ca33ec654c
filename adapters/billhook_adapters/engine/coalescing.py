"""Answers concurrent requests of threads with one call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from threading import Lock
from typing import Generic, TypeVar

Q = TypeVar("Q")
A = TypeVar("A")


class _Request(Generic[Q, A]):
    __slots__ = ("answers", "error", "question")

    def __init__(self, question: Q) -> None:
        self.question = question
        self.answers: list[A] = []  # at most one
        self.error: Exception | None = None


Collect = Callable[[], Sequence[Q]]
"""Returns the questions that wait. To be called as late as possible: more may have come."""


class Coalesced(Generic[Q, A]):
    """Answers the requests that arrive before a call begins its work with that call, all at once.

    Where that call raises, each request is answered by itself, so that only the culprit fails.

    >>> Coalesced(lambda words: [word.upper() for word in words()]).request("yes")
    'YES'
    """

    def __init__(self, answer: Callable[[Collect[Q]], Sequence[A]]) -> None:
        """`answer` returns an answer for each question that it collected, in their order."""
        self._answer = answer
        self._waiting: list[_Request[Q, A]] = []
        self._lock = Lock()

    def request(self, question: Q) -> A:
        """The answer to one question; raises what answering it raised."""
        own: _Request[Q, A] = _Request(question)
        self._waiting.append(own)
        with self._lock:  # the holder before may have answered this request as well
            if not own.answers and own.error is None:
                self._answer_all()
        if own.error is not None:
            raise own.error
        return own.answers[0]

    def _answer_all(self) -> None:
        batch: list[_Request[Q, A]] = []

        def collect() -> Sequence[Q]:
            # Only the holder of the lock removes requests, so none is lost in between. What is
            # run again collects again: the same, and what has come since.
            waiting = self._waiting[:]
            del self._waiting[: len(waiting)]
            batch.extend(waiting)
            return [one.question for one in batch]

        try:
            answers = self._answer(collect)
        except Exception as error:  # noqa: BLE001  # the thread that made the request raises it
            collect()
            self._answer_singly(batch, error)
            return
        for one, answer in zip(batch, answers, strict=True):
            one.answers.append(answer)

    def _answer_singly(self, batch: Sequence[_Request[Q, A]], error: Exception) -> None:
        if len(batch) == 1:
            batch[0].error = error
            return
        for one in batch:
            try:
                one.answers.extend(self._answer(partial(_only, one.question)))
            except Exception as own:  # noqa: BLE001  # as above
                one.error = own


def _only(question: Q) -> Sequence[Q]:
    return (question,)
