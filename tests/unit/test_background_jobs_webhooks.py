"""Delivery of webhook events: as of their version, retried under one id, and not for ever."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from returns.result import Result, Success

from billhook.application.background_jobs import LEASE, BackgroundJobs
from billhook.application.claiming import AttemptResult
from billhook.application.commands import Cancel, Notify, Pay, SaveEntry, Update
from billhook.application.ports import WebhookContext
from billhook.application.records import PendingWrites
from billhook.messaging.delivery import (
    Accepted,
    DeliveryStatus,
    MessageKey,
    Permanent,
    SendError,
    Transient,
    Unknown,
)
from billhook.messaging.webhooks import WEBHOOK_RETRIES, WebhookEvent, WebhookEventType
from billhook.model.customer import Medium
from billhook.model.invoice import Status
from billhook.model.patch import Patch
from billhook_adapters.testing import NOON, a_payment
from billhook_adapters.testing.builders import TOMORROW
from unit.running_service import ACME, ONE, TWO, InMemoryService

DAY = timedelta(hours=24)
TICK = timedelta(microseconds=1)


class ActingWebhookSender:
    """Lets something happen while a webhook is sent, then accepts."""

    def __init__(self, act: Callable[[], None]) -> None:
        self.act = act
        self.sent: list[WebhookContext] = []

    def send(self, context: WebhookContext) -> Result[Accepted, SendError]:
        self.sent.append(context)
        self.act()
        return Success(Accepted("hook_1"))


def _queued(running: InMemoryService) -> MessageKey:
    running.add_webhook_endpoint()
    running.issued(expire_by=TOMORROW)
    return running.webhook_events()[0].key


def _only(running: InMemoryService) -> WebhookEvent:
    (webhook_event,) = running.webhook_events()
    return webhook_event


def _silenced(running: InMemoryService) -> bool:
    with running.store.snapshot() as snapshot:
        (webhook_endpoint,) = snapshot.webhook_endpoints((ACME,))[ACME]
    return webhook_endpoint.silenced


def _with(running: InMemoryService, webhook_sender: ActingWebhookSender | None) -> BackgroundJobs:
    return replace(running.background_jobs, webhook_sender=webhook_sender)


def _until_it_ends(running: InMemoryService) -> list[AttemptResult]:
    """Woken whenever it falls due, until nothing does."""
    woken: list[AttemptResult] = []
    while (due := _only(running).due_at) is not None:
        running.clock.set(due)
        woken.append(running.background_jobs.deliver(_only(running).key))
    return woken


def test_a_webhook_event_is_sent_once() -> None:
    running = InMemoryService()
    key = _queued(running)
    wakes = [running.background_jobs.deliver(key) for _ in range(3)]
    assert wakes == [AttemptResult.ATTEMPTED, AttemptResult.NOTHING, AttemptResult.NOTHING]
    (context,) = running.webhook_sender.sent
    assert context.webhook_event.id == key.message
    assert (_only(running).status, _only(running).sent_at) == (DeliveryStatus.SENT, NOON)
    assert not _silenced(running)


def test_a_webhook_has_the_invoice_of_its_version_and_all_events_up_to_it() -> None:
    running = InMemoryService()
    key = _queued(running)
    issued = running.invoice()
    running.background_jobs.deliver(key)
    (context,) = running.webhook_sender.sent
    assert context.invoice == issued
    assert list(context.events) == list(running.events())
    assert [event.event.name for event in context.events] == ["invoice.drafted", "invoice.issued"]
    assert (context.webhook_endpoint.id, list(context.messages)) == ("sub_1", [])


def test_a_webhook_of_a_payment_has_what_an_api_keeps_beside_the_payment() -> None:
    running = InMemoryService()
    running.add_webhook_endpoint()
    running.issued()
    kept = SaveEntry(account=ACME, id="pay_1", body='{"method":"card"}')
    entry = running.service.execute(kept).unwrap()
    running.service.execute(Pay(account=ACME, invoice=ONE, payment=a_payment(99800))).unwrap()
    for webhook_event in running.webhook_events():
        running.background_jobs.deliver(webhook_event.key)
    entries = [context.payment_entry for context in running.webhook_sender.sent]
    assert entries == [None, entry]  # of issuing, and of the payment


def test_later_changes_are_not_sent() -> None:
    running = InMemoryService()
    key = _queued(running)
    issued = running.invoice()
    running.service.execute(Notify(account=ACME, invoice=ONE, medium=Medium.EMAIL)).unwrap()
    running.service.execute(Update(account=ACME, invoice=ONE, patch=Patch(comment="Soon"))).unwrap()
    running.service.execute(Cancel(account=ACME, invoice=ONE)).unwrap()
    running.background_jobs.deliver(key)
    (context,) = running.webhook_sender.sent
    assert (context.invoice, context.invoice.status) == (issued, Status.ISSUED)
    assert [event.version for event in context.events] == [1, 2]


def test_a_message_in_between_is_part_of_the_history_of_a_later_event() -> None:
    running = InMemoryService()
    _queued(running)
    running.service.execute(Notify(account=ACME, invoice=ONE, medium=Medium.EMAIL)).unwrap()
    running.service.execute(Pay(account=ACME, invoice=ONE, payment=a_payment(99800))).unwrap()
    running.service.execute(Notify(account=ACME, invoice=ONE, medium=Medium.EMAIL))
    running.background_jobs.deliver(running.webhook_events()[1].key)
    (context,) = running.webhook_sender.sent
    assert (context.webhook_event.event_type, context.invoice) == (
        WebhookEventType.PAID,
        running.invoice(),
    )
    assert [event.version for event in context.events] == [1, 2, None, 3]
    assert list(context.messages) == list(running.messages())


def test_a_webhook_event_is_about_its_own_invoice() -> None:
    running = InMemoryService()
    running.add_webhook_endpoint()
    running.issued(ONE)
    running.issued(TWO, comment="the second")
    running.service.execute(Notify(account=ACME, invoice=ONE, medium=Medium.EMAIL)).unwrap()
    running.background_jobs.deliver(running.webhook_events()[1].key)
    (context,) = running.webhook_sender.sent
    assert context.invoice == running.invoice(TWO)
    assert list(context.messages) == []


def test_a_retry_sends_the_same_although_the_invoice_changed() -> None:
    running = InMemoryService()
    key = _queued(running)
    running.webhook_sender.faults += [Unknown("timed out"), Transient("busy")]
    running.background_jobs.deliver(key)
    running.service.execute(Pay(account=ACME, invoice=ONE, payment=a_payment(1))).unwrap()
    running.clock.advance(timedelta(minutes=1))
    running.background_jobs.deliver(key)
    running.service.execute(
        Update(account=ACME, invoice=ONE, patch=Patch(notes={"a": "b"}))
    ).unwrap()
    running.clock.advance(timedelta(minutes=2))
    running.background_jobs.deliver(key)
    first, second, third = running.webhook_sender.sent
    assert [first.webhook_event.id, second.webhook_event.id, third.webhook_event.id] == [
        key.message
    ] * 3
    assert first.invoice == second.invoice == third.invoice
    assert list(first.events) == list(second.events) == list(third.events)
    assert [one.webhook_event.attempts for one in running.webhook_sender.sent] == [1, 2, 3]
    assert running.webhook_events()[0].status is DeliveryStatus.SENT


def test_an_invoice_that_expired_since_is_sent_as_it_was() -> None:
    running = InMemoryService()
    key = _queued(running)
    running.clock.set(TOMORROW)
    running.background_jobs.sweep()
    assert running.background_jobs.deliver(key) is AttemptResult.ATTEMPTED
    assert running.webhook_sender.sent[0].invoice.status is Status.ISSUED


def test_an_event_whose_sender_died_is_sent_again_under_the_same_id() -> None:
    running = InMemoryService()
    key = _queued(running)

    def dies() -> None:
        raise KeyboardInterrupt

    dying = ActingWebhookSender(dies)
    with pytest.raises(KeyboardInterrupt):
        _with(running, dying).deliver(key)
    assert _only(running).status is DeliveryStatus.SENDING
    running.clock.set(NOON + LEASE - TICK)
    assert running.background_jobs.deliver(key) is AttemptResult.NOTHING
    running.clock.set(NOON + LEASE)
    assert list(running.store.sendable(running.clock.now(), 10)) == [key]
    assert running.background_jobs.deliver(key) is AttemptResult.ATTEMPTED
    ((before,), (after,)) = dying.sent, running.webhook_sender.sent
    assert before.webhook_event.id == after.webhook_event.id == key.message
    assert (before.invoice, list(before.events)) == (after.invoice, list(after.events))
    assert (_only(running).status, _only(running).attempts) == (DeliveryStatus.SENT, 2)


def test_an_attempt_that_outlives_its_lease_records_nothing() -> None:
    running = InMemoryService()
    key = _queued(running)

    def sleeps() -> None:
        running.clock.advance(LEASE)
        assert running.background_jobs.deliver(key) is AttemptResult.ATTEMPTED

    assert _with(running, ActingWebhookSender(sleeps)).deliver(key) is AttemptResult.NOTHING
    assert (_only(running).attempts, _only(running).provider_id) == (2, None)


def test_a_webhook_event_that_another_worker_claimed_is_not_sent() -> None:
    running = InMemoryService()
    key = _queued(running)
    seen: list[AttemptResult] = []
    acting = ActingWebhookSender(lambda: seen.append(running.background_jobs.deliver(key)))
    assert _with(running, acting).deliver(key) is AttemptResult.ATTEMPTED
    assert seen == [AttemptResult.NOTHING]
    assert _only(running).provider_id == "hook_1"


@pytest.mark.parametrize("fault", [Unknown("timed out"), Transient("busy")])
def test_an_endpoint_that_does_not_answer_is_retried_for_a_day_then_silenced(
    fault: SendError,
) -> None:
    running = InMemoryService(retries={"max_attempts": 1})  # of messages to payers, not of webhooks
    _queued(running)
    running.webhook_sender.faults += [fault] * 100
    silenced: list[bool] = []
    while (due := _only(running).due_at) is not None:
        silenced.append(_silenced(running))
        running.clock.set(due)
        running.background_jobs.deliver(_only(running).key)
    failed = _only(running)
    assert set(silenced) == {False}
    assert (failed.status, failed.reason) == (DeliveryStatus.FAILED, fault.reason)
    assert failed.ended_at is not None
    assert NOON + DAY - timedelta(hours=1) <= failed.ended_at <= NOON + DAY
    assert _silenced(running)


def test_an_endpoint_that_answers_in_the_end_is_not_silenced() -> None:
    running = InMemoryService()
    _queued(running)
    running.webhook_sender.faults += [Transient("busy")] * 5
    assert _until_it_ends(running) == [AttemptResult.ATTEMPTED] * 6
    assert (_only(running).status, _silenced(running)) == (DeliveryStatus.SENT, False)


def test_only_the_endpoint_that_failed_is_silenced() -> None:
    running = InMemoryService()
    running.add_webhook_endpoint("sub_1")
    running.add_webhook_endpoint(
        "sub_2", url="https://other.example", events=(WebhookEventType.ISSUED,)
    )
    running.issued()
    running.webhook_sender.faults.append(Permanent("410 Gone"))
    running.background_jobs.deliver(running.webhook_events()[1].key)
    with running.store.snapshot() as snapshot:
        one, two = snapshot.webhook_endpoints((ACME,))[ACME]
    assert (one.silenced, two.silenced) == (False, True)
    assert (two.url, two.events) == ("https://other.example", (WebhookEventType.ISSUED,))


def test_silencing_keeps_what_was_changed_meanwhile() -> None:
    running = InMemoryService()
    key = _queued(running)

    def moves() -> None:
        running.add_webhook_endpoint(url="https://moved.example")
        raise RuntimeError

    worn = running.webhook_events()[0].model_copy(
        update={"attempts": WEBHOOK_RETRIES.max_attempts - 1}
    )
    with running.store.transaction() as transaction:
        transaction.save(PendingWrites(messages={key: worn}))
    _with(running, ActingWebhookSender(moves)).deliver(key)
    with running.store.snapshot() as snapshot:
        (webhook_endpoint,) = snapshot.webhook_endpoints((ACME,))[ACME]
    assert (webhook_endpoint.url, webhook_endpoint.silenced) == ("https://moved.example", True)


def test_a_silenced_endpoint_gets_nothing_more_not_even_queued_events() -> None:
    running = InMemoryService()
    key = _queued(running)
    running.service.execute(Cancel(account=ACME, invoice=ONE)).unwrap()
    waiting = running.webhook_events()[1].key
    running.webhook_sender.faults.append(Permanent("410 Gone"))
    running.background_jobs.deliver(key)
    assert running.background_jobs.deliver(waiting) is AttemptResult.SUPPRESSED
    suppressed = running.webhook_events()[1]
    assert (suppressed.status, suppressed.reason) == (DeliveryStatus.SUPPRESSED, "unsubscribed")
    assert (suppressed.ended_at, suppressed.due_at) == (NOON, None)
    assert running.sent_webhooks() == [WebhookEventType.ISSUED]
    running.issued(TWO)
    assert len(running.webhook_events()) == 2


def test_an_event_for_a_missing_endpoint_is_not_sent() -> None:
    running = InMemoryService()
    key = _queued(running)
    with running.store.transaction() as transaction:
        gone = _only(running).model_copy(update={"webhook_endpoint": "sub_gone"})
        transaction.save(PendingWrites(messages={key: gone}))
    assert running.background_jobs.deliver(key) is AttemptResult.SUPPRESSED
    assert _only(running).reason == "unsubscribed"
    assert running.background_jobs.deliver(key) is AttemptResult.NOTHING
    assert (running.sent_webhooks(), _silenced(running)) == ([], False)


def test_an_event_of_an_account_without_endpoints_is_not_sent() -> None:
    running = InMemoryService()
    key = _queued(running)
    running.store._rows.webhook_endpoints.clear()
    assert running.background_jobs.deliver(key) is AttemptResult.SUPPRESSED
    assert _only(running).reason == "unsubscribed"


def test_an_endpoint_deleted_before_the_last_attempt_fails_is_not_silenced() -> None:
    running = InMemoryService()
    key = _queued(running)

    def leaves() -> None:
        running.store._rows.webhook_endpoints.clear()
        raise RuntimeError

    worn = _only(running).model_copy(update={"attempts": WEBHOOK_RETRIES.max_attempts - 1})
    with running.store.transaction() as transaction:
        transaction.save(PendingWrites(messages={key: worn}))
    assert _with(running, ActingWebhookSender(leaves)).deliver(key) is AttemptResult.ATTEMPTED
    assert _only(running).reason == "the sender raised RuntimeError"
    assert running.store._rows.webhook_endpoints == {}


def test_an_event_whose_last_lease_ends_is_a_dead_letter_and_its_endpoint_silenced() -> None:
    running = InMemoryService()
    key = _queued(running)
    lost = _only(running).model_copy(
        update={
            "attempts": WEBHOOK_RETRIES.max_attempts,
            "status": DeliveryStatus.SENDING,
            "due_at": NOON + LEASE,
        }
    )
    with running.store.transaction() as transaction:
        transaction.save(PendingWrites(messages={key: lost}))
    running.clock.set(NOON + LEASE)
    assert running.background_jobs.deliver(key) is AttemptResult.DEAD_LETTER
    assert (_only(running).status, _only(running).reason) == (
        DeliveryStatus.FAILED,
        "lease expired after the last attempt",
    )
    assert _silenced(running)
    assert running.sent_webhooks() == []


def test_an_exception_of_the_webhook_sender_does_not_stop_the_jobs() -> None:
    running = InMemoryService()
    key = _queued(running)

    def breaks() -> None:
        raise RuntimeError

    assert _with(running, ActingWebhookSender(breaks)).deliver(key) is AttemptResult.ATTEMPTED
    assert (_only(running).status, _only(running).reason) == (
        DeliveryStatus.QUEUED,
        "the sender raised RuntimeError",
    )


def test_jobs_without_a_webhook_sender_leave_events_to_others() -> None:
    running = InMemoryService()
    key = _queued(running)
    before = _only(running)
    assert _with(running, None).deliver(key) is AttemptResult.NOTHING
    assert _only(running) == before
    assert running.background_jobs.deliver(key) is AttemptResult.ATTEMPTED


def test_a_webhook_has_the_messages_of_its_version_however_late_it_is_sent() -> None:
    running = InMemoryService()
    running.issued()
    running.add_webhook_endpoint()
    early = running.service.execute(Notify(account=ACME, invoice=ONE, medium=Medium.SMS)).unwrap()
    sent = running.service.execute(Notify(account=ACME, invoice=ONE, medium=Medium.EMAIL)).unwrap()
    running.background_jobs.deliver(sent.key)
    running.clock.advance(timedelta(hours=1))
    running.service.execute(Pay(account=ACME, invoice=ONE, payment=a_payment(amount=100))).unwrap()
    running.service.execute(Notify(account=ACME, invoice=ONE, medium=Medium.EMAIL)).unwrap()
    running.background_jobs.deliver(early.key)
    (key,) = (one.key for one in running.webhook_events())
    running.background_jobs.deliver(key)
    (context,) = running.webhook_sender.sent
    assert [(one.id, one.status) for one in sorted(context.messages, key=lambda m: m.medium)] == [
        (sent.id, DeliveryStatus.SENT),
        (early.id, DeliveryStatus.QUEUED),
    ]


def test_a_head_start_is_only_for_the_first_attempt_at_a_message() -> None:
    running = InMemoryService()
    start = timedelta(seconds=5)
    patient = replace(running.background_jobs, head_start=start)
    event_type = _queued(running)
    message = (
        running.service.execute(Notify(account=ACME, invoice=ONE, medium=Medium.EMAIL)).unwrap().key
    )
    assert patient.deliver(event_type) is AttemptResult.ATTEMPTED  # no one else would send it
    running.clock.set(NOON + start - TICK)
    assert patient.deliver(message) is AttemptResult.NOTHING
    assert running.messages()[0].attempts == 0
    running.clock.set(NOON + start)
    running.sender.faults.append(Transient("busy", timedelta(0)))
    assert patient.deliver(message) is AttemptResult.ATTEMPTED
    assert patient.deliver(message) is AttemptResult.ATTEMPTED
    assert running.messages()[0].status is DeliveryStatus.SENT


def test_a_head_start_does_not_hold_up_a_second_attempt() -> None:
    running = InMemoryService()
    start = timedelta(hours=1)
    patient = replace(running.background_jobs, head_start=start)
    running.issued()
    key = (
        running.service.execute(Notify(account=ACME, invoice=ONE, medium=Medium.EMAIL)).unwrap().key
    )
    running.sender.faults.append(Transient("busy", timedelta(0)))
    assert running.background_jobs.deliver(key) is AttemptResult.ATTEMPTED
    assert patient.deliver(key) is AttemptResult.ATTEMPTED
    assert running.messages()[0].status is DeliveryStatus.SENT


def test_there_is_no_head_start_by_default() -> None:
    running = InMemoryService()
    assert running.background_jobs.head_start == timedelta(0)
