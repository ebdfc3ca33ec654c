"""The contract of an engine: each message that should be sent is sent once, no other is."""

from __future__ import annotations

from datetime import datetime, timedelta
from threading import Event, Thread

import pytest
from returns.result import Result, Success

from billhook.application.command import AnyCommand
from billhook.application.commands import Cancel, Notify, Pay
from billhook.application.records import PendingWrites
from billhook.lifecycle.errors import GuardRefused
from billhook.lifecycle.operation import Operation
from billhook.messaging.delivery import (
    Accepted,
    DeliveryStatus,
    Permanent,
    SendError,
    Transient,
    Unknown,
    next_attempt,
)
from billhook.model.account import AccountPolicy, RetryPolicy
from billhook.model.customer import Medium
from billhook.model.invoice import Invoice, InvoiceId, InvoiceKey, Status
from billhook.model.rate_limits import RateLimit, RateLimits
from billhook_adapters.testing.builders import NOON, TOMORROW, a_payment
from billhook_adapters.testing.contracts.concurrency import at_once
from billhook_adapters.testing.contracts.engine_fairness import EngineFairnessSuite
from billhook_adapters.testing.contracts.engine_suite import EngineSetup
from billhook_adapters.testing.contracts.store_suite import broken_off
from billhook_adapters.testing.running import ACCOUNT

SECOND = timedelta(seconds=1)
PATIENT = RetryPolicy(max_attempts=3, first_wait=timedelta(minutes=2), max_wait=timedelta(hours=1))


class EngineContract(EngineFairnessSuite):
    """What every engine does, on every database it runs on."""

    def test_what_is_queued_is_delivered_once(self, setup: EngineSetup) -> None:
        messages = setup.queued(25)
        assert setup.engine().drain() == 25
        assert sorted(setup.receiver.raw) == sorted(message.id for message in messages)
        assert {setup.now(message).status for message in messages} == {DeliveryStatus.SENT}
        assert setup.engine().drain() == 0

    def test_what_a_guard_refuses_at_sending_is_not_sent(self, setup: EngineSetup) -> None:
        held, free = setup.queued(2)

        def on_hold(invoice: Invoice, operation: Operation, _: datetime) -> GuardRefused | None:
            refused = operation is Operation.NOTIFY and invoice.id == held.invoice
            return GuardRefused("on_hold", "The customer is on hold.") if refused else None

        setup.engine(guards=lambda _: [on_hold]).drain()
        assert setup.receiver.raw == [free.id]
        now = setup.now(held)
        assert (now.status, now.reason) == (DeliveryStatus.SUPPRESSED, "on_hold")

    def test_what_a_transaction_gave_back_is_never_delivered(self, setup: EngineSetup) -> None:
        (message,) = setup.queued()
        with broken_off(setup.store) as transaction:
            again = message.model_copy(update={"id": "msg_given_back"})
            transaction.save(PendingWrites(messages={again.key: again}))
        setup.engine().drain()
        assert setup.receiver.raw == [message.id]

    def test_engines_at_work_at_once_repeat_nothing(self, setup: EngineSetup) -> None:
        messages = setup.queued(120)
        engines = [setup.engine(concurrency=2), setup.engine(), setup.engine()]
        at_once(*(engine.drain for engine in engines))
        engines[0].drain()  # what another one had claimed meanwhile
        assert sorted(setup.receiver.raw) == sorted(message.id for message in messages)

    def test_one_request_sent_many_times_at_once_is_one_message(self, setup: EngineSetup) -> None:
        (first,) = setup.queued()
        again = Notify(account=ACCOUNT, invoice=first.invoice, medium=Medium.SMS, key="key_1")
        answers = at_once(*[lambda: setup.service.execute(again)] * 8)
        assert answers == [answers[0]] * 8
        setup.engine().drain()
        assert sorted(setup.receiver.raw) == sorted([first.id, answers[0].unwrap().id])

    def test_what_failed_for_a_moment_is_tried_when_its_time_has_come(
        self, setup: EngineSetup
    ) -> None:
        setup.open(AccountPolicy(retries=PATIENT))
        setup.receiver.refuse(Transient("busy"), times=2)
        (message,) = setup.queued()
        engine = setup.engine()
        for attempt in (1, 2):
            engine.drain()
            waiting = setup.now(message)
            assert (waiting.status, waiting.attempts) == (DeliveryStatus.QUEUED, attempt)
            assert waiting.due_at is not None
            earliest, latest = (
                next_attempt(
                    attempt,
                    Transient("busy"),
                    PATIENT,
                    since=NOON,
                    jitter=jitter,
                    now=setup.clock.now(),
                )
                for jitter in (0.0, 1.0)
            )
            assert earliest is not None
            assert latest is not None
            assert earliest <= waiting.due_at <= latest
            assert setup.engine().drain() == 0
            setup.clock.set(waiting.due_at)
        assert engine.drain() == 1
        assert setup.now(message).status is DeliveryStatus.SENT
        assert setup.receiver.raw == [message.id] * 3

    def test_what_is_refused_for_good_is_a_dead_letter_at_once(self, setup: EngineSetup) -> None:
        setup.receiver.refuse(Permanent("no such number"))
        (message,) = setup.queued()
        setup.engine().drain()
        dead = setup.now(message)
        assert (dead.status, dead.reason) == (DeliveryStatus.FAILED, "no such number")
        assert setup.engine().drain() == 0

    def test_what_may_have_gone_out_is_tried_under_the_same_key(self, setup: EngineSetup) -> None:
        setup.receiver.refuse(Unknown("timed out"))
        (message,) = setup.queued()
        setup.engine().drain()
        setup.clock.advance(timedelta(hours=1))
        setup.engine().drain()
        assert setup.receiver.raw == [message.id] * 2
        assert setup.now(message).status is DeliveryStatus.SENT

    @pytest.mark.parametrize("since", ["paid", "cancelled", "expired"])
    def test_what_need_not_be_sent_any_more_is_suppressed_with_the_reason(
        self, setup: EngineSetup, since: str
    ) -> None:
        (message,) = setup.queued(expire_by=TOMORROW)
        one = message.invoice
        ends: dict[str, AnyCommand] = {
            "paid": Pay(account=ACCOUNT, invoice=one, payment=a_payment(99800)),
            "cancelled": Cancel(account=ACCOUNT, invoice=one),
        }
        if since in ends:
            assert isinstance(setup.service.execute_all([ends[since]])[0], Success)
        else:
            setup.clock.set(TOMORROW)
        assert setup.engine().drain() == 1
        ended = setup.now(message)
        assert (ended.status, ended.reason) == (DeliveryStatus.SUPPRESSED, "operation_not_allowed")
        assert setup.receiver.raw == []

    def test_expiry_is_recorded_when_it_is_due_and_not_before(self, setup: EngineSetup) -> None:
        (message,) = setup.queued(expire_by=TOMORROW)
        setup.clock.set(TOMORROW - SECOND)
        setup.engine().drain()
        assert _recorded(setup, message.invoice) is Status.ISSUED
        setup.clock.set(TOMORROW)
        setup.engine().drain()
        assert _recorded(setup, message.invoice) is Status.EXPIRED

    def test_lost_wake_ups_lose_nothing(self, setup: EngineSetup) -> None:
        messages = setup.queued(30)
        setup.lose_wake_ups()
        setup.clock.advance(timedelta(minutes=5))
        setup.engine().drain()
        assert sorted(setup.receiver.raw) == sorted(message.id for message in messages)

    def test_no_second_sees_more_than_the_rate_by_all_engines(self, setup: EngineSetup) -> None:
        messages = setup.queued(40)
        setup.receiver.clock = setup.clock
        rate_limits = RateLimits(sms=RateLimit(most=10, within=SECOND))
        engines = [setup.engine(rate_limits=rate_limits) for _ in range(2)]
        while any(setup.now(one).status is DeliveryStatus.QUEUED for one in messages):
            for engine in engines:
                engine.drain()
            setup.clock.advance(timedelta(milliseconds=500))
        sent = setup.receiver.seconds
        assert len(sent) == 40
        assert max(sum(0 <= other - one < 1 for other in sent) for one in sent) <= 11

    def test_stopping_finishes_what_is_claimed(self, setup: EngineSetup) -> None:
        messages = setup.queued(20)
        started, go_on = Event(), Event()

        def held(_attempt: int) -> Result[Accepted, SendError]:
            started.set()
            assert go_on.wait(timeout=60)
            return Success(Accepted())

        setup.receiver.answer = held
        engine = setup.engine(concurrency=2)
        running = Thread(target=engine.run)
        running.start()
        assert started.wait(timeout=60)
        engine.stop()
        go_on.set()
        running.join(timeout=60)
        assert not running.is_alive()
        # Either sent or untouched but for a claim that a lease gives back.
        assert DeliveryStatus.SENT in {setup.now(message).status for message in messages}
        setup.clock.advance(timedelta(minutes=5))
        setup.engine().drain()
        assert {setup.now(message).status for message in messages} == {DeliveryStatus.SENT}


def _recorded(setup: EngineSetup, invoice: InvoiceId) -> Status:
    key = InvoiceKey(ACCOUNT, invoice)
    with setup.store.snapshot() as snapshot:
        return snapshot.invoices((key,))[key].status
