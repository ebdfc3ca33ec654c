"""Threads deliver concurrently: each records a result before its next attempt."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import timedelta
from threading import Barrier, Event, Thread
from typing import Any

import pytest
from returns.result import Result, Success

from billhook.application.background_jobs import LEASE, BackgroundJobs
from billhook.application.commands import DraftAndSend
from billhook.application.delivery_attempts import DeliveryJob
from billhook.application.ports import Sender, Transaction
from billhook.application.records import DeliveryQueue
from billhook.messaging.delivery import Accepted, DeliveryStatus, SendError
from billhook.messaging.message import Message
from billhook.model.customer import Medium
from billhook.model.invoice import Invoice
from billhook.model.rate_limits import RateLimit, RateLimits
from billhook_adapters.engine import EmbeddedEngine
from billhook_adapters.engine.coalescing import Coalesced
from billhook_adapters.engine.deliverer import FIRST_WAIT, LAST_WAIT
from billhook_adapters.memory import CapturedSender, InMemoryStore, RandomIds, SettableClock
from billhook_adapters.testing import NOON, a_document
from billhook_adapters.testing.contracts.concurrency import at_once
from billhook_adapters.testing.running import ACCOUNT, RunningService

SECOND = timedelta(seconds=1)


class DeliveringService(RunningService):
    """A service in memory with messages to send, and engines for it."""

    store: InMemoryStore
    clock: SettableClock

    def queued(self, count: int) -> None:
        send = DraftAndSend(account=ACCOUNT, document=a_document(media=["sms"]))
        assert all(isinstance(one, Success) for one in self.service.execute_all([send] * count))

    def engine(
        self, sender: Sender, concurrency: int, rate_limits: RateLimits | None = None
    ) -> EmbeddedEngine:
        background_jobs = BackgroundJobs(
            self.store,
            self.clock,
            RandomIds(),
            {Medium.SMS: sender},
            rate_limits=rate_limits or RateLimits(),
        )
        return EmbeddedEngine(background_jobs, concurrency=concurrency, pause=self.clock.advance)

    @property
    def statuses(self) -> list[DeliveryStatus]:
        return [message.status for message in self.store._rows.messages.values()]


class BarrierSender:
    """A sender that waits until as many threads send as the barrier needs."""

    def __init__(self, concurrency: int) -> None:
        self.barrier = Barrier(concurrency)

    def send(self, message: Message, invoice: Invoice, seller: str) -> Result[Accepted, SendError]:
        self.barrier.wait(timeout=60)
        return Success(Accepted())


def test_as_many_messages_are_sent_at_once_as_there_are_threads() -> None:
    running = DeliveringService()
    running.queued(12)
    assert running.engine(BarrierSender(4), concurrency=4).drain() == 12
    assert running.statuses == [DeliveryStatus.SENT] * 12


class OneSlowSender:
    """A sender whose first message waits until all others are sent."""

    def __init__(self, others: int) -> None:
        self.others, self.all_sent = others, Event()

    def send(self, message: Message, invoice: Invoice, seller: str) -> Result[Accepted, SendError]:
        if self.others == 0:
            self.all_sent.set()
        first, self.others = self.others == 40, self.others - 1
        if first:
            assert self.all_sent.wait(timeout=60)
        return Success(Accepted())


def test_a_slow_provider_blocks_one_thread_only() -> None:
    running = DeliveringService()
    running.queued(41)
    assert running.engine(OneSlowSender(40), concurrency=2).drain() == 41
    assert running.statuses == [DeliveryStatus.SENT] * 41


def test_after_stop_the_threads_finish_and_claim_no_more() -> None:
    running = DeliveringService()
    running.queued(100)
    started, continue_sending = Event(), Event()

    class BlockedSender:
        def send(
            self, message: Message, invoice: Invoice, seller: str
        ) -> Result[Accepted, SendError]:
            started.set()
            assert continue_sending.wait(timeout=60)
            return Success(Accepted())

    engine = running.engine(BlockedSender(), concurrency=2)
    thread = Thread(target=engine.run)
    thread.start()
    assert started.wait(timeout=60)
    engine.stop()
    continue_sending.set()
    thread.join(timeout=60)
    assert not thread.is_alive()
    assert sorted(set(running.statuses)) == [DeliveryStatus.QUEUED, DeliveryStatus.SENT]


class TimedSender(CapturedSender):
    """Keeps the time of each message."""

    def __init__(self, clock: SettableClock) -> None:
        super().__init__()
        self.clock, self.seconds = clock, list[float]()

    def send(self, message: Message, invoice: Invoice, seller: str) -> Result[Accepted, SendError]:
        self.seconds.append((self.clock.now() - NOON) / SECOND)
        return super().send(message, invoice, seller)


@pytest.mark.parametrize("engines", [1, 3])
def test_the_rate_limit_holds_over_several_engines(engines: int) -> None:
    running = DeliveringService()
    running.queued(60)
    sender = TimedSender(running.clock)
    rate_limits = RateLimits(sms=RateLimit(most=10, within=SECOND))
    workers = [running.engine(sender, 1, rate_limits) for _ in range(engines)]
    while DeliveryStatus.QUEUED in running.statuses:
        for worker in workers:
            worker.drain()
        running.clock.advance(timedelta(milliseconds=50))
    sent = sorted(sender.seconds)
    assert len(sent) == 60
    assert max(sum(0 <= other - one < 1 for other in sent) for one in sent) <= 11
    assert sent[-1] < 7


def test_calls_during_a_call_are_answered_together() -> None:
    sizes: list[int] = []
    inside, continue_sending = Event(), Event()

    def answer(collect: Callable[[], Sequence[int]]) -> list[int]:
        numbers = collect()
        sizes.append(len(numbers))
        inside.set()
        assert continue_sending.wait(timeout=60)
        return [number * 2 for number in numbers]

    coalesced = Coalesced(answer)
    first = Thread(target=coalesced.request, args=(0,))
    first.start()
    assert inside.wait(timeout=60)
    rest = Thread(target=lambda: at_once(*[lambda: coalesced.request(1)] * 5))
    rest.start()
    while len(coalesced._waiting) < 5:
        pass
    continue_sending.set()
    for thread in (first, rest):
        thread.join(timeout=60)
    assert sizes == [1, 5]


def test_what_comes_before_a_call_begins_its_work_is_answered_by_it() -> None:
    waiting, begin = Event(), Event()
    sizes: list[list[int]] = []

    def answer(collect: Callable[[], Sequence[int]]) -> list[int]:
        waiting.set()
        assert begin.wait(timeout=60)
        sizes.append([len(collect()), len(collect())])  # a transaction may be repeated
        return [number * 2 for number in collect()]

    coalesced, answers = Coalesced(answer), list[int]()
    threads = [Thread(target=lambda n=n: answers.append(coalesced.request(n))) for n in range(4)]  # type: ignore[misc]  # a bound default
    threads[0].start()
    assert waiting.wait(timeout=60)
    for thread in threads[1:]:
        thread.start()
    while len(coalesced._waiting) < 4:
        pass
    begin.set()
    for thread in threads:
        thread.join(timeout=60)
    assert sizes == [[4, 4]]
    assert sorted(answers) == [0, 2, 4, 6]


def test_a_call_that_fails_before_it_collects_fails_its_own_request() -> None:
    def answer(collect: Callable[[], Sequence[int]]) -> list[int]:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        Coalesced(answer).request(1)


def test_only_the_call_that_caused_an_error_fails() -> None:
    def answer(collect: Callable[[], Sequence[int]]) -> list[float]:
        return [1 / number for number in collect()]

    coalesced = Coalesced(answer)

    def result_of(number: int) -> float | str:
        try:
            return coalesced.request(number)
        except ZeroDivisionError:
            return "zero"

    answers = at_once(*[lambda n=n: result_of(n) for n in (0, 1, 2, 4)])  # type: ignore[misc]  # a bound default
    assert answers == ["zero", 1.0, 0.5, 0.25]


class UnreachableStore(InMemoryStore):
    """A store that fails for so many transactions after the first message."""

    def __init__(self, result_of: int) -> None:
        super().__init__()
        self.refusals, self.transactions = 0, result_of

    def transaction(self) -> AbstractContextManager[Transaction]:
        if self.refusals:
            self.refusals -= 1
            raise ConnectionError
        return super().transaction()

    def send(self, message: Message, invoice: Invoice, seller: str) -> Result[Accepted, SendError]:
        self.refusals, self.transactions = self.transactions, 0
        return Success(Accepted())


@pytest.mark.parametrize("concurrency", [1, 2])
def test_a_result_that_cannot_be_recorded_is_tried_again_before_more_is_sent(
    concurrency: int,
) -> None:
    store = UnreachableStore(result_of=7)
    running, attempts = DeliveringService(store), list[int]()
    running.queued(3)

    class CountingSender:
        def send(
            self, message: Message, invoice: Invoice, seller: str
        ) -> Result[Accepted, SendError]:
            attempts.append(store.refusals)
            return store.send(message, invoice, seller)

    assert running.engine(CountingSender(), concurrency=concurrency).drain() == 3
    assert running.statuses == [DeliveryStatus.SENT] * 3
    assert len(attempts) == 3  # each of them once
    assert (
        sum(refusals > 0 for refusals in attempts) < concurrency
    )  # except those that other threads had claimed


def test_stop_does_not_wait_for_an_unreachable_store() -> None:
    store, pauses = UnreachableStore(result_of=1000), list[timedelta]()
    running = DeliveringService(store)
    running.queued(1)

    def stop_at_once(span: timedelta) -> None:
        pauses.append(span)
        engine.stop()

    background_jobs = BackgroundJobs(store, running.clock, RandomIds(), {Medium.SMS: store})
    engine = EmbeddedEngine(background_jobs, pause=stop_at_once)
    engine.run()
    assert pauses == [FIRST_WAIT]
    assert running.statuses == [DeliveryStatus.SENDING]


def test_a_result_that_cannot_be_recorded_is_retried_until_its_lease_ends(
    caplog: pytest.LogCaptureFixture,
) -> None:
    running = DeliveringService()
    running.queued(1)

    class BrokenIds(RandomIds):
        def jitter(self) -> float:
            raise OSError("ravi@example.com")

    background_jobs = BackgroundJobs(
        running.store, running.clock, BrokenIds(), {Medium.SMS: CapturedSender()}
    )
    with caplog.at_level(logging.ERROR):
        assert EmbeddedEngine(background_jobs, pause=running.clock.advance).drain() == 1
    assert NOON + LEASE - LAST_WAIT <= running.clock.now() < NOON + LEASE
    assert running.statuses == [DeliveryStatus.SENDING]
    (logged,) = caplog.messages
    assert logged.endswith("was not recorded: OSError")


@pytest.mark.parametrize(("age", "looks"), [(0, 0), (0.5, 0), (1, 1), (30, 1)])
def test_a_message_is_looked_at_again_unless_it_was_claimed_just_now(
    monkeypatch: pytest.MonkeyPatch, age: float, looks: int
) -> None:
    running, seen = DeliveringService(), list[int]()
    running.queued(1)
    engine = running.engine(CapturedSender(), concurrency=1)
    jobs = engine._background_jobs
    (job,) = jobs.claim([message.key for message in running.store._rows.messages.values()])
    assert isinstance(job, DeliveryJob)
    held = BackgroundJobs.held

    def noting(self: BackgroundJobs, held_jobs: Sequence[DeliveryJob]) -> Sequence[Any]:
        seen.append(len(held_jobs))
        return held(self, held_jobs)

    monkeypatch.setattr(BackgroundJobs, "held", noting)
    looking = running.engine(CapturedSender(), concurrency=1)
    running.clock.advance(timedelta(seconds=age))
    looking.take([job])
    assert len(seen) == looks
    assert running.statuses == [DeliveryStatus.SENT]


def test_an_engine_with_threads_has_room_for_further_messages_until_it_is_stopped() -> None:
    running = DeliveringService()
    queue = DeliveryQueue("sms", ACCOUNT)
    assert running.engine(CapturedSender(), concurrency=1).room(queue) == 0  # it would wait for it
    engine = running.engine(CapturedSender(), concurrency=2)
    assert engine.room(queue) > 0
    engine.stop()
    assert engine.room(queue) == 0
