"""Messages that are claimed in the transaction that queues them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from returns.result import Failure, Result, Success

from billhook import (
    Command,
    Draft,
    InvoiceId,
    InvoiceKey,
    Medium,
    Notify,
    NotStored,
    Operation,
    RateLimit,
    RateLimits,
    Recipients,
    ReminderSchedule,
    Send,
)
from billhook.application.background_jobs import LEASE
from billhook.application.claiming import AttemptResult
from billhook.application.commands import Remind
from billhook.application.delivery_attempts import Attempt, DeliveryJob
from billhook.application.immediate_claims import ImmediateClaims
from billhook.application.message_commands import RequeueMessage
from billhook.application.ports import StoreConflictError, Transaction
from billhook.application.records import DeliveryQueue, Page
from billhook.application.service import InvoiceService
from billhook.messaging.delivery import Accepted, DeliveryStatus, Permanent, SendError
from billhook.messaging.message import Message
from billhook.model.invoice import Invoice
from billhook_adapters.memory import InMemoryStore, SettableClock
from billhook_adapters.memory.transaction import InMemoryTransaction
from billhook_adapters.testing import NOON, a_document
from billhook_adapters.testing.running import ACCOUNT, RunningService

ID = InvoiceId("inv_1")


class Engine:
    """Has room for some messages of each queue, and keeps what it is given."""

    def __init__(self, places: int = 100) -> None:
        self.places, self.taken = places, list[DeliveryJob | AttemptResult]()

    def room(self, queue: DeliveryQueue) -> int:
        return self.places

    def take(self, claimed: Sequence[DeliveryJob | AttemptResult]) -> None:
        self.taken += claimed


class Claiming(RunningService):
    """A service beside an engine."""

    clock: SettableClock

    def __init__(self, places: int = 100, limits: RateLimits | None = None, **given: Any) -> None:
        super().__init__(**given)
        jobs = self.background_jobs
        limited = replace(jobs, rate_limits=limits or RateLimits())
        self.immediate_claims, self.engine = ImmediateClaims(limited), Engine(places)
        self.immediate_claims.start(self.engine)
        self.service = InvoiceService(
            self.store,
            self.clock,
            self.ids,
            guards=jobs.guards,
            immediate_claims=self.immediate_claims,
        )

    def run(self, *commands: Command[Any, Any]) -> list[Result[Any, Any]]:
        return self.service.execute_all(commands)

    def statuses(self, id: str = "inv_1") -> list[DeliveryStatus]:
        return [one.status for one in self.messages(id)]


NOTIFY = Notify(account=ACCOUNT, invoice=ID, medium=Medium.EMAIL)


def test_a_message_is_stored_as_claimed_and_given_to_the_engine() -> None:
    running = Claiming()
    running.issued()
    (result,) = running.run(NOTIFY)
    assert result.unwrap().status is DeliveryStatus.QUEUED  # what was decided
    (message,) = running.messages()
    assert (message.status, message.attempts, message.due_at) == ("sending", 1, NOON + LEASE)
    (job,) = running.engine.taken
    assert isinstance(job, DeliveryJob)
    assert job.dispatch == message
    jobs = running.background_jobs
    assert jobs.conclude([jobs.attempt(job)]) == [AttemptResult.ATTEMPTED]
    assert running.statuses() == [DeliveryStatus.SENT]


def test_what_is_sent_is_the_invoice_after_all_commands_of_its_batch() -> None:
    sent: list[Invoice] = []

    class Keeping:
        def send(
            self, message: Message, invoice: Invoice, seller: str
        ) -> Result[Accepted, SendError]:
            sent.append(invoice)
            return Success(Accepted())

    running = Claiming(sender=Keeping(), number_prefix="INV-")
    document = a_document(media=["email", "sms"])
    send = Send(account=ACCOUNT, invoice=ID)
    running.run(Draft(account=ACCOUNT, invoice=ID, document=document), send)
    for job in running.engine.taken:
        assert isinstance(job, DeliveryJob)
        job.send()
    assert [(one.status, one.number) for one in sent] == [("issued", "INV-0001")] * 2


def test_what_the_engine_has_no_room_for_stays_queued() -> None:
    running = Claiming(places=2)
    running.issued()
    running.run(*[NOTIFY] * 4)
    assert sorted(running.statuses()) == ["queued", "queued", "sending", "sending"]
    assert len(running.engine.taken) == 2


@pytest.mark.parametrize("stopped", [True, False])
def test_nothing_is_claimed_without_an_engine(stopped: bool) -> None:
    running = Claiming()
    if stopped:
        running.immediate_claims.stop()
    else:
        running.immediate_claims = ImmediateClaims(running.background_jobs)
        running.service = InvoiceService(
            running.store, running.clock, running.ids, immediate_claims=running.immediate_claims
        )
    running.issued()
    running.run(NOTIFY)
    assert running.statuses() == ["queued"]


EVERY_MINUTE = RateLimit(most=10, within=timedelta(minutes=1))


@pytest.mark.parametrize(
    "made",
    [
        lambda: Claiming(limits=RateLimits(email=EVERY_MINUTE)),
        lambda: Claiming(rate_limits=RateLimits(email=EVERY_MINUTE)),
    ],
    ids=["of all accounts", "of the account"],
)
def test_a_message_under_a_rate_limit_waits_for_its_slot(made: Callable[[], Claiming]) -> None:
    running = made()
    running.issued()
    running.run(NOTIFY)
    assert running.statuses() == ["queued"]
    assert running.engine.taken == []


def test_a_message_whose_copies_may_be_suppressed_is_read_once_more() -> None:
    running = Claiming()
    copied = Recipients(emails=["ap@acme.example"], cc=["ceo@acme.example"])
    running.issued(recipients=copied)
    running.run(NOTIFY)
    assert running.statuses() == ["queued"]


def test_a_reminder_stays_queued() -> None:
    running = Claiming(reminders=ReminderSchedule(before=[timedelta(days=1)]))
    running.issued(due_by=NOON + timedelta(days=2))
    running.clock.advance(timedelta(days=1))
    (result,) = running.run(Remind(account=ACCOUNT, invoice=ID))
    assert result.unwrap().messages
    assert set(running.statuses()) == {"queued"}


def test_a_message_about_a_test_invoice_is_suppressed_at_once() -> None:
    running = Claiming()
    running.issued(live=False)
    running.run(NOTIFY)
    assert running.statuses() == ["suppressed"]
    assert running.engine.taken == [AttemptResult.SUPPRESSED]


def test_a_message_that_is_queued_again_is_not_claimed() -> None:
    running = Claiming()
    running.issued()
    running.run(NOTIFY)
    (job,) = running.engine.taken
    assert isinstance(job, DeliveryJob)
    failed = Attempt(job, Failure(Permanent("no such mailbox")))
    running.background_jobs.conclude([failed])
    running.clock.advance(timedelta(hours=1))
    running.run(RequeueMessage(account=ACCOUNT, message=job.dispatch.id))
    assert running.statuses() == ["queued"]
    assert running.engine.taken == [job]


def test_nothing_is_handed_over_where_the_store_refuses_the_writes() -> None:
    class Refusing(InMemoryStore):
        is_refusing = False

        @contextmanager
        def transaction(self) -> Iterator[InMemoryTransaction]:
            with super().transaction() as transaction:
                yield transaction
                if self.is_refusing:
                    raise StoreConflictError

    store = Refusing()
    running = Claiming(store=store)
    running.issued()
    store.is_refusing = True
    assert [one.failure() for one in running.run(NOTIFY)] == [NotStored()]
    store.is_refusing = False
    assert running.engine.taken == []
    assert running.statuses() == []


def test_a_guard_that_raises_when_the_message_is_claimed_fails_no_command() -> None:
    called: list[Operation] = []

    def once(_: Invoice, operation: Operation, __: datetime) -> None:
        called.append(operation)
        if called.count(Operation.NOTIFY) > 1:
            raise LookupError("a table of the shop")

    running = Claiming(guards=lambda _: (once,))
    running.issued()
    (result,) = running.run(NOTIFY)
    assert isinstance(result, Success)
    assert running.statuses() == ["queued"]
    assert running.engine.taken == []


def test_commands_and_steps_are_stored_together_or_not_at_all() -> None:
    running = Claiming()
    running.issued()

    def seen(transaction: Transaction) -> int:
        return len(transaction.messages_of(InvoiceKey(ACCOUNT, ID), Page()))

    def refused(_: Transaction) -> None:
        raise StoreConflictError

    results, values = running.service.execute_with((NOTIFY,), (seen, seen))
    assert (len(results), values) == (1, [1, 1])
    with pytest.raises(StoreConflictError):
        running.service.execute_with((NOTIFY,), (refused,))
    assert running.service.execute_with((), (seen,)) == ([], [1])
