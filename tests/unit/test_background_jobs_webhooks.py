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
from unit.running_service import ACME, ONE, TWO, Office

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


def _queued(office: Office) -> MessageKey:
    office.subscribed()
    office.issued(expire_by=TOMORROW)
    return office.webhook_events()[0].key


def _only(office: Office) -> WebhookEvent:
    (webhook_event,) = office.webhook_events()
    return webhook_event


def _silenced(office: Office) -> bool:
    with office.store.snapshot() as snapshot:
        (webhook_endpoint,) = snapshot.webhook_endpoints((ACME,))[ACME]
    return webhook_endpoint.silenced


def _with(office: Office, webhook_sender: ActingAnnouncer | None) -> BackgroundJobs:
    return BackgroundJobs(office.store, office.clock, RandomIds(), {}, webhook_sender)


def _until_it_ends(office: Office) -> list[AttemptResult]:
    """Woken whenever it falls due, until nothing does."""
    woken: list[AttemptResult] = []
    while (due := _only(office).due_at) is not None:
        office.clock.set(due)
        woken.append(office.background_jobs.deliver(_only(office).key))
    return woken


def test_an_announcement_is_told_once() -> None:
    office = Office()
    key = _queued(office)
    wakes = [office.background_jobs.deliver(key) for _ in range(3)]
    assert wakes == [AttemptResult.HANDED_OVER, AttemptResult.NOTHING, AttemptResult.NOTHING]
    (occasion,) = office.webhook_sender.told
    assert occasion.webhook_event.id == key.message
    assert (_only(office).status, _only(office).sent_at) == (DeliveryStatus.SENT, NOON)
    assert not _silenced(office)


def test_an_occasion_is_the_invoice_of_that_moment_with_its_whole_past() -> None:
    office = Office()
    key = _queued(office)
    issued = office.seen()
    office.background_jobs.deliver(key)
    (occasion,) = office.webhook_sender.told
    assert occasion.invoice == issued
    assert list(occasion.events) == list(office.events())
    assert [event.event.name for event in occasion.events] == ["invoice.drafted", "invoice.issued"]
    assert (occasion.webhook_endpoint.id, list(occasion.messages)) == ("sub_1", [])


def test_what_came_since_is_not_told() -> None:
    office = Office()
    key = _queued(office)
    issued = office.seen()
    office.service.execute(Notify(account=ACME, invoice=ONE, medium=Medium.EMAIL)).unwrap()
    office.service.execute(Update(account=ACME, invoice=ONE, patch=Patch(comment="Soon"))).unwrap()
    office.service.execute(Cancel(account=ACME, invoice=ONE)).unwrap()
    office.background_jobs.deliver(key)
    (occasion,) = office.webhook_sender.told
    assert (occasion.invoice, occasion.invoice.status) == (issued, Status.ISSUED)
    assert [event.version for event in occasion.events] == [1, 2]


def test_what_was_asked_for_in_between_belongs_to_the_past_of_a_later_event() -> None:
    office = Office()
    _queued(office)
    office.service.execute(Notify(account=ACME, invoice=ONE, medium=Medium.EMAIL)).unwrap()
    office.service.execute(Pay(account=ACME, invoice=ONE, payment=a_payment(99800))).unwrap()
    office.service.execute(Notify(account=ACME, invoice=ONE, medium=Medium.EMAIL))
    office.background_jobs.deliver(office.webhook_events()[1].key)
    (occasion,) = office.webhook_sender.told
    assert (occasion.webhook_event.event_type, occasion.invoice) == (
        WebhookEventType.PAID,
        office.seen(),
    )
    assert [event.version for event in occasion.events] == [1, 2, None, 3]
    assert list(occasion.messages) == list(office.messages())


def test_an_event_is_told_of_its_own_invoice() -> None:
    office = Office()
    office.subscribed()
    office.issued(ONE)
    office.issued(TWO, comment="the second")
    office.service.execute(Notify(account=ACME, invoice=ONE, medium=Medium.EMAIL)).unwrap()
    office.background_jobs.deliver(office.webhook_events()[1].key)
    (occasion,) = office.webhook_sender.told
    assert occasion.invoice == office.seen(TWO)
    assert list(occasion.messages) == []


def test_a_retry_tells_exactly_the_same_though_the_invoice_moved_on() -> None:
    office = Office()
    key = _queued(office)
    office.webhook_sender.faults += [Unknown("timed out"), Transient("busy")]
    office.background_jobs.deliver(key)
    office.service.execute(Pay(account=ACME, invoice=ONE, payment=a_payment(1))).unwrap()
    office.clock.advance(timedelta(minutes=1))
    office.background_jobs.deliver(key)
    office.service.execute(
        Update(account=ACME, invoice=ONE, patch=Patch(notes={"a": "b"}))
    ).unwrap()
    office.clock.advance(timedelta(minutes=2))
    office.background_jobs.deliver(key)
    first, second, third = office.webhook_sender.told
    assert [first.webhook_event.id, second.webhook_event.id, third.webhook_event.id] == [
        key.message
    ] * 3
    assert first.invoice == second.invoice == third.invoice
    assert list(first.events) == list(second.events) == list(third.events)
    assert [one.webhook_event.attempts for one in office.webhook_sender.told] == [1, 2, 3]
    assert office.webhook_events()[0].status is DeliveryStatus.SENT


def test_an_expired_invoice_is_still_told_as_it_was() -> None:
    office = Office()
    key = _queued(office)
    office.clock.set(TOMORROW)
    office.background_jobs.sweep()
    assert office.background_jobs.deliver(key) is AttemptResult.HANDED_OVER
    assert office.webhook_sender.told[0].invoice.status is Status.ISSUED


def test_whoever_died_while_telling_is_followed_under_the_same_id() -> None:
    office = Office()
    key = _queued(office)

    def dies() -> None:
        raise KeyboardInterrupt

    dying = ActingAnnouncer(dies)
    with pytest.raises(KeyboardInterrupt):
        _with(office, dying).deliver(key)
    assert _only(office).status is DeliveryStatus.SENDING
    office.clock.set(NOON + LEASE - TICK)
    assert office.background_jobs.deliver(key) is AttemptResult.NOTHING
    office.clock.set(NOON + LEASE)
    assert list(office.store.sendable(office.clock.now(), 10)) == [key]
    assert office.background_jobs.deliver(key) is AttemptResult.HANDED_OVER
    ((before,), (after,)) = dying.told, office.webhook_sender.told
    assert before.webhook_event.id == after.webhook_event.id == key.message
    assert (before.invoice, list(before.events)) == (after.invoice, list(after.events))
    assert (_only(office).status, _only(office).attempts) == (DeliveryStatus.SENT, 2)


def test_whoever_slept_through_the_lease_concludes_nothing() -> None:
    office = Office()
    key = _queued(office)

    def sleeps() -> None:
        office.clock.advance(LEASE)
        assert office.background_jobs.deliver(key) is AttemptResult.HANDED_OVER

    assert _with(office, ActingAnnouncer(sleeps)).deliver(key) is AttemptResult.NOTHING
    assert (_only(office).attempts, _only(office).provider_id) == (2, None)


def test_an_announcement_in_other_hands_is_left_there() -> None:
    office = Office()
    key = _queued(office)
    seen: list[AttemptResult] = []
    acting = ActingAnnouncer(lambda: seen.append(office.background_jobs.deliver(key)))
    assert _with(office, acting).deliver(key) is AttemptResult.HANDED_OVER
    assert seen == [AttemptResult.NOTHING]
    assert _only(office).provider_id == "hook_1"


@pytest.mark.parametrize("fault", [Unknown("timed out"), Transient("busy")])
def test_who_does_not_answer_is_told_for_a_day_then_silenced(fault: SendError) -> None:
    office = Office(retries={"attempts": 1})  # of messages to payers, not of announcements
    _queued(office)
    office.webhook_sender.faults += [fault] * 100
    silenced: list[bool] = []
    while (due := _only(office).due_at) is not None:
        silenced.append(_silenced(office))
        office.clock.set(due)
        office.background_jobs.deliver(_only(office).key)
    failed = _only(office)
    assert set(silenced) == {False}
    assert (failed.status, failed.reason) == (DeliveryStatus.FAILED, fault.reason)
    assert failed.ended_at is not None
    assert NOON + DAY - timedelta(hours=1) <= failed.ended_at <= NOON + DAY
    assert _silenced(office)


def test_who_refuses_for_good_is_silenced_at_once() -> None:
    office = Office()
    key = _queued(office)
    office.webhook_sender.faults.append(Permanent("410 Gone"))
    assert office.background_jobs.deliver(key) is AttemptResult.HANDED_OVER
    assert (_only(office).status, _only(office).reason) == (DeliveryStatus.FAILED, "410 Gone")
    assert _silenced(office)


def test_who_answers_in_the_end_is_not_silenced() -> None:
    office = Office()
    _queued(office)
    office.webhook_sender.faults += [Transient("busy")] * 5
    assert _until_it_ends(office) == [AttemptResult.HANDED_OVER] * 6
    assert (_only(office).status, _silenced(office)) == (DeliveryStatus.SENT, False)


def test_only_the_one_that_failed_is_silenced() -> None:
    office = Office()
    office.subscribed("sub_1")
    office.subscribed("sub_2", url="https://other.example", events=(WebhookEventType.ISSUED,))
    office.issued()
    office.webhook_sender.faults.append(Permanent("410 Gone"))
    office.background_jobs.deliver(office.webhook_events()[1].key)
    with office.store.snapshot() as snapshot:
        one, two = snapshot.webhook_endpoints((ACME,))[ACME]
    assert (one.silenced, two.silenced) == (False, True)
    assert (two.url, two.events) == ("https://other.example", (WebhookEventType.ISSUED,))


def test_to_silence_keeps_what_was_changed_meanwhile() -> None:
    office = Office()
    key = _queued(office)

    def moves() -> None:
        office.subscribed(url="https://moved.example")
        raise RuntimeError

    worn = office.webhook_events()[0].model_copy(update={"attempts": WEBHOOK_RETRIES.attempts - 1})
    with office.store.transaction() as transaction:
        transaction.save(PendingWrites(messages={key: worn}))
    _with(office, ActingAnnouncer(moves)).deliver(key)
    with office.store.snapshot() as snapshot:
        (webhook_endpoint,) = snapshot.webhook_endpoints((ACME,))[ACME]
    assert (webhook_endpoint.url, webhook_endpoint.silenced) == ("https://moved.example", True)


def test_a_silenced_subscriber_hears_nothing_more_not_even_what_waits() -> None:
    office = Office()
    key = _queued(office)
    office.service.execute(Cancel(account=ACME, invoice=ONE)).unwrap()
    waiting = office.webhook_events()[1].key
    office.webhook_sender.faults.append(Permanent("410 Gone"))
    office.background_jobs.deliver(key)
    assert office.background_jobs.deliver(waiting) is AttemptResult.SUPPRESSED
    suppressed = office.webhook_events()[1]
    assert (suppressed.status, suppressed.reason) == (DeliveryStatus.SUPPRESSED, "unsubscribed")
    assert (suppressed.ended_at, suppressed.due_at) == (NOON, None)
    assert office.heard() == [WebhookEventType.ISSUED]
    office.issued(TWO)
    assert len(office.webhook_events()) == 2


def test_one_that_is_no_longer_subscribed_is_not_told() -> None:
    office = Office()
    key = _queued(office)
    with office.store.transaction() as transaction:
        gone = _only(office).model_copy(update={"webhook_endpoint": "sub_gone"})
        transaction.save(PendingWrites(messages={key: gone}))
    assert office.background_jobs.deliver(key) is AttemptResult.SUPPRESSED
    assert _only(office).reason == "unsubscribed"
    assert office.background_jobs.deliver(key) is AttemptResult.NOTHING
    assert (office.heard(), _silenced(office)) == ([], False)


def test_an_account_without_any_subscriber_left_is_not_told() -> None:
    office = Office()
    key = _queued(office)
    office.store._rows.webhook_endpoints.clear()
    assert office.background_jobs.deliver(key) is AttemptResult.SUPPRESSED
    assert _only(office).reason == "unsubscribed"


def test_who_is_gone_when_the_last_attempt_fails_needs_no_silencing() -> None:
    office = Office()
    key = _queued(office)

    def leaves() -> None:
        office.store._rows.webhook_endpoints.clear()
        raise RuntimeError

    worn = _only(office).model_copy(update={"attempts": WEBHOOK_RETRIES.attempts - 1})
    with office.store.transaction() as transaction:
        transaction.save(PendingWrites(messages={key: worn}))
    assert _with(office, ActingAnnouncer(leaves)).deliver(key) is AttemptResult.HANDED_OVER
    assert _only(office).reason == "the sender broke: RuntimeError"
    assert office.store._rows.webhook_endpoints == {}


def test_the_last_announcer_to_die_leaves_a_dead_letter_and_a_silenced_subscriber() -> None:
    office = Office()
    key = _queued(office)
    lost = _only(office).model_copy(
        update={
            "attempts": WEBHOOK_RETRIES.attempts,
            "status": DeliveryStatus.SENDING,
            "due_at": NOON + LEASE,
        }
    )
    with office.store.transaction() as transaction:
        transaction.save(PendingWrites(messages={key: lost}))
    office.clock.set(NOON + LEASE)
    assert office.background_jobs.deliver(key) is AttemptResult.GIVEN_UP
    assert (_only(office).status, _only(office).reason) == (
        DeliveryStatus.FAILED,
        "no sender came back",
    )
    assert _silenced(office)
    assert office.heard() == []


def test_a_breaking_announcer_does_not_stop_the_handlers() -> None:
    office = Office()
    key = _queued(office)

    def breaks() -> None:
        raise RuntimeError

    assert _with(office, ActingAnnouncer(breaks)).deliver(key) is AttemptResult.HANDED_OVER
    assert (_only(office).status, _only(office).reason) == (
        DeliveryStatus.QUEUED,
        "the sender broke: RuntimeError",
    )


def test_who_tells_nobody_leaves_an_announcement_to_one_that_does() -> None:
    office = Office()
    key = _queued(office)
    before = _only(office)
    assert _with(office, None).deliver(key) is AttemptResult.NOTHING
    assert _only(office) == before
    assert office.background_jobs.deliver(key) is AttemptResult.HANDED_OVER


def test_an_occasion_has_the_messages_of_its_moment_however_late_it_is_told() -> None:
    office = Office()
    office.issued()
    office.subscribed()
    early = office.service.execute(Notify(account=ACME, invoice=ONE, medium=Medium.SMS)).unwrap()
    sent = office.service.execute(Notify(account=ACME, invoice=ONE, medium=Medium.EMAIL)).unwrap()
    office.background_jobs.deliver(sent.key)
    office.clock.advance(timedelta(hours=1))
    office.service.execute(Pay(account=ACME, invoice=ONE, payment=a_payment(amount=100))).unwrap()
    office.service.execute(Notify(account=ACME, invoice=ONE, medium=Medium.EMAIL)).unwrap()
    office.background_jobs.deliver(early.key)
    (key,) = (one.key for one in office.webhook_events())
    office.background_jobs.deliver(key)
    (occasion,) = office.webhook_sender.told
    assert [(one.id, one.status) for one in sorted(occasion.messages, key=lambda m: m.medium)] == [
        (sent.id, DeliveryStatus.SENT),
        (early.id, DeliveryStatus.QUEUED),
    ]


def test_a_head_start_is_for_the_first_attempt_at_a_message_alone() -> None:
    office = Office()
    start = timedelta(seconds=5)
    patient = BackgroundJobs(
        office.store,
        office.clock,
        RandomIds(),
        {Medium.EMAIL: office.sender},
        office.webhook_sender,
        head_start=start,
    )
    event_type = _queued(office)
    message = (
        office.service.execute(Notify(account=ACME, invoice=ONE, medium=Medium.EMAIL)).unwrap().key
    )
    assert patient.deliver(event_type) is AttemptResult.HANDED_OVER  # nobody else would announce it
    office.clock.set(NOON + start - TICK)
    assert patient.deliver(message) is AttemptResult.NOTHING
    assert office.messages()[0].attempts == 0
    office.clock.set(NOON + start)
    office.sender.faults.append(Transient("busy", timedelta(0)))
    assert patient.deliver(message) is AttemptResult.HANDED_OVER
    assert patient.deliver(message) is AttemptResult.HANDED_OVER
    assert office.messages()[0].status is DeliveryStatus.SENT


def test_a_head_start_does_not_hold_up_a_second_attempt() -> None:
    office = Office()
    start = timedelta(hours=1)
    patient = BackgroundJobs(
        office.store, office.clock, RandomIds(), {Medium.EMAIL: office.sender}, head_start=start
    )
    office.issued()
    key = (
        office.service.execute(Notify(account=ACME, invoice=ONE, medium=Medium.EMAIL)).unwrap().key
    )
    office.sender.faults.append(Transient("busy", timedelta(0)))
    assert office.background_jobs.deliver(key) is AttemptResult.HANDED_OVER
    assert patient.deliver(key) is AttemptResult.HANDED_OVER
    assert office.messages()[0].status is DeliveryStatus.SENT


def test_nobody_gets_a_head_start_unless_it_is_given() -> None:
    office = Office()
    assert office.background_jobs.head_start == timedelta(0)
