"""Webhooks: which events there are, which endpoints get them, and how long they are retried."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from billhook.lifecycle.apply import Change
from billhook.lifecycle.cancel import cancel
from billhook.lifecycle.delete import delete
from billhook.lifecycle.draft import draft
from billhook.lifecycle.expire import expire
from billhook.lifecycle.issue import issue
from billhook.lifecycle.pay import pay
from billhook.lifecycle.reserve import reserve_short_url
from billhook.lifecycle.update import update
from billhook.messaging.delivery import Transient, Unknown, claim, next_attempt, suppress
from billhook.messaging.webhooks import (
    STATUS_EVENTS,
    WEBHOOK_RETRIES,
    WebhookEventType,
    event_type_of,
)
from billhook.model.account import RetryPolicy
from billhook.model.invoice import Status
from billhook.model.patch import Patch
from billhook_adapters.testing import (
    NOON,
    a_document,
    a_payment,
    a_webhook_endpoint,
    a_webhook_event,
    an_invoice,
)
from billhook_adapters.testing.builders import TOMORROW

DRAFT, ISSUED = an_invoice(Status.DRAFT), an_invoice(expire_by=TOMORROW)
PARTLY = an_invoice(Status.PARTIALLY_PAID, expire_by=TOMORROW)
TICK = timedelta(microseconds=1)


def _change(result: Any) -> Change:
    change: Change = result.unwrap()
    return change


EVENTS = [
    (issue(DRAFT, now=NOON, short_url="https://bill.example/i/x"), "invoice.issued"),
    (pay(ISSUED, a_payment(1), now=NOON), "invoice.partially_paid"),
    (pay(PARTLY, a_payment(1, "pay_2"), now=NOON), "invoice.partially_paid"),
    (pay(ISSUED, a_payment(99800), now=NOON), "invoice.paid"),
    (pay(PARTLY, a_payment(99799, "pay_2"), now=NOON), "invoice.paid"),
    (expire(ISSUED, now=TOMORROW), "invoice.expired"),
    (expire(PARTLY, now=TOMORROW), "invoice.expired"),
    (cancel(DRAFT, now=NOON), "invoice.cancelled"),
    (cancel(ISSUED, now=NOON), "invoice.cancelled"),
]

OTHERS = [
    (draft(a_document(), account=DRAFT.account, id=DRAFT.id, now=NOON), "invoice.created"),
    (update(ISSUED, Patch(notes={"order": "A-1"}), now=NOON), "invoice.updated"),
    (delete(DRAFT, now=NOON), "invoice.deleted"),
]


@pytest.mark.parametrize(("result", "event_type"), [*EVENTS, *OTHERS])
def test_a_change_is_a_webhook_event(result: Any, event_type: str) -> None:
    assert event_type_of(_change(result)) is WebhookEventType(event_type)


def test_a_reserved_short_url_is_no_webhook_event() -> None:
    reserved = reserve_short_url(DRAFT, now=NOON, short_url="https://bill.example/i/x")
    assert event_type_of(_change(reserved)) is None


def test_there_is_a_way_to_every_event() -> None:
    assert {event_type for _, event_type in EVENTS} == set(STATUS_EVENTS)
    assert {event_type for _, event_type in (*EVENTS, *OTHERS)} == set(WebhookEventType)


def test_an_endpoint_gets_the_events_of_a_new_status_unless_it_chose() -> None:
    wanted = [one for one in WebhookEventType if a_webhook_endpoint().wants(one)]
    assert wanted == list(STATUS_EVENTS)
    picky = a_webhook_endpoint(events=(WebhookEventType.PAID, WebhookEventType.EXPIRED))
    assert [event_type for event_type in WebhookEventType if picky.wants(event_type)] == [
        WebhookEventType.PAID,
        WebhookEventType.EXPIRED,
    ]


def test_a_silenced_endpoint_gets_nothing() -> None:
    assert [
        a_webhook_endpoint(silenced=True).wants(event_type) for event_type in WebhookEventType
    ] == [False] * len(WebhookEventType)


def test_an_endpoint_is_found_only_with_its_account() -> None:
    assert a_webhook_endpoint(account="acc_2").key == ("acc_2", "sub_1")


@pytest.mark.parametrize("words", ["url", "sealed_secret"])
def test_an_endpoint_prints_neither_its_url_nor_its_secret(words: str) -> None:
    assert "canary" not in repr(a_webhook_endpoint(**{words: "canary"}))


@pytest.mark.parametrize(
    "fields",
    [
        {"id": "two words"},
        {"account": ""},
        {"style": "a b"},
        {"url": "x" * 2049},
        {"events": ("invoice.lost",)},
        {"secret": "open"},
    ],
)
def test_an_invalid_endpoint_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        a_webhook_endpoint(**fields)


def test_the_longest_url_is_taken() -> None:
    assert len(a_webhook_endpoint(url="x" * 2048).url) == 2048


@pytest.mark.parametrize(
    "fields", [{"version": -1}, {"webhook_endpoint": "a b"}, {"event_type": "lost"}]
)
def test_an_invalid_webhook_event_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        a_webhook_event(**fields)


def test_a_webhook_event_keeps_its_type_through_delivery() -> None:
    waiting = a_webhook_event()
    sending = claim(waiting, now=NOON, lease=timedelta(minutes=2)).unwrap()
    ended = suppress(sending, "unsubscribed", now=NOON)
    assert type(ended) is type(waiting)
    assert (ended.webhook_endpoint, ended.event_type, ended.version) == (
        "sub_1",
        WebhookEventType.ISSUED,
        2,
    )
    assert (ended.key, ended.invoice_key) == (("acc_1", "evt_1"), ("acc_1", "inv_1"))


def test_an_endpoint_that_does_not_answer_is_retried_for_a_day_and_no_longer() -> None:
    day = timedelta(hours=24)
    waits: list[timedelta] = []
    now, attempts = NOON, 0
    while True:
        attempts += 1
        again = next_attempt(
            attempts, Unknown("?"), WEBHOOK_RETRIES, since=NOON, jitter=1.0, now=now
        )
        if again is None:
            break
        waits.append(again - now)
        now = again
    assert [wait.total_seconds() for wait in waits[:8]] == [30, 60, 120, 240, 480, 960, 1920, 3600]
    assert set(waits[8:]) == {timedelta(hours=1)}
    assert day - timedelta(hours=1) < now - NOON <= day


def test_the_most_hasty_retries_of_a_day_are_not_cut_off_by_their_count() -> None:
    # With no jitter every wait is half as long: that must still last the day.
    now = NOON
    for attempts in range(1, WEBHOOK_RETRIES.max_attempts):
        again = next_attempt(
            attempts, Unknown("?"), WEBHOOK_RETRIES, since=NOON, jitter=0.0, now=now
        )
        if again is None:
            break
        now = again
    assert now > NOON + timedelta(hours=23)


def test_the_last_attempt_may_fall_on_the_last_instant() -> None:
    patience = RetryPolicy(first_wait=timedelta(seconds=30), give_up_after=timedelta(minutes=10))
    end = NOON + timedelta(minutes=10)

    def again(after: timedelta) -> object:
        wait = Transient("busy", retry_after=after)
        return next_attempt(
            1, wait, patience, since=NOON, jitter=1.0, now=NOON + timedelta(minutes=9)
        )

    assert again(timedelta(minutes=1)) == end
    assert again(timedelta(minutes=1) + TICK) is None
    assert again(timedelta(minutes=1) - TICK) == end - TICK


def test_the_time_counts_from_the_first_request() -> None:
    patience = RetryPolicy(give_up_after=timedelta(minutes=10))
    late = NOON + timedelta(minutes=10)
    given: dict[str, Any] = {"jitter": 1.0, "now": late}
    assert next_attempt(1, Unknown("?"), patience, since=NOON, **given) is None
    fresh = next_attempt(1, Unknown("?"), patience, since=late, **given)
    assert fresh == late + timedelta(seconds=30)


def test_an_attempt_may_be_made_at_once_until_the_very_end() -> None:
    nothing_left = RetryPolicy(give_up_after=timedelta(0))
    at_once = Transient("busy", retry_after=timedelta(0))
    again = next_attempt(1, at_once, nothing_left, since=NOON, jitter=1.0, now=NOON)
    assert again == NOON


def test_retries_without_an_end_go_on_by_their_count_alone() -> None:
    later = NOON + timedelta(days=400)
    again = next_attempt(1, Unknown("?"), RetryPolicy(), since=NOON, jitter=1.0, now=later)
    assert again == later + timedelta(seconds=30)
