"""Announcements on their way: told as of their version, again under one id, and not for ever."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from returns.result import Result, Success

from billhook.application.background_jobs import LEASE, BackgroundJobs
from billhook.application.claiming import AttemptResult
from billhook.application.commands import Cancel, Notify, Pay, Update
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
from billhook_adapters.memory import RandomIds
from billhook_adapters.testing import NOON, a_payment
from billhook_adapters.testing.builders import TOMORROW
from unit.running_service import ACME, ONE, TWO, InMemoryService

DAY = timedelta(hours=24)
TICK = timedelta(microseconds=1)


class ActingAnnouncer:
    """Lets something happen while the subscriber is told, then goes on as it says."""

    def __init__(self, act: Callable[[], None]) -> None:
        self.act = act
        self.told: list[WebhookContext] = []

    def send(self, occasion: WebhookContext) -> Result[Accepted, SendError]:
        self.told.append(occasion)
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


def _with(running: InMemoryService, webhook_sender: ActingAnnouncer | None) -> BackgroundJobs:
    return BackgroundJobs(running.store, running.clock, RandomIds(), {}, webhook_sender)


def _until_it_ends(running: InMemoryService) -> list[AttemptResult]:
    """Woken whenever it falls due, until nothing does."""
    woken: list[AttemptResult] = []
    while (due := _only(running).due_at) is not None:
        running.clock.set(due)
        woken.append(running.background_jobs.deliver(_only(running).key))
    return woken


def test_an_announcement_is_told_once() -> None:
    running = InMemoryService()
    key = _queued(running)
    wakes = [running.background_jobs.deliver(key) for _ in range(3)]
    assert wakes == [AttemptResult.HANDED_OVER, AttemptResult.NOTHING, AttemptResult.NOTHING]
    (occasion,) = running.webhook_sender.sent
    assert occasion.webhook_event.id == key.message
    assert (_only(running).status, _only(running).sent_at) == (DeliveryStatus.SENT, NOON)
    assert not _silenced(running)


def test_an_occasion_is_the_invoice_of_that_moment_with_its_whole_past() -> None:
    running = InMemoryService()
    key = _queued(running)
    issued = running.invoice()
    running.background_jobs.deliver(key)
    (occasion,) = running.webhook_sender.sent
    assert occasion.invoice == issued
    assert list(occasion.events) == list(running.events())
    assert [event.event.name for event in occasion.events] == ["invoice.drafted", "invoice.issued"]
    assert (occasion.webhook_endpoint.id, list(occasion.messages)) == ("sub_1", [])


def test_what_came_since_is_not_told() -> None:
    running = InMemoryService()
    key = _queued(running)
    issued = running.invoice()
    running.service.execute(Notify(account=ACME, invoice=ONE, medium=Medium.EMAIL)).unwrap()
    running.service.execute(Update(account=ACME, invoice=ONE, patch=Patch(comment="Soon"))).unwrap()
    running.service.execute(Cancel(account=ACME, invoice=ONE)).unwrap()
    running.background_jobs.deliver(key)
    (occasion,) = running.webhook_sender.sent
    assert (occasion.invoice, occasion.invoice.status) == (issued, Status.ISSUED)
    assert [event.version for event in occasion.events] == [1, 2]


def test_what_was_asked_for_in_between_belongs_to_the_past_of_a_later_event() -> None:
    running = InMemoryService()
    _queued(running)
    running.service.execute(Notify(account=ACME, invoice=ONE, medium=Medium.EMAIL)).unwrap()
    running.service.execute(Pay(account=ACME, invoice=ONE, payment=a_payment(99800))).unwrap()
    running.service.execute(Notify(account=ACME, invoice=ONE, medium=Medium.EMAIL))
    running.background_jobs.deliver(running.webhook_events()[1].key)
    (occasion,) = running.webhook_sender.sent
    assert (occasion.webhook_event.event_type, occasion.invoice) == (
        WebhookEventType.PAID,
        running.invoice(),
    )
    assert [event.version for event in occasion.events] == [1, 2, None, 3]
    assert list(occasion.messages) == list(running.messages())


def test_an_event_is_told_of_its_own_invoice() -> None:
    running = InMemoryService()
    running.add_webhook_endpoint()
    running.issued(ONE)
    running.issued(TWO, comment="the second")
    running.service.execute(Notify(account=ACME, invoice=ONE, medium=Medium.EMAIL)).unwrap()
    running.background_jobs.deliver(running.webhook_events()[1].key)
    (occasion,) = running.webhook_sender.sent
    assert occasion.invoice == running.invoice(TWO)
    assert list(occasion.messages) == []


def test_a_retry_tells_exactly_the_same_though_the_invoice_moved_on() -> None:
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


def test_an_expired_invoice_is_still_told_as_it_was() -> None:
    running = InMemoryService()
    key = _queued(running)
    running.clock.set(TOMORROW)
    running.background_jobs.sweep()
    assert running.background_jobs.deliver(key) is AttemptResult.HANDED_OVER
    assert running.webhook_sender.sent[0].invoice.status is Status.ISSUED


def test_whoever_died_while_telling_is_followed_under_the_same_id() -> None:
    running = InMemoryService()
    key = _queued(running)

    def dies() -> None:
        raise KeyboardInterrupt

    dying = ActingAnnouncer(dies)
    with pytest.raises(KeyboardInterrupt):
        _with(running, dying).deliver(key)
    assert _only(running).status is DeliveryStatus.SENDING
    running.clock.set(NOON + LEASE - TICK)
    assert running.background_jobs.deliver(key) is AttemptResult.NOTHING
    running.clock.set(NOON + LEASE)
    assert list(running.store.sendable(running.clock.now(), 10)) == [key]
    assert running.background_jobs.deliver(key) is AttemptResult.HANDED_OVER
    ((before,), (after,)) = dying.told, running.webhook_sender.sent
    assert before.webhook_event.id == after.webhook_event.id == key.message
    assert (before.invoice, list(before.events)) == (after.invoice, list(after.events))
    assert (_only(running).status, _only(running).attempts) == (DeliveryStatus.SENT, 2)


def test_whoever_slept_through_the_lease_concludes_nothing() -> None:
    running = InMemoryService()
    key = _queued(running)

    def sleeps() -> None:
        running.clock.advance(LEASE)
        assert running.background_jobs.deliver(key) is AttemptResult.HANDED_OVER

    assert _with(running, ActingAnnouncer(sleeps)).deliver(key) is AttemptResult.NOTHING
    assert (_only(running).attempts, _only(running).provider_id) == (2, None)


def test_an_announcement_in_other_hands_is_left_there() -> None:
    running = InMemoryService()
    key = _queued(running)
    seen: list[AttemptResult] = []
    acting = ActingAnnouncer(lambda: seen.append(running.background_jobs.deliver(key)))
    assert _with(running, acting).deliver(key) is AttemptResult.HANDED_OVER
    assert seen == [AttemptResult.NOTHING]
    assert _only(running).provider_id == "hook_1"


@pytest.mark.parametrize("fault", [Unknown("timed out"), Transient("busy")])
def test_who_does_not_answer_is_told_for_a_day_then_silenced(fault: SendError) -> None:
    running = InMemoryService(
        retries={"attempts": 1}
    )  # of messages to payers, not of announcements
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


def test_who_refuses_for_good_is_silenced_at_once() -> None:
    running = InMemoryService()
    key = _queued(running)
    running.webhook_sender.faults.append(Permanent("410 Gone"))
    assert running.background_jobs.deliver(key) is AttemptResult.HANDED_OVER
    assert (_only(running).status, _only(running).reason) == (DeliveryStatus.FAILED, "410 Gone")
    assert _silenced(running)


def test_who_answers_in_the_end_is_not_silenced() -> None:
    running = InMemoryService()
    _queued(running)
    running.webhook_sender.faults += [Transient("busy")] * 5
    assert _until_it_ends(running) == [AttemptResult.HANDED_OVER] * 6
    assert (_only(running).status, _silenced(running)) == (DeliveryStatus.SENT, False)


def test_only_the_one_that_failed_is_silenced() -> None:
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


def test_to_silence_keeps_what_was_changed_meanwhile() -> None:
    running = InMemoryService()
    key = _queued(running)

    def moves() -> None:
        running.add_webhook_endpoint(url="https://moved.example")
        raise RuntimeError

    worn = running.webhook_events()[0].model_copy(update={"attempts": WEBHOOK_RETRIES.attempts - 1})
    with running.store.transaction() as transaction:
        transaction.save(PendingWrites(messages={key: worn}))
    _with(running, ActingAnnouncer(moves)).deliver(key)
    with running.store.snapshot() as snapshot:
        (webhook_endpoint,) = snapshot.webhook_endpoints((ACME,))[ACME]
    assert (webhook_endpoint.url, webhook_endpoint.silenced) == ("https://moved.example", True)


def test_a_silenced_subscriber_hears_nothing_more_not_even_what_waits() -> None:
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


def test_one_that_is_no_longer_subscribed_is_not_told() -> None:
    running = InMemoryService()
    key = _queued(running)
    with running.store.transaction() as transaction:
        gone = _only(running).model_copy(update={"webhook_endpoint": "sub_gone"})
        transaction.save(PendingWrites(messages={key: gone}))
    assert running.background_jobs.deliver(key) is AttemptResult.SUPPRESSED
    assert _only(running).reason == "unsubscribed"
    assert running.background_jobs.deliver(key) is AttemptResult.NOTHING
    assert (running.sent_webhooks(), _silenced(running)) == ([], False)


def test_an_account_without_any_subscriber_left_is_not_told() -> None:
    running = InMemoryService()
    key = _queued(running)
    running.store._rows.webhook_endpoints.clear()
    assert running.background_jobs.deliver(key) is AttemptResult.SUPPRESSED
    assert _only(running).reason == "unsubscribed"


def test_who_is_gone_when_the_last_attempt_fails_needs_no_silencing() -> None:
    running = InMemoryService()
    key = _queued(running)

    def leaves() -> None:
        running.store._rows.webhook_endpoints.clear()
        raise RuntimeError

    worn = _only(running).model_copy(update={"attempts": WEBHOOK_RETRIES.attempts - 1})
    with running.store.transaction() as transaction:
        transaction.save(PendingWrites(messages={key: worn}))
    assert _with(running, ActingAnnouncer(leaves)).deliver(key) is AttemptResult.HANDED_OVER
    assert _only(running).reason == "the sender broke: RuntimeError"
    assert running.store._rows.webhook_endpoints == {}


def test_the_last_announcer_to_die_leaves_a_dead_letter_and_a_silenced_subscriber() -> None:
    running = InMemoryService()
    key = _queued(running)
    lost = _only(running).model_copy(
        update={
            "attempts": WEBHOOK_RETRIES.attempts,
            "status": DeliveryStatus.SENDING,
            "due_at": NOON + LEASE,
        }
    )
    with running.store.transaction() as transaction:
        transaction.save(PendingWrites(messages={key: lost}))
    running.clock.set(NOON + LEASE)
    assert running.background_jobs.deliver(key) is AttemptResult.GIVEN_UP
    assert (_only(running).status, _only(running).reason) == (
        DeliveryStatus.FAILED,
        "no sender came back",
    )
    assert _silenced(running)
    assert running.sent_webhooks() == []


def test_a_breaking_announcer_does_not_stop_the_handlers() -> None:
    running = InMemoryService()
    key = _queued(running)

    def breaks() -> None:
        raise RuntimeError

    assert _with(running, ActingAnnouncer(breaks)).deliver(key) is AttemptResult.HANDED_OVER
    assert (_only(running).status, _only(running).reason) == (
        DeliveryStatus.QUEUED,
        "the sender broke: RuntimeError",
    )


def test_who_tells_nobody_leaves_an_announcement_to_one_that_does() -> None:
    running = InMemoryService()
    key = _queued(running)
    before = _only(running)
    assert _with(running, None).deliver(key) is AttemptResult.NOTHING
    assert _only(running) == before
    assert running.background_jobs.deliver(key) is AttemptResult.HANDED_OVER


def test_an_occasion_has_the_messages_of_its_moment_however_late_it_is_told() -> None:
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
    (occasion,) = running.webhook_sender.sent
    assert [(one.id, one.status) for one in sorted(occasion.messages, key=lambda m: m.medium)] == [
        (sent.id, DeliveryStatus.SENT),
        (early.id, DeliveryStatus.QUEUED),
    ]


def test_a_head_start_is_for_the_first_attempt_at_a_message_alone() -> None:
    running = InMemoryService()
    start = timedelta(seconds=5)
    patient = BackgroundJobs(
        running.store,
        running.clock,
        RandomIds(),
        {Medium.EMAIL: running.sender},
        running.webhook_sender,
        head_start=start,
    )
    event_type = _queued(running)
    message = (
        running.service.execute(Notify(account=ACME, invoice=ONE, medium=Medium.EMAIL)).unwrap().key
    )
    assert patient.deliver(event_type) is AttemptResult.HANDED_OVER  # nobody else would announce it
    running.clock.set(NOON + start - TICK)
    assert patient.deliver(message) is AttemptResult.NOTHING
    assert running.messages()[0].attempts == 0
    running.clock.set(NOON + start)
    running.sender.faults.append(Transient("busy", timedelta(0)))
    assert patient.deliver(message) is AttemptResult.HANDED_OVER
    assert patient.deliver(message) is AttemptResult.HANDED_OVER
    assert running.messages()[0].status is DeliveryStatus.SENT


def test_a_head_start_does_not_hold_up_a_second_attempt() -> None:
    running = InMemoryService()
    start = timedelta(hours=1)
    patient = BackgroundJobs(
        running.store, running.clock, RandomIds(), {Medium.EMAIL: running.sender}, head_start=start
    )
    running.issued()
    key = (
        running.service.execute(Notify(account=ACME, invoice=ONE, medium=Medium.EMAIL)).unwrap().key
    )
    running.sender.faults.append(Transient("busy", timedelta(0)))
    assert running.background_jobs.deliver(key) is AttemptResult.HANDED_OVER
    assert patient.deliver(key) is AttemptResult.HANDED_OVER
    assert running.messages()[0].status is DeliveryStatus.SENT


def test_nobody_gets_a_head_start_unless_it_is_given() -> None:
    running = InMemoryService()
    assert running.background_jobs.head_start == timedelta(0)
