"""Leases hold although clocks differ and processes stop: what another worker claimed is not sent.

Reports of the same from other projects: a queue whose visibility timeout is counted from the moment
of prefetching runs a task again while it waits; a scheduler that compares timestamps of several
hosts takes live executions for dead ones; a worker whose heartbeat was late goes on with what was
given to another one.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Event, Thread

import pytest
from returns.result import Result, Success
from sqlalchemy import Engine

from billhook.application.background_jobs import BackgroundJobs
from billhook.application.commands import DraftAndSend
from billhook.application.ports import Sender
from billhook.messaging.delivery import Accepted, SendError
from billhook.messaging.message import Message
from billhook.model.customer import Medium
from billhook.model.invoice import Invoice
from billhook_adapters.engine import EmbeddedEngine
from billhook_adapters.memory import CapturedSender, RandomIds
from billhook_adapters.sql import SqlStore
from billhook_adapters.sql import clock as sql_clock
from billhook_adapters.sql.clock import MEASURED_EVERY, DatabaseClock, postgresql_time
from billhook_adapters.system.clock import SettableClock, SystemClock
from billhook_adapters.testing import NOON, a_document
from billhook_adapters.testing.running import ACCOUNT, RunningService

MINUTES = timedelta(minutes=1)


class Time:
    """Seconds that pass when they are set, and the time of a database that passes with them."""

    def __init__(self) -> None:
        self.elapsed = 0.0
        self.reads = 0

    def read(self) -> datetime:
        self.reads += 1
        return NOON + timedelta(seconds=self.elapsed)

    def clock(self, host_is_ahead: timedelta) -> DatabaseClock:
        host = SettableClock(NOON + host_is_ahead)
        return DatabaseClock(self.read, host, elapsed=lambda: self.elapsed)


def test_servers_whose_clocks_are_minutes_apart_have_one_time() -> None:
    time = Time()
    clocks = [time.clock(minutes * MINUTES) for minutes in (-5, 0, 5)]
    time.elapsed = 12.5
    assert {clock.now() for clock in clocks} == {NOON + timedelta(seconds=12.5)}


def test_setting_the_clock_of_a_host_changes_no_lease() -> None:
    time, host = Time(), SettableClock(NOON)
    clock = DatabaseClock(time.read, host, elapsed=lambda: time.elapsed)
    host.set(NOON - timedelta(hours=3))
    time.elapsed = 1.0
    assert clock.now() == NOON + timedelta(seconds=1)


@pytest.mark.parametrize(
    ("ahead", "words"),
    [
        (5 * MINUTES, ["the clock of this host is 300 seconds ahead of"]),
        (-5 * MINUTES, ["the clock of this host is 300 seconds behind"]),
        (timedelta(seconds=5), []),
    ],
)
def test_a_clock_that_is_off_is_reported_once(
    caplog: pytest.LogCaptureFixture, ahead: timedelta, words: list[str]
) -> None:
    with caplog.at_level(logging.WARNING):
        clock = Time().clock(ahead)
        for _ in range(3):
            clock._measure_now()
    assert [message[: len(words[0])] for message in caplog.messages] == words


def test_the_time_of_the_database_is_read_again_by_a_thread_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    time, started = Time(), list[Callable[[], None]]()

    class Held(Thread):
        def start(self) -> None:
            started.append(self.run)

    monkeypatch.setattr(sql_clock, "Thread", Held)
    clock = time.clock(timedelta(0))
    time.elapsed = MEASURED_EVERY
    assert clock.now() == clock.now() == NOON + timedelta(seconds=MEASURED_EVERY)
    assert (len(started), time.reads) == (1, 1)  # it did not wait, and read the time once
    started[0]()
    assert time.reads == 2


def test_a_database_that_is_away_leaves_the_time_that_was_read_before(
    caplog: pytest.LogCaptureFixture,
) -> None:
    time = Time()
    clock = time.clock(timedelta(0))

    def away() -> datetime:
        raise ConnectionError("no route to db for ravi@example.com")

    clock._read = away
    time.elapsed = 40.0
    clock._measure_now()
    time.elapsed = 50.0
    assert clock.now() == NOON + timedelta(seconds=50)
    assert caplog.messages == ["the time of the database was not read: ConnectionError"]


def test_a_server_that_is_minutes_ahead_does_not_send_what_another_one_is_sending(
    postgresql_engine: Engine,
) -> None:
    class Ahead(SystemClock):
        def now(self) -> datetime:
            return super().now() + 5 * MINUTES

    class Held:
        def __init__(self) -> None:
            self.sent, self.started, self.go_on = list[str](), Event(), Event()

        def send(
            self, message: Message, invoice: Invoice, seller: str
        ) -> Result[Accepted, SendError]:
            self.sent.append(message.id)
            self.started.set()
            assert self.go_on.wait(timeout=60)
            return Success(Accepted())

    sender, read = Held(), postgresql_time(postgresql_engine)
    running = RunningService(SqlStore(postgresql_engine), DatabaseClock(read), sender=sender)
    running.service.execute(
        DraftAndSend(account=ACCOUNT, document=a_document(media=["sms"]))
    ).unwrap()
    first = EmbeddedEngine(running.background_jobs, concurrency=2)
    draining = Thread(target=first.drain)
    draining.start()
    assert sender.started.wait(timeout=60)
    ahead = replace(running.background_jobs, clock=DatabaseClock(read, Ahead()))
    assert EmbeddedEngine(ahead).drain() == 0
    sender.go_on.set()
    draining.join(timeout=60)
    assert len(sender.sent) == 1


def test_messages_that_wait_for_a_thread_longer_than_a_lease_are_not_used_up() -> None:
    sender: Sender = CapturedSender()
    running = RunningService(sender=sender)
    command = DraftAndSend(account=ACCOUNT, document=a_document(media=["sms"]))
    assert all(isinstance(one, Success) for one in running.service.execute_all([command] * 3))

    class Slow(CapturedSender):
        def send(
            self, message: Message, invoice: Invoice, seller: str
        ) -> Result[Accepted, SendError]:
            assert isinstance(running.clock, SettableClock)
            running.clock.advance(timedelta(seconds=70))
            return super().send(message, invoice, seller)

    slow = Slow()
    senders = dict.fromkeys(Medium, slow)
    jobs = BackgroundJobs(running.store, running.clock, RandomIds(), senders)
    EmbeddedEngine(jobs).drain()
    assert len(slow.delivered) == 3
    assert len({one.id for one in slow.delivered}) == 3
