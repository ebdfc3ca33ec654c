"""The embedded engine: what is due gets done, and a bad round does not end it."""

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
from billhook.application.service import InvoiceService
from billhook.messaging.delivery import DeliveryStatus, MessageKey, Transient
from billhook.model.account import Account
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook.model.invoice import Invoice, Status
from billhook_adapters.engine import EmbeddedEngine
from billhook_adapters.engine.deliverer import ASIDE
from billhook_adapters.memory import CapturedSender, InMemoryStore, RandomIds, SettableClock
from billhook_adapters.testing import NOON, a_document
from billhook_adapters.testing.builders import open_account

ACME = AccountId("acc_1")


class Office:
    """A desk in memory and the engine behind it."""

    def __init__(self, store: InMemoryStore | None = None) -> None:
        self.store, self.clock, self.texts = (
            store or InMemoryStore(),
            SettableClock(NOON),
            CapturedSender(),
        )
        ids = RandomIds()
        self.service = InvoiceService(self.store, self.clock, ids)
        open_account(self.service, Account(id=ACME, name="Acme"))
        self.engine = EmbeddedEngine(
            BackgroundJobs(self.store, self.clock, ids, {Medium.SMS: self.texts}),
            poll_seconds=0.001,
        )

    def send(self, **document: object) -> Invoice:
        command = DraftAndSend(account=ACME, document=a_document(media=["sms"], **document))
        return self.service.execute(command).unwrap().invoice

    def states(self, invoice: Invoice) -> list[DeliveryStatus]:
        return [message.status for message in self.service.messages(ACME, invoice.id)]


@pytest.fixture
def office() -> Office:
    return Office()


def test_draining_delivers_what_is_due_and_counts_it(office: Office) -> None:
    invoices = [office.send() for _ in range(250)]
    assert office.engine.drain() == 250
    assert len(office.texts.delivered) == 250
    assert {state for invoice in invoices for state in office.states(invoice)} == {
        DeliveryStatus.SENT
    }
    assert office.engine.drain() == 0


def test_a_message_that_failed_for_a_moment_is_sent_when_its_time_has_come(office: Office) -> None:
    office.texts.faults.append(Transient("busy"))
    invoice = office.send()
    office.engine.drain()
    assert office.states(invoice) == [DeliveryStatus.QUEUED]
    assert office.engine.drain() == 0
    office.clock.advance(timedelta(hours=1))
    assert office.engine.drain() == 1
    assert office.states(invoice) == [DeliveryStatus.SENT]


def test_an_invoice_cancelled_before_delivery_is_not_sent(office: Office) -> None:
    invoice = office.send()
    office.service.execute(Cancel(account=ACME, invoice=invoice.id)).unwrap()
    office.engine.drain()
    assert office.states(invoice) == [DeliveryStatus.SUPPRESSED]
    (message,) = office.service.messages(ACME, invoice.id)
    assert message.reason == "operation_not_allowed"
    assert office.texts.delivered == []


def test_draining_records_expiry_in_batches(office: Office) -> None:
    invoices = [office.send(expire_by=NOON + timedelta(hours=1)) for _ in range(250)]
    office.clock.advance(timedelta(hours=2))
    office.engine.drain()
    with office.store.transaction() as transaction:
        assert transaction.overdue(office.clock.now(), 1000) == []
    assert {office.service.get(ACME, invoice.id).unwrap().status for invoice in invoices} == {
        Status.EXPIRED
    }


def test_a_medium_without_a_sender_ends_as_a_dead_letter(office: Office) -> None:
    command = DraftAndSend(account=ACME, document=a_document(media=["email"]))
    invoice = office.service.execute(command).unwrap().invoice
    office.engine.drain()
    assert office.states(invoice) == [DeliveryStatus.FAILED]


class Away(InMemoryStore):
    """A store that is away for its first round, and says what it should not."""

    def __init__(self) -> None:
        super().__init__()
        self.rounds, self.back = 0, Event()

    def sendable(self, now: datetime, limit: int) -> Sequence[MessageKey]:
        self.rounds += 1
        if self.rounds == 1:
            raise ConnectionError("no route to db for ravi@example.com")
        self.back.set()
        return super().sendable(now, limit)


def test_the_loop_outlives_a_store_that_is_away_and_logs_only_the_kind(
    caplog: pytest.LogCaptureFixture,
) -> None:
    store = Away()
    office = Office(store)
    with caplog.at_level(logging.ERROR):
        thread = Thread(target=office.engine.run)
        thread.start()
        assert store.back.wait(timeout=30)
        office.engine.stop()
        thread.join(timeout=30)
    assert not thread.is_alive()
    assert caplog.messages == ["a round of delivery failed: ConnectionError"]


class Unreadable(InMemoryStore):
    """A store in which what is remembered cannot be read."""

    def delete_expired_records(self, now: datetime, limit: int) -> int:
        raise ValueError("ravi@example.com has a corrupt row")


def test_a_sweep_that_fails_does_not_stop_delivery(caplog: pytest.LogCaptureFixture) -> None:
    office = Office(Unreadable())
    invoice = office.send()
    with caplog.at_level(logging.ERROR):
        assert office.engine.drain() == 1
    assert office.states(invoice) == [DeliveryStatus.SENT]
    assert caplog.messages == ["a sweep failed: ValueError"]


def test_more_unreadable_messages_than_a_round_takes_do_not_stop_their_neighbour(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    office = Office()
    unreadable = [office.send() for _ in range(20)]
    bad = {message.key for one in unreadable for message in office.service.messages(ACME, one.id)}
    office.clock.advance(timedelta(seconds=1))
    neighbour = office.send()
    claim = Claiming.claim

    def take(self: Claiming, key: MessageKey) -> DeliveryJob | AttemptResult:
        if key in bad:
            raise KeyError("contact")
        return claim(self, key)

    monkeypatch.setattr(Claiming, "claim", take)
    assert office.engine.drain() == 21
    assert office.states(neighbour) == [DeliveryStatus.SENT]


def test_a_message_that_cannot_be_handled_does_not_stop_its_neighbours(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = Office()
    first, second = office.send(), office.send()
    (bad,) = office.service.messages(ACME, first.id)
    claim = Claiming.claim

    def take(self: Claiming, key: MessageKey) -> DeliveryJob | AttemptResult:
        if key == bad.key:
            raise ValueError("ravi@example.com has a corrupt row")
        return claim(self, key)

    monkeypatch.setattr(Claiming, "claim", take)
    with caplog.at_level(logging.ERROR):
        assert office.engine.drain() == 2
        assert office.engine.drain() == 0
    assert (office.states(first), office.states(second)) == (
        [DeliveryStatus.QUEUED],
        [DeliveryStatus.SENT],
    )
    told = [f"message {bad.id} was not handled: ValueError"]
    assert caplog.messages == told
    office.clock.advance(ASIDE)
    assert office.engine.drain() == 1
    assert caplog.messages == told * 2
