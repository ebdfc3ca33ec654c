"""Batches in threads: the loop goes on meanwhile, and what arrives meanwhile is the next batch."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from threading import Event, current_thread, main_thread
from typing import Any

import pytest

from billhook_adapters.http.core import batcher as limits
from billhook_adapters.http.core.batcher import OverloadedError
from billhook_adapters.http.core.threads import ThreadedBatcher


class Desk:
    """Answers every question with itself once it may, and keeps the batches in which they came."""

    def __init__(self, *, open: bool = True) -> None:
        self.batches: list[list[int]] = []
        self.may_answer = Event()
        self.at_work: asyncio.Queue[None] = asyncio.Queue()
        self._loop: asyncio.AbstractEventLoop | None = None
        if open:
            self.may_answer.set()

    def __call__(self, questions: Sequence[int]) -> list[int]:
        assert current_thread() is not main_thread()
        self.batches.append(list(questions))
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self.at_work.put_nowait, None)
        self.may_answer.wait(60)
        return [-question for question in questions]

    async def begun(self, batches: int) -> None:
        """Wait until so many batches more are being answered."""
        for _ in range(batches):
            await asyncio.wait_for(self.at_work.get(), 60)

    def watched(self) -> None:
        """Tell this loop of every batch."""
        self._loop = asyncio.get_running_loop()


def asking(threaded: ThreadedBatcher[int, int], *questions: int) -> list[asyncio.Future[int]]:
    return [asyncio.ensure_future(threaded.submit(question)) for question in questions]


def test_questions_of_one_tick_are_one_batch_in_their_order() -> None:
    service = Desk()

    async def all_of_them() -> list[int]:
        return await asyncio.gather(*asking(ThreadedBatcher(service, 1), 0, 1, 2))

    assert asyncio.run(all_of_them()) == [0, -1, -2]
    assert service.batches == [[0, 1, 2]]


def test_what_arrives_while_a_batch_is_answered_is_the_next_batch() -> None:
    service = Desk(open=False)

    async def all_of_them() -> list[int]:
        service.watched()
        threaded = ThreadedBatcher(service, 1)
        first = asking(threaded, 0)
        await service.begun(1)
        later = []
        for question in (1, 2, 3):
            later += asking(threaded, question)
            await asyncio.sleep(0)  # each in a tick of its own
        service.may_answer.set()
        return await asyncio.gather(*first, *later)

    assert asyncio.run(all_of_them()) == [0, -1, -2, -3]
    assert service.batches == [[0], [1, 2, 3]]


def test_as_many_batches_are_answered_at_a_time_as_there_are_threads() -> None:
    service = Desk(open=False)

    async def all_of_them() -> list[int]:
        service.watched()
        threaded = ThreadedBatcher(service, 2)
        first = asking(threaded, 0)
        await service.begun(1)
        second = asking(threaded, 1)
        await service.begun(1)
        third = asking(threaded, 2)
        await asyncio.sleep(0)
        assert service.batches == [[0], [1]]
        service.may_answer.set()
        return await asyncio.gather(*first, *second, *third)

    assert asyncio.run(all_of_them()) == [0, -1, -2]


def test_a_stream_without_a_lull_is_answered_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_TOGETHER", 3)
    service = Desk()

    async def all_of_them() -> list[int]:
        return await asyncio.gather(*asking(ThreadedBatcher(service, 1), *range(7)))

    assert asyncio.run(all_of_them()) == [-n for n in range(7)]
    assert [len(batch) for batch in service.batches] == [3, 3, 1]


def test_not_together_every_question_is_a_call() -> None:
    service = Desk()

    async def all_of_them() -> list[int]:
        return await asyncio.gather(*asking(ThreadedBatcher(service, 2, together=False), 0, 1, 2))

    assert asyncio.run(all_of_them()) == [0, -1, -2]
    assert sorted(service.batches) == [[0], [1], [2]]


def test_whoever_comes_when_too_many_wait_is_turned_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_WAITING", 2)

    async def all_of_them() -> list[Any]:
        asked = asking(ThreadedBatcher(Desk(), 1), 0, 1, 2)
        return await asyncio.gather(*asked, return_exceptions=True)

    told = asyncio.run(all_of_them())
    assert told[:2] == [0, -1]
    assert isinstance(told[2], OverloadedError)


def test_a_bug_is_heard_by_everybody_of_its_batch_and_by_nobody_else() -> None:
    def broken(questions: Sequence[int]) -> Sequence[int]:
        if 0 in questions:
            raise LookupError
        return questions

    async def all_of_them() -> list[Any]:
        threaded = ThreadedBatcher(broken, 1)
        told = await asyncio.gather(*asking(threaded, 0, 1), return_exceptions=True)
        return [*told, await threaded.submit(2)]

    told = asyncio.run(all_of_them())
    assert [isinstance(one, LookupError) for one in told] == [True, True, False]


def test_a_caller_who_went_away_fails_nobody() -> None:
    async def one_leaves() -> int:
        leaving, staying = asking(ThreadedBatcher(Desk(), 1), 1, 2)
        await asyncio.sleep(0)
        leaving.cancel()
        return await staying

    assert asyncio.run(one_leaves()) == -2
