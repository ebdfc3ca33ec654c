"""Many callers at one moment."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

T = TypeVar("T")


def at_once(*calls: Callable[[], T]) -> list[T]:
    """Make every call in a thread of its own, all released together; their answers in order.

    Raises what the first of the failed calls raised.

    >>> at_once(lambda: 1, lambda: 2)
    [1, 2]
    """
    together = Barrier(len(calls))

    def released(call: Callable[[], T]) -> T:
        together.wait(timeout=60)
        return call()

    with ThreadPoolExecutor(len(calls)) as threads:
        return [made.result() for made in [threads.submit(released, call) for call in calls]]
