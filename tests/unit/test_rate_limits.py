"""Rate limits: slots are evenly spread, and one that was reserved is not given away."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from pydantic import ValidationError

from billhook.application.background_jobs import BackgroundJobs
from billhook.application.claiming import AttemptResult
from billhook.application.commands import Cancel, Notify
from billhook.application.delivery_attempts import DeliveryJob
from billhook.messaging.delivery import DeliveryStatus, MessageKey
from billhook.messaging.rate_limits import RateLimitState, SendSlot, next_slot
from billhook.model.customer import Medium
from billhook.model.invoice import InvoiceId
from billhook.model.rate_limits import RateLimit, RateLimits
from billhook_adapters.testing import NOON
from unit.running_service import ACME, InMemoryService

SECOND = timedelta(seconds=1)
TEN = RateLimit(most=10, within=SECOND)
STEP = SECOND / 10


def turn_of(
    rate_limit_states: RateLimitState | None = None,
    *,
    now: datetime = NOON,
    patience: timedelta = SECOND,
    was_deferred: bool = False,
) -> tuple[SendSlot, RateLimitState]:
    turn, after = next_slot(
        {"one": (TEN, rate_limit_states)}, now=now, patience=patience, was_deferred=was_deferred
    )
    return turn, after["one"]


def test_the_first_turn_is_now_and_the_next_an_interval_later() -> None:
    first, rate_limit_states = turn_of()
    second, rate_limit_states = turn_of(rate_limit_states)
    assert (first, second) == (
        SendSlot(NOON, reserved=False),
        SendSlot(NOON + STEP, reserved=False),
    )
    assert rate_limit_states == RateLimitState(NOON + 2 * STEP, NOON)


def test_unused_slots_are_not_saved_up() -> None:
    _, rate_limit_states = turn_of()
    turn, rate_limit_states = turn_of(rate_limit_states, now=NOON + 60 * SECOND)
    assert (turn.at, rate_limit_states.next_free_at) == (
        NOON + 60 * SECOND,
        NOON + 60 * SECOND + STEP,
    )


def test_a_turn_as_far_ahead_as_patience_is_taken_and_a_later_one_promised() -> None:
    at_the_end, _ = turn_of(RateLimitState(NOON + SECOND, NOON))
    beyond, after = turn_of(RateLimitState(NOON + SECOND + STEP, NOON))
    assert at_the_end == SendSlot(NOON + SECOND, reserved=False)
    assert beyond == SendSlot(NOON + SECOND + STEP, reserved=True)
    assert after == RateLimitState(NOON + SECOND + STEP, NOON + SECOND + 2 * STEP)


def test_promises_are_as_far_apart_as_turns() -> None:
    rate_limit_states = RateLimitState(NOON + 2 * SECOND, NOON)
    reserved: list[SendSlot] = []
    for _ in range(3):
        turn, rate_limit_states = turn_of(rate_limit_states)
        reserved.append(turn)
    assert [turn.at - NOON - 2 * SECOND for turn in reserved] == [0 * STEP, STEP, 2 * STEP]
    assert rate_limit_states.next_free_at == NOON + 2 * SECOND


def test_a_new_message_is_sent_after_those_with_reserved_slots() -> None:
    rate_limit_states = RateLimitState(NOON, NOON + 5 * SECOND)
    new, _ = turn_of(rate_limit_states)
    deferred, after = turn_of(rate_limit_states, was_deferred=True)
    assert new == SendSlot(NOON + 5 * SECOND, reserved=True)
    assert deferred == SendSlot(NOON, reserved=False)
    assert after == RateLimitState(NOON + STEP, NOON + 5 * SECOND)


def test_a_message_takes_its_turn_in_every_queue_it_stands_in() -> None:
    slow = RateLimit(most=1, within=timedelta(minutes=1))
    queues = {
        "all": (TEN, RateLimitState(NOON, NOON)),
        "own": (slow, RateLimitState(NOON + SECOND, NOON)),
    }
    turn, after = next_slot(queues, now=NOON, patience=SECOND, was_deferred=False)
    assert turn == SendSlot(NOON + SECOND, reserved=False)
    assert after["all"].next_free_at == NOON + SECOND + STEP
    assert after["own"].next_free_at == NOON + SECOND + timedelta(minutes=1)


def test_a_queue_that_is_not_to_blame_holds_no_place() -> None:
    queues = {"all": (TEN, None), "own": (TEN, RateLimitState(NOON + 9 * SECOND, NOON))}
    turn, after = next_slot(queues, now=NOON, patience=SECOND, was_deferred=False)
    assert turn == SendSlot(NOON + 9 * SECOND, reserved=True)
    assert after == {"own": RateLimitState(NOON + 9 * SECOND, NOON + 9 * SECOND + STEP)}


def test_without_a_rate_every_turn_is_now() -> None:
    unlimited: dict[str, tuple[RateLimit, RateLimitState | None]] = {}
    turn, after = next_slot(unlimited, now=NOON, patience=SECOND, was_deferred=False)
    assert (turn, after) == (SendSlot(NOON, reserved=False), {})


@pytest.mark.parametrize("most", [0, 1_000_001, True])
def test_a_rate_is_of_at_least_one_message(most: int) -> None:
    with pytest.raises(ValidationError, match="most"):
        RateLimit(most=most, within=SECOND)


def paced(running: InMemoryService, sms: int) -> BackgroundJobs:
    return replace(
        running.background_jobs,
        rate_limits=RateLimits(sms=RateLimit(most=sms, within=SECOND)),
    )


def queued(running: InMemoryService, count: int) -> list[MessageKey]:
    keys: list[MessageKey] = []
    for n in range(count):
        one = running.issued(InvoiceId(f"inv_{n}")).id
        notify = Notify(account=ACME, invoice=one, medium=Medium.SMS)
        keys.append(running.service.execute(notify).unwrap().key)
    return keys


def test_what_is_claimed_together_has_its_turns_one_after_the_other() -> None:
    running = InMemoryService()
    claimed = paced(running, 4).claim(queued(running, 3), SECOND)
    rate_limit_states = [one.at - NOON for one in claimed if isinstance(one, DeliveryJob)]
    assert rate_limit_states == [timedelta(0), SECOND / 4, SECOND / 2]


def test_what_has_no_turn_soon_is_postponed_without_an_attempt() -> None:
    running = InMemoryService()
    first, second = queued(running, 2)
    assert paced(running, 1).claim((first, second))[1] is AttemptResult.POSTPONED
    (message,) = running.messages(InvoiceId("inv_1"))
    assert (message.status, message.due_at, message.attempts) == (
        DeliveryStatus.QUEUED,
        NOON + SECOND,
        0,
    )
    background_jobs = paced(running, 1)
    assert background_jobs.deliver(second) is AttemptResult.NOTHING
    running.clock.advance(SECOND)
    assert background_jobs.deliver(second) is AttemptResult.ATTEMPTED


def test_what_is_refused_takes_no_turn() -> None:
    running = InMemoryService()
    (key,) = queued(running, 1)
    running.service.execute(Cancel(account=ACME, invoice=InvoiceId("inv_0"))).unwrap()
    assert paced(running, 1).deliver(key) is AttemptResult.SUPPRESSED
    assert running.store._rows.rate_limit_states == {}


def test_an_account_has_a_rate_of_its_own() -> None:
    running = InMemoryService(rate_limits=RateLimits(sms=RateLimit(most=1, within=SECOND)))
    first, second = queued(running, 2)
    assert running.background_jobs.deliver(first) is AttemptResult.ATTEMPTED
    assert running.background_jobs.deliver(second) is AttemptResult.POSTPONED
    by_mail = Notify(account=ACME, invoice=InvoiceId("inv_0"), medium=Medium.EMAIL)
    mail = running.service.execute(by_mail).unwrap().key
    assert running.background_jobs.deliver(mail) is AttemptResult.ATTEMPTED
