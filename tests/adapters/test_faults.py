"""Ports that go wrong on purpose: what was planned comes to pass once, where it was planned."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from returns.result import Failure, Result, Success

from billhook.application.background_jobs import LEASE, BackgroundJobs
from billhook.application.claiming import AttemptResult
from billhook.application.commands import Cancel, DraftAndSend, Notify
from billhook.application.ports import WebhookContext
from billhook.application.records import PendingWrites
from billhook.application.service import InvoiceService
from billhook.messaging.delivery import Accepted, DeliveryStatus, SendError, Transient, Unknown
from billhook.messaging.message import Message
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook.model.invoice import InvoiceId, Status
from billhook_adapters.memory import CapturedSender, InMemoryStore, RandomIds, SettableClock
from billhook_adapters.testing import (
    NOON,
    a_document,
    a_message,
    a_webhook_endpoint,
    a_webhook_event,
    an_account,
    an_invoice,
)
from billhook_adapters.testing.builders import open_account
from billhook_adapters.testing.faults import (
    Faults,
    FaultyClock,
    FaultyIds,
    FaultySender,
    FaultyStore,
    FaultyWebhookSender,
    Point,
)

ACME, ONE = AccountId("acc_1"), InvoiceId("inv_1")
LOST = ConnectionResetError("no answer came")


class Office:
    """A desk and its handlers, over ports that all follow one plan."""

    def __init__(self) -> None:
        self.faults, self.texts, self.time = Faults(), CapturedSender(), SettableClock(NOON)
        self.rows = InMemoryStore()
        self.store = FaultyStore(self.rows, self.faults)
        clock, ids = FaultyClock(self.time, self.faults), FaultyIds(RandomIds(), self.faults)
        self.service = InvoiceService(self.store, clock, ids)
        open_account(self.service, an_account(ACME))
        self.service.execute(DraftAndSend(account=ACME, invoice=ONE, document=a_document()))
        sender = FaultySender(self.texts, self.faults)
        self.background_jobs = BackgroundJobs(self.store, clock, ids, {Medium.SMS: sender})

    def notify(self) -> Message:
        """Ask for a text, under one key."""
        return self.service.execute(
            Notify(account=ACME, invoice=ONE, medium=Medium.SMS, key="once")
        ).unwrap()

    def message(self) -> Message:
        """The only message, as it is on record."""
        (message,) = InvoiceService(self.rows, self.time, RandomIds()).messages(ACME, ONE)
        return message


@pytest.fixture
def office() -> Office:
    return Office()


def test_a_commit_that_nobody_heard_of_happened_once(office: Office) -> None:
    office.faults.deny(Point.COMMIT, LOST)
    with pytest.raises(ConnectionResetError):
        office.notify()
    kept = office.message()
    assert office.notify() == kept == office.message()


@pytest.mark.parametrize("point", [Point.BEGIN, Point.TIME, Point.ID, Point.COMMIT])
def test_what_goes_wrong_before_a_commit_leaves_nothing(office: Office, point: Point) -> None:
    office.faults.prevent(point, LOST)
    with pytest.raises(ConnectionResetError):
        office.service.execute(DraftAndSend(account=ACME, document=a_document(), key="other"))
    assert len(office.rows._rows.invoices) == 1
    assert office.rows._rows.idempotency_records == {}
    office.service.execute(Cancel(account=ACME, invoice=ONE)).unwrap()


def test_a_transaction_that_began_and_was_lost_leaves_nothing(office: Office) -> None:
    office.faults.deny(Point.BEGIN, LOST)
    with pytest.raises(ConnectionResetError):
        office.service.execute(Cancel(account=ACME, invoice=ONE))
    assert office.service.get(ACME, ONE).unwrap().status is Status.ISSUED


READS: list[Callable[[Office], object]] = [
    lambda office: office.service.get(ACME, ONE),
    lambda office: office.store.sendable(NOON, 1),
    lambda office: office.store.remindable(NOON, 1),
]


@pytest.mark.parametrize("read", READS)
def test_a_read_may_not_come_through_and_its_answer_may_be_lost(
    office: Office, read: Callable[[Office], object]
) -> None:
    office.faults.prevent(Point.READ, LOST)
    office.faults.deny(Point.READ, LOST)
    for _ in range(2):
        with pytest.raises(ConnectionResetError):
            read(office)
    read(office)


def test_what_was_to_be_forgotten_may_be_gone_though_nobody_heard(office: Office) -> None:
    office.notify()
    office.faults.deny(Point.COMMIT, LOST)
    with pytest.raises(ConnectionResetError):
        office.store.delete_expired_records(NOON + 1000 * LEASE, 10)
    assert office.rows._rows.idempotency_records == {}


@pytest.mark.parametrize(
    ("error", "answer"),
    [
        (ConnectionError("busy"), Transient("busy")),
        (TimeoutError("no answer"), Unknown("no answer")),
        (ZeroDivisionError("a bug"), Unknown("the sender raised ZeroDivisionError")),
    ],
)
@pytest.mark.parametrize("happens", [False, True])
def test_a_receiver_may_take_a_message_and_say_otherwise(
    office: Office, error: Exception, answer: SendError, happens: bool
) -> None:
    message = office.notify()
    (office.faults.deny if happens else office.faults.prevent)(Point.SEND, error)
    assert office.background_jobs.deliver(message.key) is AttemptResult.ATTEMPTED
    assert [one.id for one in office.texts.delivered] == [message.id] * happens
    assert (office.message().status, office.message().reason) == (
        DeliveryStatus.QUEUED,
        answer.reason,
    )
    office.time.advance(LEASE)
    office.background_jobs.deliver(message.key)
    assert [one.id for one in office.texts.delivered] == [message.id]
    assert office.message().status is DeliveryStatus.SENT


def test_something_may_happen_before_the_answer_comes(office: Office) -> None:
    message = office.notify()
    office.faults.meanwhile(Point.SEND, lambda: office.time.advance(LEASE))
    assert office.background_jobs.deliver(message.key) is AttemptResult.ATTEMPTED
    assert office.message().sent_at == NOON + LEASE


class Hearer:
    """A subscriber that takes everything."""

    def __init__(self) -> None:
        self.heard: list[WebhookContext] = []

    def send(self, context: WebhookContext) -> Result[Accepted, SendError]:
        self.heard.append(context)
        return Success(Accepted())


def test_a_subscriber_may_hear_and_say_otherwise() -> None:
    hearer, faults = Hearer(), Faults()
    context = WebhookContext(a_webhook_event(), a_webhook_endpoint(), an_invoice(), (), ())
    faults.prevent(Point.WEBHOOK, ConnectionError("busy"))
    faults.deny(Point.WEBHOOK, TimeoutError("no answer"))
    webhook_sender = FaultyWebhookSender(hearer, faults)
    answers = [webhook_sender.send(context) for _ in range(3)]
    assert answers == [
        Failure(Transient("busy")),
        Failure(Unknown("no answer")),
        Success(Accepted()),
    ]
    assert hearer.heard == [context, context]


def test_mishaps_come_in_the_order_in_which_they_were_planned() -> None:
    faults = Faults()
    store = FaultyStore(InMemoryStore(), faults)
    faults.prevent(Point.BEGIN, LOST)
    faults.prevent(Point.BEGIN, ZeroDivisionError())
    for error in (ConnectionResetError, ZeroDivisionError):
        with pytest.raises(error), store.transaction():
            pytest.fail("it has not begun")
    with store.transaction() as transaction:
        transaction.save(PendingWrites(messages={a_message().key: a_message()}))
