"""The fairness of an engine: no account, medium or webhook endpoint delays another one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from threading import Event, Lock, Thread

import pytest
from returns.result import Failure, Result, Success

from billhook.application.ports import Engine
from billhook.messaging.delivery import Accepted, SendError, Transient, Unknown
from billhook.messaging.message import Message
from billhook_adapters.testing.contracts.engine_suite import EngineSetup, EngineSuite

SLOW, QUICK = "https://slow.example/hooks", "https://quick.example/hooks"
MANY = 40
MOST_LOOKS = 6000
"""How often a test looks whether a message was sent, before it fails."""
FAILURES = (Transient("answered 500"), Unknown("no answer in time"))


class Gate:
    """Holds whatever enters until it is opened; `most` is how many were held at a time."""

    def __init__(self) -> None:
        self.opened = Event()
        self._inside, self.most, self._lock = 0, 0, Lock()

    def enter(self) -> None:
        """Wait until the gate is open."""
        with self._lock:
            self._inside += 1
            self.most = max(self.most, self._inside)
        assert self.opened.wait(timeout=60)
        with self._lock:
            self._inside -= 1


class EngineFairnessSuite(EngineSuite):
    """What an engine does for the others while it waits for one."""

    @pytest.mark.parametrize("medium", ["sms", "email"])
    def test_a_webhook_that_never_answers_delays_no_message(
        self, setup: EngineSetup, medium: str
    ) -> None:
        setup.endpoint("acc_1", SLOW)
        setup.events(MANY, "acc_1")
        (message,) = setup.queued(account="acc_2", medium=medium)
        gate = _webhooks_held(setup)
        _run_until(setup, gate, lambda: setup.receiver.raw == [message.id])
        assert gate.most <= 2

    def test_a_webhook_that_never_answers_delays_no_webhook_of_another_account(
        self, setup: EngineSetup
    ) -> None:
        setup.endpoint("acc_1", SLOW)
        setup.events(MANY, "acc_1")
        setup.endpoint("acc_2", QUICK)
        setup.events(3, "acc_2")
        gate = _webhooks_held(setup)
        _run_until(setup, gate, lambda: setup.webhooks.count(QUICK) == 3)

    def test_a_webhook_that_never_answers_delays_no_other_webhook_of_its_account(
        self, setup: EngineSetup
    ) -> None:
        setup.endpoint("acc_1", SLOW)
        setup.endpoint("acc_1", QUICK, "sub_2")
        setup.events(3, "acc_1")
        gate = _webhooks_held(setup)
        _run_until(setup, gate, lambda: setup.webhooks.count(QUICK) == 3)

    def test_an_account_whose_messages_take_long_delays_no_other_account(
        self, setup: EngineSetup
    ) -> None:
        setup.queued(MANY)
        (message,) = setup.queued(account="acc_2")
        gate = _messages_held(setup, lambda one: one.account == "acc_1")
        _run_until(setup, gate, lambda: message.id in setup.receiver.raw)

    def test_a_medium_whose_provider_takes_long_delays_no_other_medium(
        self, setup: EngineSetup
    ) -> None:
        setup.queued(MANY)
        (message,) = setup.queued(medium="email")
        gate = _messages_held(setup, lambda one: one.medium == "sms")
        _run_until(setup, gate, lambda: message.id in setup.receiver.raw)

    def test_what_is_queued_while_all_workers_wait_is_sent_at_once(
        self, setup: EngineSetup
    ) -> None:
        setup.queued(MANY)
        gate = _messages_held(setup, lambda one: one.account == "acc_1")
        new: list[Message] = []

        def sent() -> bool:
            if not gate.most:
                return False
            if not new:
                new.extend(setup.queued(account="acc_2"))
            return new[0].id in setup.receiver.raw

        _run_until(setup, gate, sent)

    def test_a_backlog_of_one_account_is_not_sent_before_the_others(
        self, setup: EngineSetup
    ) -> None:
        setup.queued(MANY)
        setup.clock.advance(timedelta(hours=1))
        (message,) = setup.queued(account="acc_2")
        setup.engine().drain()
        assert len(setup.receiver.raw) == MANY + 1
        assert setup.receiver.raw.index(message.id) < 10

    @pytest.mark.parametrize("failure", FAILURES, ids=repr)
    def test_an_endpoint_that_fails_is_slowed_down_by_itself(
        self, setup: EngineSetup, failure: SendError
    ) -> None:
        setup.endpoint("acc_1", SLOW)
        setup.endpoint("acc_1", QUICK, "sub_2")
        setup.events(40, "acc_1")
        setup.webhooks.answer = lambda url: Failure(failure) if url == SLOW else Success(Accepted())
        engine, counts = setup.engine(), list[int]()
        for _ in range(4):
            engine.drain()
            counts.append(setup.webhooks.count(SLOW))
            setup.clock.advance(timedelta(minutes=6))
        assert counts == [1, 2, 3, 4]
        assert setup.webhooks.count(QUICK) == 40

    def test_an_endpoint_that_works_again_gets_everything(self, setup: EngineSetup) -> None:
        setup.endpoint("acc_1", SLOW)
        setup.events(40, "acc_1")
        setup.webhooks.answer = lambda _: Failure(Transient("answered 503"))
        engine = setup.engine()
        engine.drain()
        setup.webhooks.answer = lambda _: Success(Accepted())
        setup.clock.advance(timedelta(hours=1))
        engine.drain()
        assert len(set(setup.webhooks.raw)) == 40
        assert setup.webhooks.count(SLOW) == 41

    def test_an_endpoint_gets_a_limited_number_of_requests_at_a_time(
        self, setup: EngineSetup
    ) -> None:
        setup.endpoint("acc_1", SLOW)
        setup.events(MANY, "acc_1")
        engine = setup.engine(concurrency=4)
        gate, first = Gate(), list[str]()

        def answer(url: str) -> Result[Accepted, SendError]:
            first.append(url)
            if len(first) > 1:  # the first success shows that the endpoint works
                gate.enter()
            return Success(Accepted())

        setup.webhooks.answer = answer
        (message,) = setup.queued(account="acc_2")
        _run_until(setup, gate, lambda: gate.most == 2 and message.id in setup.receiver.raw, engine)
        assert gate.most == 2


def _run_until(
    setup: EngineSetup, gate: Gate, done: Callable[[], bool], engine: Engine | None = None
) -> None:
    """Let an engine with two workers work until `done`; then open the gate and let it end."""
    at_work = engine or setup.engine(concurrency=2)
    draining = Thread(target=at_work.drain)
    draining.start()
    try:
        for _ in range(MOST_LOOKS):
            if done():
                break
            draining.join(timeout=0.005)
        assert done()
    finally:
        gate.opened.set()
        draining.join(timeout=60)
    assert not draining.is_alive()


def _webhooks_held(setup: EngineSetup) -> Gate:
    """The slow endpoint answers once the gate is open."""
    gate = Gate()

    def answer(url: str) -> Result[Accepted, SendError]:
        if url == SLOW:
            gate.enter()
        return Success(Accepted())

    setup.webhooks.answer = answer
    return gate


def _messages_held(setup: EngineSetup, held: Callable[[Message], bool]) -> Gate:
    """The provider answers to these messages once the gate is open."""
    gate = Gate()

    def hold(message: Message) -> None:
        if held(message):
            gate.enter()

    setup.receiver.hold = hold
    return gate
