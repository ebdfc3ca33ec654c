"""The embedded engine: it does all that is due, and continues after a failed round."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from threading import Event, Thread

import pytest

from billhook.application.background_jobs import BackgroundJobs
from billhook.application.claiming import AttemptResult, Claiming
from billhook.application.commands import Cancel, DraftAndSend
from billhook.application.delivery_attempts import DeliveryJob
from billhook.messaging.delivery import DeliveryStatus, MessageKey, Transient
from billhook.model.customer import Medium
from billhook.model.invoice import Invoice, Status
from billhook_adapters.engine import EmbeddedEngine
from billhook_adapters.engine.deliverer import POSTPONED_FOR
from billhook_adapters.memory import CapturedSender, InMemoryStore, SettableClock
from billhook_adapters.testing import NOON, a_document
from billhook_adapters.testing.running import ACCOUNT, RunningService


class SmsService(RunningService):
    """A service in memory that sends SMS only, and its engine."""

    store: InMemoryStore
    clock: SettableClock
    sender: CapturedSender

    def __init__(self, store: InMemoryStore | None = None) -> None:
        super().__init__(store)
        jobs = BackgroundJobs(self.store, self.clock, self.ids, {Medium.SMS: self.sender})
        self.engine = EmbeddedEngine(jobs, poll_seconds=0.001)

    def send(self, **document: object) -> Invoice:
        command = DraftAndSend(account=ACCOUNT, document=a_document(media=["sms"], **document))
        return self.service.execute(command).unwrap().invoice

    def statuses(self, invoice: Invoice) -> list[DeliveryStatus]:
        return [message.status for message in self.service.messages(ACCOUNT, invoice.id)]


@pytest.fixture
def running() -> SmsService:
    return SmsService()


def test_drain_delivers_all_due_messages_and_returns_their_count(running: SmsService) -> None:
    invoices = [running.send() for _ in range(250)]
    assert running.engine.drain() == 250
    assert len(running.sender.delivered) == 250
    assert {state for invoice in invoices for state in running.statuses(invoice)} == {
        DeliveryStatus.SENT
    }
    assert running.engine.drain() == 0


def test_a_message_with_a_transient_error_is_sent_after_its_wait(running: SmsService) -> None:
    running.sender.faults.append(Transient("busy"))
    invoice = running.send()
    running.engine.drain()
    assert running.statuses(invoice) == [DeliveryStatus.QUEUED]
    assert running.engine.drain() == 0
    running.clock.advance(timedelta(hours=1))
    assert running.engine.drain() == 1
    assert running.statuses(invoice) == [DeliveryStatus.SENT]


def test_an_invoice_cancelled_before_delivery_is_not_sent(running: SmsService) -> None:
    invoice = running.send()
    running.service.execute(Cancel(account=ACCOUNT, invoice=invoice.id)).unwrap()
    running.engine.drain()
    assert running.statuses(invoice) == [DeliveryStatus.SUPPRESSED]
    (message,) = running.service.messages(ACCOUNT, invoice.id)
    assert message.reason == "operation_not_allowed"
    assert running.sender.delivered == []


def test_drain_records_expiry_in_batches(running: SmsService) -> None:
    invoices = [running.send(expire_by=NOON + timedelta(hours=1)) for _ in range(250)]
    running.clock.advance(timedelta(hours=2))
    running.engine.drain()
    with running.store.transaction() as transaction:
        assert transaction.overdue(running.clock.now(), 1000) == []
    assert {running.service.get(ACCOUNT, invoice.id).unwrap().status for invoice in invoices} == {
        Status.EXPIRED
    }


def test_a_medium_without_a_sender_ends_as_a_dead_letter(running: SmsService) -> None:
    command = DraftAndSend(account=ACCOUNT, document=a_document(media=["email"]))
    invoice = running.service.execute(command).unwrap().invoice
    running.engine.drain()
    assert running.statuses(invoice) == [DeliveryStatus.FAILED]


class UnreachableStore(InMemoryStore):
    """A store that fails in its first round, with an address in the exception."""

    def __init__(self) -> None:
        super().__init__()
        self.rounds, self.reached_again = 0, Event()

    def sendable(self, now: datetime, limit: int) -> Sequence[MessageKey]:
        self.rounds += 1
        if self.rounds == 1:
            raise ConnectionError("no route to db for ravi@example.com")
        self.reached_again.set()
        return super().sendable(now, limit)


def test_the_loop_continues_after_a_store_error_and_logs_its_class_only(
    caplog: pytest.LogCaptureFixture,
) -> None:
    store = UnreachableStore()
    running = SmsService(store)
    with caplog.at_level(logging.ERROR):
        thread = Thread(target=running.engine.run)
        thread.start()
        assert store.reached_again.wait(timeout=30)
        running.engine.stop()
        thread.join(timeout=30)
    assert not thread.is_alive()
    assert caplog.messages == ["a round of delivery failed, and is tried again: ConnectionError"]


class Unreadable(InMemoryStore):
    """A store whose idempotency records cannot be read."""

    def delete_expired_records(self, now: datetime, limit: int) -> int:
        raise ValueError("ravi@example.com has a corrupt row")


def test_a_sweep_that_fails_does_not_stop_delivery(caplog: pytest.LogCaptureFixture) -> None:
    running = SmsService(Unreadable())
    invoice = running.send()
    with caplog.at_level(logging.ERROR):
        assert running.engine.drain() == 1
    assert running.statuses(invoice) == [DeliveryStatus.SENT]
    assert caplog.messages == ["a sweep failed, and is tried again: ValueError"]


def test_more_unreadable_messages_than_one_round_takes_do_not_stop_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    running = SmsService()
    unreadable = [running.send() for _ in range(20)]
    bad = {
        message.key for one in unreadable for message in running.service.messages(ACCOUNT, one.id)
    }
    running.clock.advance(timedelta(seconds=1))
    readable = running.send()
    claim = Claiming.claim

    def take(self: Claiming, key: MessageKey) -> DeliveryJob | AttemptResult:
        if key in bad:
            raise KeyError("contact")
        return claim(self, key)

    monkeypatch.setattr(Claiming, "claim", take)
    assert running.engine.drain() == 21
    assert running.statuses(readable) == [DeliveryStatus.SENT]


def test_a_message_that_cannot_be_handled_does_not_stop_others(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = SmsService()
    first, second = running.send(), running.send()
    (bad,) = running.service.messages(ACCOUNT, first.id)
    claim = Claiming.claim

    def take(self: Claiming, key: MessageKey) -> DeliveryJob | AttemptResult:
        if key == bad.key:
            raise ValueError("ravi@example.com has a corrupt row")
        return claim(self, key)

    monkeypatch.setattr(Claiming, "claim", take)
    with caplog.at_level(logging.ERROR):
        assert running.engine.drain() == 2
        assert running.engine.drain() == 0
    assert (running.statuses(first), running.statuses(second)) == (
        [DeliveryStatus.QUEUED],
        [DeliveryStatus.SENT],
    )
    logged = [f"message {bad.id} was not handled: ValueError"]
    assert caplog.messages == logged
    running.clock.advance(POSTPONED_FOR)
    assert running.engine.drain() == 1
    assert caplog.messages == logged * 2
