"""Batches in threads: calls that arrive during a batch are the next batch."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from threading import Event, current_thread, main_thread
from typing import Any

import pytest

from billhook_adapters.http.core import batcher as batcher_module
from billhook_adapters.http.core.batcher import OverloadedError
from billhook_adapters.http.core.threads import ThreadedBatcher


class Answerer:
    """Answers every number with its negative once it may, and keeps the batches."""

    def __init__(self, *, open: bool = True) -> None:
        self.batches: list[list[int]] = []
        self.may_answer = Event()
        self.at_work: asyncio.Queue[None] = asyncio.Queue()
        self._loop: asyncio.AbstractEventLoop | None = None
        if open:
            self.may_answer.set()

    def __call__(self, numbers: Sequence[int]) -> list[int]:
        assert current_thread() is not main_thread()
        self.batches.append(list(numbers))
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self.at_work.put_nowait, None)
        self.may_answer.wait(60)
        return [-number for number in numbers]

    async def begun(self, batches: int) -> None:
        """Wait until so many more batches have begun."""
        for _ in range(batches):
            await asyncio.wait_for(self.at_work.get(), 60)

    def report_batches(self) -> None:
        """Report every batch to the running event loop."""
        self._loop = asyncio.get_running_loop()


def submit_all(threaded: ThreadedBatcher[int, int], *numbers: int) -> list[asyncio.Future[int]]:
    return [asyncio.ensure_future(threaded.submit(number)) for number in numbers]


def test_calls_of_one_tick_are_one_batch_in_their_order() -> None:
    answerer = Answerer()

    async def run_all() -> list[int]:
        return await asyncio.gather(*submit_all(ThreadedBatcher(answerer, 1), 0, 1, 2))

    assert asyncio.run(run_all()) == [0, -1, -2]
    assert answerer.batches == [[0, 1, 2]]


def test_calls_during_a_batch_are_the_next_batch() -> None:
    answerer = Answerer(open=False)

    async def run_all() -> list[int]:
        answerer.report_batches()
        threaded = ThreadedBatcher(answerer, 1)
        first = submit_all(threaded, 0)
        await answerer.begun(1)
        later = []
        for number in (1, 2, 3):
            later += submit_all(threaded, number)
            await asyncio.sleep(0)  # each in a tick of its own
        answerer.may_answer.set()
        return await asyncio.gather(*first, *later)

    assert asyncio.run(run_all()) == [0, -1, -2, -3]
    assert answerer.batches == [[0], [1, 2, 3]]


def test_as_many_batches_run_at_once_as_there_are_threads() -> None:
    answerer = Answerer(open=False)

    async def run_all() -> list[int]:
        answerer.report_batches()
        threaded = ThreadedBatcher(answerer, 2)
        first = submit_all(threaded, 0)
        await answerer.begun(1)
        second = submit_all(threaded, 1)
        await answerer.begun(1)
        third = submit_all(threaded, 2)
        await asyncio.sleep(0)
        assert answerer.batches == [[0], [1]]
        answerer.may_answer.set()
        return await asyncio.gather(*first, *second, *third)

    assert asyncio.run(run_all()) == [0, -1, -2]


def test_a_constant_stream_is_answered_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batcher_module, "MOST_TOGETHER", 3)
    answerer = Answerer()

    async def run_all() -> list[int]:
        return await asyncio.gather(*submit_all(ThreadedBatcher(answerer, 1), *range(7)))

    assert asyncio.run(run_all()) == [-n for n in range(7)]
    assert [len(batch) for batch in answerer.batches] == [3, 3, 1]


def test_without_batching_every_call_is_a_batch() -> None:
    answerer = Answerer()

    async def run_all() -> list[int]:
        return await asyncio.gather(
            *submit_all(ThreadedBatcher(answerer, 2, together=False), 0, 1, 2)
        )

    assert asyncio.run(run_all()) == [0, -1, -2]
    assert sorted(answerer.batches) == [[0], [1], [2]]


def test_a_call_is_refused_when_too_many_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batcher_module, "MOST_WAITING", 2)

    async def run_all() -> list[Any]:
        answers_to = submit_all(ThreadedBatcher(Answerer(), 1), 0, 1, 2)
        return await asyncio.gather(*answers_to, return_exceptions=True)

    answers = asyncio.run(run_all())
    assert answers[:2] == [0, -1]
    assert isinstance(answers[2], OverloadedError)


def test_an_exception_is_raised_to_the_caller_at_fault_only() -> None:
    def broken(numbers: Sequence[int]) -> Sequence[int]:
        if 0 in numbers:
            raise LookupError
        return numbers

    async def run_all() -> list[Any]:
        threaded = ThreadedBatcher(broken, 1)
        answers = await asyncio.gather(*submit_all(threaded, 0, 1), return_exceptions=True)
        return [*answers, await threaded.submit(2)]

    answers = asyncio.run(run_all())
    assert [isinstance(one, LookupError) for one in answers] == [True, False, False]


def test_a_cancelled_call_does_not_fail_others() -> None:
    async def cancel_one() -> int:
        cancelled, other = submit_all(ThreadedBatcher(Answerer(), 1), 1, 2)
        await asyncio.sleep(0)
        cancelled.cancel()
        return await other

    assert asyncio.run(cancel_one()) == -2
