"""What fails, and where: called right before and right after each outgoing call."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable
from enum import StrEnum
from typing import Protocol


class Point(StrEnum):
    """Where the application calls out."""

    BEGIN = "begin"
    COMMIT = "commit"
    READ = "read"
    SEND = "send"
    WEBHOOK = "webhook"
    TIME = "time"
    ID = "id"


class Plan(Protocol):
    """Decides what goes wrong. It goes wrong by raising; it may also just let time pass."""

    def before(self, point: Point) -> None:
        """It is about to happen. What raises here keeps it from happening."""
        ...

    def after(self, point: Point) -> None:
        """It happened. What raises here is what the caller gets."""
        ...


class Faults:
    """The plan that a test writes down. Each entry meets one call, in the order given.

    >>> faults = Faults()
    >>> faults.prevent(Point.SEND, TimeoutError("no answer"))
    >>> faults.before(Point.SEND)
    Traceback (most recent call last):
    TimeoutError: no answer
    >>> faults.before(Point.SEND)
    """

    def __init__(self) -> None:
        self._before: defaultdict[Point, deque[Exception]] = defaultdict(deque)
        self._after: defaultdict[Point, deque[Callable[[], object]]] = defaultdict(deque)

    def prevent(self, point: Point, error: Exception) -> None:
        """The next such call does not happen, and raises this."""
        self._before[point].append(error)

    def deny(self, point: Point, error: Exception) -> None:
        """The next such call happens, but raises this."""

        def denied() -> None:
            raise error

        self._after[point].append(denied)

    def meanwhile(self, point: Point, act: Callable[[], object]) -> None:
        """The next such call happens, and so does this, before the caller gets the answer."""
        self._after[point].append(act)

    def before(self, point: Point) -> None:
        """What was written down for a call that is about to happen."""
        if self._before[point]:
            raise self._before[point].popleft()

    def after(self, point: Point) -> None:
        """What was written down for a call that happened."""
        if self._after[point]:
            self._after[point].popleft()()
