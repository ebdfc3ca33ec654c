"""What arrives together is asked together: when a batch is closed, and who hears of what."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest

from billhook_adapters.http.core import batcher as limits
from billhook_adapters.http.core.batcher import Batcher, OverloadedError


class Echo:
    """Answers every question with itself, and keeps the batches in which they came."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []

    def __call__(self, questions: Sequence[int]) -> list[int]:
        self.batches.append(list(questions))
        return [-question for question in questions]


async def after(ticks: int, ask: Callable[[], Awaitable[int]]) -> int:
    """Ask when so many ticks of the loop have gone by."""
    for _ in range(ticks):
        await asyncio.sleep(0)
    return await ask()


def asked(gathered: Batcher[int, int], ticks: Sequence[int]) -> list[Any]:
    """The answers to 0, 1, 2 and so on, each asked after so many ticks."""

    async def all_of_them() -> list[Any]:
        waiting = [
            after(tick, lambda question=question: gathered.submit(question))  # type: ignore[misc]  # mypy infers no lambda with a default
            for question, tick in enumerate(ticks)
        ]
        return await asyncio.gather(*waiting, return_exceptions=True)

    return asyncio.run(all_of_them())


def test_questions_of_one_tick_are_one_batch_in_their_order() -> None:
    echo = Echo()
    assert asked(Batcher(echo), [0, 0, 0]) == [0, -1, -2]
    assert echo.batches == [[0, 1, 2]]


def test_stragglers_join_while_every_tick_brings_another() -> None:
    echo = Echo()
    assert asked(Batcher(echo), [0, 1, 2, 3]) == [0, -1, -2, -3]
    assert echo.batches == [[0, 1, 2, 3]]


def test_a_lull_closes_the_batch() -> None:
    echo = Echo()
    assert asked(Batcher(echo), [0, 0, 5, 5]) == [0, -1, -2, -3]
    assert echo.batches == [[0, 1], [2, 3]]


def test_a_stream_without_a_lull_is_answered_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_TOGETHER", 3)
    echo = Echo()
    asked(Batcher(echo), range(7))
    assert [len(batch) for batch in echo.batches[:2]] == [3, 3]


def test_whoever_comes_when_too_many_wait_is_turned_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_WAITING", 2)
    told = asked(Batcher(Echo()), [0, 0, 0])
    assert told[:2] == [0, -1]
    assert isinstance(told[2], OverloadedError)


def test_a_bug_is_heard_by_everybody_of_its_batch_and_by_nobody_else() -> None:
    def broken(questions: Sequence[int]) -> Sequence[int]:
        if 0 in questions:
            raise LookupError
        return questions

    told = asked(Batcher(broken), [0, 0, 5])
    assert [isinstance(one, LookupError) for one in told] == [True, True, False]


def test_a_caller_who_went_away_fails_nobody() -> None:
    echo = Echo()
    gathered = Batcher(echo)

    async def one_leaves() -> int:
        leaving = asyncio.ensure_future(gathered.submit(1))
        staying = asyncio.ensure_future(gathered.submit(2))
        await asyncio.sleep(0)
        leaving.cancel()
        return await staying

    assert asyncio.run(one_leaves()) == -2
    assert echo.batches == [[1, 2]]


def test_not_gathered_every_question_is_a_call() -> None:
    echo = Echo()
    asked(Batcher(echo, together=False), [0, 0])
    assert echo.batches == [[0], [1]]
