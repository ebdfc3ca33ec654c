"""Concurrent calls are one batch: when a batch is closed, and who gets which error."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest

from billhook_adapters.http.core import batcher as batcher_module
from billhook_adapters.http.core.batcher import Batcher, OverloadedError
from billhook_adapters.system.error_kinds import UnavailableError


class Echo:
    """Answers every number with its negative, and keeps the batches."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []

    def __call__(self, numbers: Sequence[int]) -> list[int]:
        self.batches.append(list(numbers))
        return [-number for number in numbers]


async def after(ticks: int, call: Callable[[], Awaitable[int]]) -> int:
    """Call after so many ticks of the event loop."""
    for _ in range(ticks):
        await asyncio.sleep(0)
    return await call()


def answers_to(batcher: Batcher[int, int], ticks: Sequence[int]) -> list[Any]:
    """The answers to 0, 1, 2 and so on, each submitted after so many ticks."""

    async def run_all() -> list[Any]:
        waiting = [
            after(tick, lambda number=number: batcher.submit(number))  # type: ignore[misc]  # mypy infers no lambda with a default
            for number, tick in enumerate(ticks)
        ]
        return await asyncio.gather(*waiting, return_exceptions=True)

    return asyncio.run(run_all())


def test_calls_of_one_tick_are_one_batch_in_their_order() -> None:
    echo = Echo()
    assert answers_to(Batcher(echo), [0, 0, 0]) == [0, -1, -2]
    assert echo.batches == [[0, 1, 2]]


def test_later_calls_join_while_every_tick_brings_one() -> None:
    echo = Echo()
    assert answers_to(Batcher(echo), [0, 1, 2, 3]) == [0, -1, -2, -3]
    assert echo.batches == [[0, 1, 2, 3]]


def test_a_tick_without_a_call_closes_the_batch() -> None:
    echo = Echo()
    assert answers_to(Batcher(echo), [0, 0, 5, 5]) == [0, -1, -2, -3]
    assert echo.batches == [[0, 1], [2, 3]]


def test_a_constant_stream_is_answered_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batcher_module, "MOST_TOGETHER", 3)
    echo = Echo()
    answers_to(Batcher(echo), range(7))
    assert [len(batch) for batch in echo.batches[:2]] == [3, 3]


def test_a_call_is_refused_when_too_many_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batcher_module, "MOST_WAITING", 2)
    answers = answers_to(Batcher(Echo()), [0, 0, 0])
    assert answers[:2] == [0, -1]
    assert isinstance(answers[2], OverloadedError)


class Refusing(Echo):
    """An echo that raises for batches with some numbers in them."""

    def __init__(self, error: Exception, *refused: int) -> None:
        super().__init__()
        self.error, self.refused = error, refused

    def __call__(self, numbers: Sequence[int]) -> list[int]:
        answers = super().__call__(numbers)
        if not set(self.refused).isdisjoint(numbers):
            raise self.error
        return answers


def test_an_exception_is_raised_to_the_caller_at_fault_only() -> None:
    echo = Refusing(LookupError(), 2)
    assert answers_to(Batcher(echo), [0] * 5) == [0, -1, echo.error, -3, -4]
    assert echo.batches == [[0, 1, 2, 3, 4], [0, 1], [2, 3, 4], [2], [3, 4]]


def test_every_caller_at_fault_gets_the_exception() -> None:
    echo = Refusing(LookupError(), 0, 1, 2)
    assert answers_to(Batcher(echo), [0] * 3) == [echo.error] * 3


def test_the_one_at_fault_is_found_in_few_calls() -> None:
    echo = Refusing(LookupError(), 100)
    answers = answers_to(Batcher(echo), [0] * 256)
    assert [one for one in answers if one is echo.error] == [echo.error]
    assert len(echo.batches) == 1 + 2 * 8  # two for each halving of 256


def test_a_database_that_is_away_is_used_once() -> None:
    echo = Refusing(UnavailableError(), 2)
    assert answers_to(Batcher(echo), [0] * 4) == [echo.error] * 4
    assert echo.batches == [[0, 1, 2, 3]]


def test_a_database_that_goes_away_is_not_used_again() -> None:
    class GoingAway(Echo):
        """Fails at first by a bug, and answers one batch after it."""

        def __call__(self, numbers: Sequence[int]) -> list[int]:
            answers = super().__call__(numbers)
            if len(self.batches) == 1:
                raise LookupError
            if len(self.batches) > 2:
                raise UnavailableError
            return answers

    echo = GoingAway()
    first, second, *others = answers_to(Batcher(echo), [0] * 8)
    assert (first, second) == (0, -1)
    assert [type(one) for one in others[2:]] == [UnavailableError] * 4
    assert len(echo.batches) == 3


def test_a_cancelled_call_does_not_fail_others() -> None:
    echo = Echo()
    batcher = Batcher(echo)

    async def cancel_one() -> int:
        cancelled = asyncio.ensure_future(batcher.submit(1))
        other = asyncio.ensure_future(batcher.submit(2))
        await asyncio.sleep(0)
        cancelled.cancel()
        return await other

    assert asyncio.run(cancel_one()) == -2
    assert echo.batches == [[1, 2]]


def test_without_batching_every_call_is_a_batch() -> None:
    echo = Echo()
    answers_to(Batcher(echo, together=False), [0, 0])
    assert echo.batches == [[0], [1]]
