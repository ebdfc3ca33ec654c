"""Threads deliver concurrently: each records a result before its next attempt, none waits."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import timedelta
from threading import Barrier, Event, Thread

import pytest
from returns.result import Result, Success

from billhook.application.background_jobs import LEASE, BackgroundJobs
from billhook.application.commands import DraftAndSend
from billhook.application.ports import Sender, Transaction
from billhook.application.service import InvoiceService
from billhook.messaging.delivery import Accepted, DeliveryStatus, SendError
from billhook.messaging.message import Message
from billhook.model.account import Account
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook.model.invoice import Invoice
from billhook.model.rate_limits import RateLimit, RateLimits
from billhook_adapters.engine import EmbeddedEngine
from billhook_adapters.engine.coalescing import Coalesced
from billhook_adapters.engine.deliverer import FIRST_WAIT, LAST_WAIT
from billhook_adapters.memory import CapturedSender, InMemoryStore, RandomIds, SettableClock
from billhook_adapters.testing import NOON, a_document
from billhook_adapters.testing.builders import open_account
from billhook_adapters.testing.contracts.concurrency import at_once

ACME = AccountId("acc_1")
SECOND = timedelta(seconds=1)


class Office:
    """A desk in memory with messages waiting, and engines over them."""

    def __init__(self, store: InMemoryStore | None = None) -> None:
        self.store, self.clock = store or InMemoryStore(), SettableClock(NOON)
        self.service = InvoiceService(self.store, self.clock, RandomIds())
        open_account(self.service, Account(id=ACME, name="Acme"))

    def queued(self, count: int) -> None:
        send = DraftAndSend(account=ACME, document=a_document(media=["sms"]))
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


class Meeting:
    """A sender in which as many have to be at once as the barrier says."""

    def __init__(self, concurrency: int) -> None:
        self.barrier = Barrier(concurrency)

    def send(self, message: Message, invoice: Invoice, seller: str) -> Result[Accepted, SendError]:
        self.barrier.wait(timeout=60)
        return Success(Accepted())


def test_as_many_are_handed_over_at_once_as_there_are_hands() -> None:
    office = Office()
    office.queued(12)
    assert office.engine(Meeting(4), concurrency=4).drain() == 12
    assert office.statuses == [DeliveryStatus.SENT] * 12


class OneIsSlow:
    """A sender in which the first message waits until all others are through."""

    def __init__(self, others: int) -> None:
        self.others, self.through = others, Event()

    def send(self, message: Message, invoice: Invoice, seller: str) -> Result[Accepted, SendError]:
        if self.others == 0:
            self.through.set()
        first, self.others = self.others == 40, self.others - 1
        if first:
            assert self.through.wait(timeout=60)
        return Success(Accepted())


def test_a_slow_receiver_holds_up_one_hand_and_no_neighbour() -> None:
    office = Office()
    office.queued(41)
    assert office.engine(OneIsSlow(40), concurrency=2).drain() == 41
    assert office.statuses == [DeliveryStatus.SENT] * 41


def test_stopping_lets_the_hands_finish_and_take_no_more() -> None:
    office = Office()
    office.queued(100)
    started, go_on = Event(), Event()

    class Held:
        def send(
            self, message: Message, invoice: Invoice, seller: str
        ) -> Result[Accepted, SendError]:
            started.set()
            assert go_on.wait(timeout=60)
            return Success(Accepted())

    engine = office.engine(Held(), concurrency=2)
    running = Thread(target=engine.run)
    running.start()
    assert started.wait(timeout=60)
    engine.stop()
    go_on.set()
    running.join(timeout=60)
    assert not running.is_alive()
    assert sorted(set(office.statuses)) == [DeliveryStatus.QUEUED, DeliveryStatus.SENT]


class Timed(CapturedSender):
    """Keeps when it was given each message."""

    def __init__(self, clock: SettableClock) -> None:
        super().__init__()
        self.clock, self.seconds = clock, list[float]()

    def send(self, message: Message, invoice: Invoice, seller: str) -> Result[Accepted, SendError]:
        self.seconds.append((self.clock.now() - NOON) / SECOND)
        return super().send(message, invoice, seller)


@pytest.mark.parametrize("engines", [1, 3])
def test_no_second_sees_more_than_the_rate_whoever_sends(engines: int) -> None:
    office = Office()
    office.queued(60)
    sender = Timed(office.clock)
    rate_limits = RateLimits(sms=RateLimit(most=10, within=SECOND))
    workers = [office.engine(sender, 1, rate_limits) for _ in range(engines)]
    while DeliveryStatus.QUEUED in office.statuses:
        for worker in workers:
            worker.drain()
        office.clock.advance(timedelta(milliseconds=50))
    sent = sorted(sender.seconds)
    assert len(sent) == 60
    assert max(sum(0 <= other - one < 1 for other in sent) for one in sent) <= 11
    assert sent[-1] < 7


def test_what_is_asked_meanwhile_is_answered_together() -> None:
    sizes: list[int] = []
    inside, go_on = Event(), Event()

    def answer(questions: Sequence[int]) -> list[int]:
        sizes.append(len(questions))
        inside.set()
        assert go_on.wait(timeout=60)
        return [question * 2 for question in questions]

    together = Coalesced(answer)
    first = Thread(target=together.request, args=(0,))
    first.start()
    assert inside.wait(timeout=60)
    rest = Thread(target=lambda: at_once(*[lambda: together.request(1)] * 5))
    rest.start()
    while len(together._waiting) < 5:
        pass
    go_on.set()
    for thread in (first, rest):
        thread.join(timeout=60)
    assert sizes == [1, 5]


def test_only_the_culprit_of_a_failed_answer_fails() -> None:
    def answer(questions: Sequence[int]) -> list[float]:
        return [1 / question for question in questions]

    together = Coalesced(answer)

    def asked(question: int) -> float | str:
        try:
            return together.request(question)
        except ZeroDivisionError:
            return "zero"

    answers = at_once(*[lambda n=n: asked(n) for n in (0, 1, 2, 4)])  # type: ignore[misc]  # a bound default
    assert answers == ["zero", 1.0, 0.5, 0.25]


class Away(InMemoryStore):
    """A store that is away from the first message on, until it was asked so often."""

    def __init__(self, asked: int) -> None:
        super().__init__()
        self.refusals, self.asked = 0, asked

    def transaction(self) -> AbstractContextManager[Transaction]:
        if self.refusals:
            self.refusals -= 1
            raise ConnectionError
        return super().transaction()

    def send(self, message: Message, invoice: Invoice, seller: str) -> Result[Accepted, SendError]:
        self.refusals, self.asked = self.asked, 0
        return Success(Accepted())


@pytest.mark.parametrize("concurrency", [1, 2])
def test_what_cannot_be_recorded_yet_is_recorded_later_and_nothing_is_sent_meanwhile(
    concurrency: int,
) -> None:
    store = Away(asked=7)
    office, given = Office(store), list[int]()
    office.queued(3)

    class Counted:
        def send(
            self, message: Message, invoice: Invoice, seller: str
        ) -> Result[Accepted, SendError]:
            given.append(store.refusals)
            return store.send(message, invoice, seller)

    assert office.engine(Counted(), concurrency=concurrency).drain() == 3
    assert office.statuses == [DeliveryStatus.SENT] * 3
    assert len(given) == 3  # and none of them twice
    assert sum(refusals > 0 for refusals in given) < concurrency  # but what the others had claimed


def test_who_is_told_to_stop_waits_for_no_store_that_is_away() -> None:
    store, pauses = Away(asked=1000), list[timedelta]()
    office = Office(store)
    office.queued(1)

    def told(span: timedelta) -> None:
        pauses.append(span)
        engine.stop()

    background_jobs = BackgroundJobs(store, office.clock, RandomIds(), {Medium.SMS: store})
    engine = EmbeddedEngine(background_jobs, pause=told)
    engine.run()
    assert pauses == [FIRST_WAIT]
    assert office.statuses == [DeliveryStatus.SENDING]


def test_what_cannot_be_recorded_is_left_to_its_lease(caplog: pytest.LogCaptureFixture) -> None:
    office = Office()
    office.queued(1)

    class Broken(RandomIds):
        def jitter(self) -> float:
            raise OSError("ravi@example.com")

    background_jobs = BackgroundJobs(
        office.store, office.clock, Broken(), {Medium.SMS: CapturedSender()}
    )
    with caplog.at_level(logging.ERROR):
        assert EmbeddedEngine(background_jobs, pause=office.clock.advance).drain() == 1
    assert NOON + LEASE - LAST_WAIT <= office.clock.now() < NOON + LEASE
    assert office.statuses == [DeliveryStatus.SENDING]
    (said,) = caplog.messages
    assert said.endswith("was not recorded: OSError")
