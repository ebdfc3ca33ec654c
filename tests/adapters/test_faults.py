"""Faulty ports: each planned fault happens once, where it was planned."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from returns.result import Failure, Result, Success

from billhook.application.background_jobs import LEASE
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
    an_invoice,
)
from billhook_adapters.testing.faults import (
    Faults,
    FaultyClock,
    FaultyIds,
    FaultySender,
    FaultyStore,
    FaultyWebhookSender,
    Point,
)
from billhook_adapters.testing.running import RunningService

ACME, ONE = AccountId("acc_1"), InvoiceId("inv_1")
LOST = ConnectionResetError("no response")


class FaultyService(RunningService):
    """A service and its background jobs, whose ports all follow one plan of faults."""

    def __init__(self) -> None:
        self.faults, self.captured, self.time = Faults(), CapturedSender(), SettableClock(NOON)
        self.rows = InMemoryStore()
        super().__init__(
            FaultyStore(self.rows, self.faults),
            FaultyClock(self.time, self.faults),
            ids=FaultyIds(RandomIds(), self.faults),
            sender=FaultySender(self.captured, self.faults),
        )
        self.issued(ONE)

    def notify(self) -> Message:
        """Send an SMS, under one idempotency key."""
        return self.service.execute(
            Notify(account=ACME, invoice=ONE, medium=Medium.SMS, key="once")
        ).unwrap()

    def stored_message(self) -> Message:
        """The only message, as it is stored."""
        (message,) = InvoiceService(self.rows, self.time, RandomIds()).messages(ACME, ONE)
        return message


@pytest.fixture
def running() -> FaultyService:
    return FaultyService()


def test_a_commit_whose_confirmation_is_lost_happened_once(running: FaultyService) -> None:
    running.faults.deny(Point.COMMIT, LOST)
    with pytest.raises(ConnectionResetError):
        running.notify()
    kept = running.stored_message()
    assert running.notify() == kept == running.stored_message()


@pytest.mark.parametrize("point", [Point.BEGIN, Point.TIME, Point.ID, Point.COMMIT])
def test_a_fault_before_a_commit_stores_nothing(running: FaultyService, point: Point) -> None:
    running.faults.prevent(point, LOST)
    with pytest.raises(ConnectionResetError):
        running.service.execute(DraftAndSend(account=ACME, document=a_document(), key="other"))
    assert len(running.rows._rows.invoices) == 1
    assert running.rows._rows.idempotency_records == {}
    running.service.execute(Cancel(account=ACME, invoice=ONE)).unwrap()


def test_a_transaction_that_is_lost_after_it_began_stores_nothing(running: FaultyService) -> None:
    running.faults.deny(Point.BEGIN, LOST)
    with pytest.raises(ConnectionResetError):
        running.service.execute(Cancel(account=ACME, invoice=ONE))
    assert running.service.get(ACME, ONE).unwrap().status is Status.ISSUED


READS: list[Callable[[FaultyService], object]] = [
    lambda running: running.service.get(ACME, ONE),
    lambda running: running.store.sendable(NOON, 1),
    lambda running: running.store.remindable(NOON, 1),
]


@pytest.mark.parametrize("read", READS)
def test_a_read_can_fail_before_or_after_it_happened(
    running: FaultyService, read: Callable[[FaultyService], object]
) -> None:
    running.faults.prevent(Point.READ, LOST)
    running.faults.deny(Point.READ, LOST)
    for _ in range(2):
        with pytest.raises(ConnectionResetError):
            read(running)
    read(running)


def test_a_deletion_whose_confirmation_is_lost_happened(running: FaultyService) -> None:
    running.notify()
    running.faults.deny(Point.COMMIT, LOST)
    with pytest.raises(ConnectionResetError):
        running.store.delete_expired_records(NOON + 1000 * LEASE, 10)
    assert running.rows._rows.idempotency_records == {}


@pytest.mark.parametrize(
    ("error", "answer"),
    [
        (ConnectionError("busy"), Transient("busy")),
        (TimeoutError("no answer"), Unknown("no answer")),
        (ZeroDivisionError("a bug"), Unknown("the sender raised ZeroDivisionError")),
    ],
)
@pytest.mark.parametrize("happens", [False, True])
def test_a_provider_may_accept_a_message_and_report_an_error(
    running: FaultyService, error: Exception, answer: SendError, happens: bool
) -> None:
    message = running.notify()
    (running.faults.deny if happens else running.faults.prevent)(Point.SEND, error)
    assert running.background_jobs.deliver(message.key) is AttemptResult.ATTEMPTED
    assert [one.id for one in running.captured.delivered] == [message.id] * happens
    assert (running.stored_message().status, running.stored_message().reason) == (
        DeliveryStatus.QUEUED,
        answer.reason,
    )
    running.time.advance(LEASE)
    running.background_jobs.deliver(message.key)
    assert [one.id for one in running.captured.delivered] == [message.id]
    assert running.stored_message().status is DeliveryStatus.SENT


def test_something_may_happen_before_the_response(running: FaultyService) -> None:
    message = running.notify()
    running.faults.meanwhile(Point.SEND, lambda: running.time.advance(LEASE))
    assert running.background_jobs.deliver(message.key) is AttemptResult.ATTEMPTED
    assert running.stored_message().sent_at == NOON + LEASE


class CapturedWebhooks:
    """A webhook endpoint that accepts everything."""

    def __init__(self) -> None:
        self.contexts: list[WebhookContext] = []

    def send(self, context: WebhookContext) -> Result[Accepted, SendError]:
        self.contexts.append(context)
        return Success(Accepted())


def test_a_webhook_endpoint_may_accept_an_event_and_report_an_error() -> None:
    captured, faults = CapturedWebhooks(), Faults()
    context = WebhookContext(a_webhook_event(), a_webhook_endpoint(), an_invoice(), (), ())
    faults.prevent(Point.WEBHOOK, ConnectionError("busy"))
    faults.deny(Point.WEBHOOK, TimeoutError("no answer"))
    webhook_sender = FaultyWebhookSender(captured, faults)
    answers = [webhook_sender.send(context) for _ in range(3)]
    assert answers == [
        Failure(Transient("busy")),
        Failure(Unknown("no answer")),
        Success(Accepted()),
    ]
    assert captured.contexts == [context, context]


def test_faults_happen_in_the_order_in_which_they_were_planned() -> None:
    faults = Faults()
    store = FaultyStore(InMemoryStore(), faults)
    faults.prevent(Point.BEGIN, LOST)
    faults.prevent(Point.BEGIN, ZeroDivisionError())
    for error in (ConnectionResetError, ZeroDivisionError):
        with pytest.raises(error), store.transaction():
            pytest.fail("it has not begun")
    with store.transaction() as transaction:
        transaction.save(PendingWrites(messages={a_message().key: a_message()}))
