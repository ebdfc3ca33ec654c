"""One answer for all who ask at the same moment."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Lock
from typing import Generic, TypeVar

Q = TypeVar("Q")
A = TypeVar("A")


class _Asked(Generic[Q, A]):
    __slots__ = ("answers", "bug", "question")

    def __init__(self, question: Q) -> None:
        self.question = question
        self.answers: list[A] = []  # at most one
        self.bug: Exception | None = None


class Together(Generic[Q, A]):
    """Answers threads that ask while the last answer was being made with one call.

    Where that call raises, each of them is answered by itself, so that only the culprit fails.

    >>> Together(lambda words: [word.upper() for word in words]).ask("yes")
    'YES'
    """

    def __init__(self, answer: Callable[[Sequence[Q]], Sequence[A]]) -> None:
        self._answer = answer
        self._waiting: list[_Asked[Q, A]] = []
        self._turn = Lock()

    def ask(self, question: Q) -> A:
        """The answer to one question; raises what answering it raised."""
        asked: _Asked[Q, A] = _Asked(question)
        self._waiting.append(asked)
        with self._turn:  # whoever comes next may find itself answered
            if not asked.answers and asked.bug is None:
                # Only the holder of the turn takes away, so nobody is lost in between.
                together = self._waiting[:]
                del self._waiting[: len(together)]
                self._answered(together)
        if asked.bug is not None:
            raise asked.bug
        return asked.answers[0]

    def _answered(self, together: Sequence[_Asked[Q, A]]) -> None:
        try:
            answers = self._answer([one.question for one in together])
        except Exception as bug:  # noqa: BLE001  # it is raised where it was asked
            if len(together) == 1:
                together[0].bug = bug
                return
            for one in together:
                self._answered((one,))
            return
        for one, answer in zip(together, answers, strict=True):
            one.answers.append(answer)
