"""Answers concurrent requests of threads with one call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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


class Coalesced(Generic[Q, A]):
    """Answers the requests that arrive during a call with the next call, all at once.

    Where that call raises, each request is answered by itself, so that only the culprit fails.

    >>> Coalesced(lambda words: [word.upper() for word in words]).request("yes")
    'YES'
    """

    def __init__(self, answer: Callable[[Sequence[Q]], Sequence[A]]) -> None:
        self._answer = answer
        self._waiting: list[_Request[Q, A]] = []
        self._lock = Lock()

    def request(self, question: Q) -> A:
        """The answer to one question; raises what answering it raised."""
        own: _Request[Q, A] = _Request(question)
        self._waiting.append(own)
        with self._lock:  # the holder before may have answered this request as well
            if not own.answers and own.error is None:
                # Only the holder of the lock removes requests, so none is lost in between.
                batch = self._waiting[:]
                del self._waiting[: len(batch)]
                self._answer_all(batch)
        if own.error is not None:
            raise own.error
        return own.answers[0]

    def _answer_all(self, batch: Sequence[_Request[Q, A]]) -> None:
        try:
            answers = self._answer([one.question for one in batch])
        except Exception as error:  # noqa: BLE001  # the thread that made the request raises it
            if len(batch) == 1:
                batch[0].error = error
                return
            for one in batch:
                self._answer_all((one,))
            return
        for one, answer in zip(batch, answers, strict=True):
            one.answers.append(answer)
