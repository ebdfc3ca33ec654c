"""Background jobs: called late, twice or at once, each does its work once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

import pytest
from returns.result import Failure, Result, Success

from billhook.application.background_jobs import LEASE
from billhook.application.claiming import AttemptResult
from billhook.application.command import AnyCommand
from billhook.application.commands import Cancel, Issue, Notify, Pay
from billhook.application.delivery_attempts import DeliveryJob
from billhook.application.message_commands import RequeueMessage
from billhook.application.ports import Step
from billhook.application.records import Contact, OutboxMessage, PendingWrites
from billhook.messaging.delivery import (
    Accepted,
    DeliveryStatus,
    MessageId,
    MessageKey,
    MessageNotFound,
    NotDeadLetter,
    Permanent,
    SendError,
    Transient,
    Unknown,
    claim,
)
from billhook.messaging.message import Message
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook.model.invoice import Invoice, InvoiceId, Status
from billhook_adapters.memory import InMemoryStore
from billhook_adapters.testing import NOON, a_customer, a_payment
from billhook_adapters.testing.builders import TOMORROW
from unit.running_service import ACME, ONE, TWO, InMemoryService

T = TypeVar("T")
Acting = Callable[[], None]


class ActingSender:
    """Lets something happen during a call of the provider, then accepts."""

    def __init__(self, act: Acting) -> None:
        self.act = act

    def send(self, message: Message, invoice: Invoice, seller: str) -> Result[Accepted, SendError]:
        self.act()
        return Success(Accepted("prov_1"))


class LimitedStore(InMemoryStore):
    """Keeps the limits that sweeps passed."""

    def __init__(self) -> None:
        super().__init__()
        self.limits: list[int] = []

    def delete_expired_records(self, now: datetime, limit: int) -> int:
        self.limits.append(limit)
        return super().delete_expired_records(now, limit)


def _queued(running: InMemoryService, medium: Medium = Medium.EMAIL) -> MessageKey:
    running.issued(expire_by=TOMORROW)
    return running.service.execute(Notify(account=ACME, invoice=ONE, medium=medium)).unwrap().key


def _only(running: InMemoryService) -> Message:
    (message,) = running.messages()
    return message


def _only_stored(running: InMemoryService) -> Message:
    _queued(running)
    return _only(running)


def test_a_message_is_handed_over_once() -> None:
    running = InMemoryService()
    key = _queued(running)
    wakes = [running.background_jobs.deliver(key) for _ in range(3)]
    assert wakes == [AttemptResult.ATTEMPTED, AttemptResult.NOTHING, AttemptResult.NOTHING]
    (delivered,) = running.sender.delivered
    assert (delivered.id, delivered.to) == (key.message, "ravi@example.com")
    message = _only(running)
    assert (message.status, message.sent_at, message.attempts) == (DeliveryStatus.SENT, NOON, 1)


def test_an_unknown_message_is_nothing_to_do() -> None:
    unknown = MessageKey(ACME, MessageId("msg_none"))
    assert InMemoryService().background_jobs.deliver(unknown) is AttemptResult.NOTHING


def test_a_message_that_is_not_due_yet_is_nothing_to_do() -> None:
    running = InMemoryService()
    key = _queued(running)
    running.sender.faults.append(Transient("busy", timedelta(minutes=1)))
    assert running.background_jobs.deliver(key) is AttemptResult.ATTEMPTED
    assert (_only(running).status, _only(running).reason) == (DeliveryStatus.QUEUED, "busy")
    assert running.background_jobs.deliver(key) is AttemptResult.NOTHING
    running.clock.advance(timedelta(minutes=1))
    assert running.background_jobs.deliver(key) is AttemptResult.ATTEMPTED
    assert (_only(running).status, _only(running).attempts) == (DeliveryStatus.SENT, 2)


@pytest.mark.parametrize(
    "since",
    [Pay(account=ACME, invoice=ONE, payment=a_payment(99800)), Cancel(account=ACME, invoice=ONE)],
)
def test_a_message_about_an_invoice_paid_or_cancelled_since_is_suppressed(
    since: AnyCommand,
) -> None:
    running = InMemoryService()
    key = _queued(running)
    assert isinstance(running.service.execute_all([since])[0], Success)
    assert running.background_jobs.deliver(key) is AttemptResult.SUPPRESSED
    message = _only(running)
    assert (message.status, message.reason) == (DeliveryStatus.SUPPRESSED, "operation_not_allowed")
    assert (message.ended_at, message.due_at) == (NOON, None)
    assert running.background_jobs.deliver(key) is AttemptResult.NOTHING
    assert running.sender.delivered == []


def test_a_message_about_an_expired_invoice_is_suppressed_before_any_sweep() -> None:
    running = InMemoryService()
    key = _queued(running)
    running.clock.set(TOMORROW)
    assert running.background_jobs.deliver(key) is AttemptResult.SUPPRESSED
    assert running.sender.delivered == []


def test_a_message_to_an_address_suppressed_since_is_suppressed() -> None:
    running = InMemoryService()
    key = _queued(running)
    with running.store.transaction() as transaction:
        transaction.save(
            PendingWrites(
                suppressed={Contact(ACME, Medium.EMAIL, _only(running).address): "bounced"}
            )
        )
    assert running.background_jobs.deliver(key) is AttemptResult.SUPPRESSED
    assert _only(running).reason == "address_suppressed"


def test_a_message_is_checked_again_for_its_own_medium() -> None:
    running = InMemoryService()
    running.issued(customer=a_customer(contact=None))
    by_email = Notify(account=ACME, invoice=ONE, medium=Medium.EMAIL)
    key = running.service.execute(by_email).unwrap().key
    assert running.background_jobs.deliver(key) is AttemptResult.ATTEMPTED


def test_the_throttle_does_not_hold_back_what_was_already_requested() -> None:
    running = InMemoryService(resend_wait=timedelta(hours=1))
    assert running.background_jobs.deliver(_queued(running)) is AttemptResult.ATTEMPTED


def test_a_message_about_a_missing_invoice_is_suppressed() -> None:
    running = InMemoryService()
    key = _queued(running)
    orphan = _only(running).model_copy(update={"invoice": InvoiceId("inv_gone")})
    with running.store.transaction() as transaction:
        transaction.save(PendingWrites(messages={key: orphan}))
    assert running.background_jobs.deliver(key) is AttemptResult.SUPPRESSED
    (message,) = running.messages(InvoiceId("inv_gone"))
    assert message.reason == "invoice_not_found"


def test_a_message_of_a_missing_account_raises() -> None:
    running = InMemoryService()
    stray = _only_stored(running).model_copy(update={"account": AccountId("acc_gone")})
    with running.store.transaction() as transaction:
        transaction.save(PendingWrites(messages={stray.key: stray}))
    with pytest.raises(LookupError):
        running.background_jobs.deliver(stray.key)


def test_without_a_sender_a_message_fails_for_good() -> None:
    running = InMemoryService()
    key = _queued(running, Medium.SMS)
    bare = replace(running.background_jobs, senders={})
    assert bare.deliver(key) is AttemptResult.ATTEMPTED
    message = _only(running)
    assert (message.status, message.reason) == (
        DeliveryStatus.FAILED,
        "no sender is set up for sms",
    )


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (Permanent("no such address"), DeliveryStatus.FAILED),
        (Transient("busy"), DeliveryStatus.QUEUED),
        (Unknown("timed out"), DeliveryStatus.QUEUED),
    ],
)
def test_the_status_of_a_message_follows_from_the_error_of_the_provider(
    fault: SendError, status: DeliveryStatus
) -> None:
    running = InMemoryService()
    key = _queued(running)
    running.sender.faults.append(fault)
    assert running.background_jobs.deliver(key) is AttemptResult.ATTEMPTED
    assert (_only(running).status, _only(running).reason) == (status, fault.reason)


def test_a_message_that_another_worker_claimed_is_not_sent() -> None:
    running = InMemoryService()
    key = _queued(running)
    seen: list[AttemptResult] = []
    meanwhile = ActingSender(lambda: seen.append(running.background_jobs.deliver(key)))
    background_jobs = replace(running.background_jobs, senders={Medium.EMAIL: meanwhile})
    assert background_jobs.deliver(key) is AttemptResult.ATTEMPTED
    assert seen == [AttemptResult.NOTHING]
    assert _only(running).attempts == 1


def test_the_steps_of_delivery_run_where_they_are_given_to() -> None:
    running, steps = InMemoryService(), list[str]()
    key = _queued(running)

    class Running:
        """Runs steps in transactions, as what shares them does."""

        def __call__(self, step: Step[T]) -> T:
            steps.append(step.__qualname__.split(".")[1])
            with running.background_jobs.store.transaction() as transaction:
                return step(transaction)

    jobs = replace(running.background_jobs, run=Running())
    assert jobs.deliver(key) is AttemptResult.ATTEMPTED
    assert steps == ["claim", "conclude_collected"]
    assert _only(running).status is DeliveryStatus.SENT


def test_a_lease_is_longer_than_any_providers_timeout() -> None:
    running = InMemoryService()
    key = _queued(running)
    leases: list[object] = []
    peek = ActingSender(lambda: leases.append(_only(running).due_at))
    replace(running.background_jobs, senders={Medium.EMAIL: peek}).deliver(key)
    assert leases == [NOON + timedelta(minutes=2)]


def test_an_attempt_that_outlives_its_lease_records_nothing() -> None:
    running = InMemoryService()
    key = _queued(running)
    claimed: list[OutboxMessage] = []

    def sleeps() -> None:
        running.clock.advance(LEASE)
        with running.store.transaction() as transaction:
            again = claim(transaction.messages((key,))[key], now=running.clock.now(), lease=LEASE)
            claimed.append(again.unwrap())
            transaction.save(PendingWrites(messages={key: claimed[0]}))

    background_jobs = replace(running.background_jobs, senders={Medium.EMAIL: ActingSender(sleeps)})
    assert background_jobs.deliver(key) is AttemptResult.NOTHING
    assert _only(running) == claimed[0]


def test_a_claimed_message_is_not_sent_once_its_lease_has_ended() -> None:
    running = InMemoryService()
    (job,) = running.background_jobs.claim((_queued(running),))
    assert isinstance(job, DeliveryJob)
    running.clock.advance(LEASE)
    attempt = running.background_jobs.attempt(job)
    assert (attempt.result, running.sender.delivered) == (None, [])
    assert running.background_jobs.conclude((attempt,)) == [AttemptResult.NOTHING]
    assert running.background_jobs.deliver(job.dispatch.key) is AttemptResult.ATTEMPTED


def test_messages_are_claimed_and_concluded_together_or_not_at_all() -> None:
    running = InMemoryService()
    key = _queued(running)
    unknown = MessageKey(ACME, MessageId("msg_none"))
    job, nothing, again = running.background_jobs.claim((key, unknown, key))
    assert isinstance(job, DeliveryJob)
    assert [nothing, again] == [AttemptResult.NOTHING] * 2
    attempt = running.background_jobs.attempt(job)
    assert running.background_jobs.conclude((attempt, attempt)) == [AttemptResult.ATTEMPTED] * 2
    assert _only(running).attempts == 1


def test_the_sweep_records_each_expiry_once_and_nothing_else() -> None:
    running = InMemoryService()
    running.issued(ONE, expire_by=TOMORROW)
    running.issued(TWO, expire_by=TOMORROW + timedelta(days=1))
    never, draft, paid = InvoiceId("inv_3"), InvoiceId("inv_4"), InvoiceId("inv_5")
    running.issued(never)
    running.drafted(draft, expire_by=TOMORROW)
    running.issued(paid, expire_by=TOMORROW)
    running.service.execute(Pay(account=ACME, invoice=paid, payment=a_payment(99800)))
    assert running.background_jobs.sweep() == 0
    running.clock.set(TOMORROW)
    assert [running.background_jobs.sweep(), running.background_jobs.sweep()] == [1, 0]
    statuses = [running.invoice(one).status for one in (ONE, TWO, never, draft, paid)]
    assert statuses == [Status.EXPIRED, Status.ISSUED, Status.ISSUED, Status.DRAFT, Status.PAID]
    assert running.invoice(ONE).version == 3


def test_the_sweep_expires_no_more_than_its_limit() -> None:
    running = InMemoryService()
    for number in range(3):
        running.issued(InvoiceId(f"inv_{number}"), expire_by=TOMORROW)
    running.clock.set(TOMORROW)
    assert [running.background_jobs.sweep(limit=2) for _ in range(3)] == [2, 1, 0]


def test_the_sweep_deletes_up_to_its_limit_of_old_idempotency_records() -> None:
    running = InMemoryService()
    for number in range(3):
        running.service.execute(
            Cancel(account=ACME, invoice=InvoiceId(f"inv_{number}"), key=f"k{number}")
        )
    kept: list[int] = []
    for now in (TOMORROW - timedelta(microseconds=1), TOMORROW, TOMORROW):
        running.clock.set(now)
        running.background_jobs.sweep(limit=2)
        kept.append(len(running.store._rows.idempotency_records))
    assert kept == [3, 1, 0]


def test_a_sweep_is_limited_to_a_thousand_by_default() -> None:
    store = LimitedStore()
    InMemoryService(store).background_jobs.sweep()
    assert store.limits == [1000]


def test_the_sweep_expires_an_invoice_at_its_expiry_date_however_late_it_runs() -> None:
    running = InMemoryService()
    running.drafted(expire_by=TOMORROW)
    running.service.execute(Issue(account=ACME, invoice=ONE))
    running.clock.set(TOMORROW + timedelta(days=365))
    assert running.background_jobs.sweep() == 1
    assert running.invoice().expired_at == TOMORROW


def test_a_dead_letter_can_be_requeued_once_for_each_failure() -> None:
    running = InMemoryService()
    key = _queued(running)
    running.sender.faults.append(Permanent("no such address"))
    running.background_jobs.deliver(key)
    unknown = MessageKey(ACME, MessageId("msg_none"))
    again, twice, missing = _requeued(running, key, key, unknown)
    assert again == Success(_only(running))
    assert twice == Failure(NotDeadLetter(DeliveryStatus.QUEUED))
    assert missing == Failure(MessageNotFound())
    assert running.service.message(key) == _only(running)
    assert running.background_jobs.deliver(key) is AttemptResult.ATTEMPTED
    assert _only(running).status is DeliveryStatus.SENT


def _requeued(running: InMemoryService, *keys: MessageKey) -> list[Any]:
    return running.service.execute_all(
        [RequeueMessage(account=key.account, message=key.message) for key in keys]
    )
