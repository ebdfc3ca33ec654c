"""Rates: turns are evenly spread, and whoever was promised one is not overtaken."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from pydantic import ValidationError

from billhook.application.background_jobs import Handlers
from billhook.application.claiming import Delivered
from billhook.application.commands import Cancel, Notify
from billhook.application.delivery_attempts import Parcel
from billhook.messaging.delivery import Delivery, MessageKey
from billhook.messaging.rate_limits import Turn, Turns, next_turn
from billhook.model.customer import Medium
from billhook.model.invoice import InvoiceId
from billhook.model.rate_limits import Rate, Rates
from billhook_adapters.memory import RandomIds
from billhook_adapters.testing import NOON
from unit.office import ACME, Office

SECOND = timedelta(seconds=1)
TEN = Rate(most=10, within=SECOND)
STEP = SECOND / 10


def turn_of(
    turns: Turns | None = None,
    *,
    now: datetime = NOON,
    patience: timedelta = SECOND,
    waited: bool = False,
) -> tuple[Turn, Turns]:
    turn, after = next_turn({"one": (TEN, turns)}, now=now, patience=patience, waited=waited)
    return turn, after["one"]


def test_the_first_turn_is_now_and_the_next_an_interval_later() -> None:
    first, turns = turn_of()
    second, turns = turn_of(turns)
    assert (first, second) == (Turn(NOON, promised=False), Turn(NOON + STEP, promised=False))
    assert turns == Turns(NOON + 2 * STEP, NOON)


def test_time_that_nobody_used_is_not_saved_up() -> None:
    _, turns = turn_of()
    turn, turns = turn_of(turns, now=NOON + 60 * SECOND)
    assert (turn.at, turns.free_at) == (NOON + 60 * SECOND, NOON + 60 * SECOND + STEP)


def test_a_turn_as_far_ahead_as_patience_is_taken_and_a_later_one_promised() -> None:
    at_the_end, _ = turn_of(Turns(NOON + SECOND, NOON))
    beyond, after = turn_of(Turns(NOON + SECOND + STEP, NOON))
    assert at_the_end == Turn(NOON + SECOND, promised=False)
    assert beyond == Turn(NOON + SECOND + STEP, promised=True)
    assert after == Turns(NOON + SECOND + STEP, NOON + SECOND + 2 * STEP)


def test_promises_are_as_far_apart_as_turns() -> None:
    turns = Turns(NOON + 2 * SECOND, NOON)
    promised: list[Turn] = []
    for _ in range(3):
        turn, turns = turn_of(turns)
        promised.append(turn)
    assert [turn.at - NOON - 2 * SECOND for turn in promised] == [0 * STEP, STEP, 2 * STEP]
    assert turns.free_at == NOON + 2 * SECOND


def test_whoever_comes_new_goes_behind_the_promised() -> None:
    turns = Turns(NOON, NOON + 5 * SECOND)
    new, _ = turn_of(turns)
    waited, after = turn_of(turns, waited=True)
    assert new == Turn(NOON + 5 * SECOND, promised=True)
    assert waited == Turn(NOON, promised=False)
    assert after == Turns(NOON + STEP, NOON + 5 * SECOND)


def test_a_message_takes_its_turn_in_every_queue_it_stands_in() -> None:
    slow = Rate(most=1, within=timedelta(minutes=1))
    queues = {"all": (TEN, Turns(NOON, NOON)), "own": (slow, Turns(NOON + SECOND, NOON))}
    turn, after = next_turn(queues, now=NOON, patience=SECOND, waited=False)
    assert turn == Turn(NOON + SECOND, promised=False)
    assert after["all"].free_at == NOON + SECOND + STEP
    assert after["own"].free_at == NOON + SECOND + timedelta(minutes=1)


def test_a_queue_that_is_not_to_blame_holds_no_place() -> None:
    queues = {"all": (TEN, None), "own": (TEN, Turns(NOON + 9 * SECOND, NOON))}
    turn, after = next_turn(queues, now=NOON, patience=SECOND, waited=False)
    assert turn == Turn(NOON + 9 * SECOND, promised=True)
    assert after == {"own": Turns(NOON + 9 * SECOND, NOON + 9 * SECOND + STEP)}


def test_without_a_rate_every_turn_is_now() -> None:
    nobody: dict[str, tuple[Rate, Turns | None]] = {}
    turn, after = next_turn(nobody, now=NOON, patience=SECOND, waited=False)
    assert (turn, after) == (Turn(NOON, promised=False), {})


@pytest.mark.parametrize("most", [0, 1_000_001, True])
def test_a_rate_is_of_at_least_one_message(most: int) -> None:
    with pytest.raises(ValidationError, match="most"):
        Rate(most=most, within=SECOND)


def paced(office: Office, sms: int) -> Handlers:
    return Handlers(
        office.store,
        office.clock,
        RandomIds(),
        {Medium.SMS: office.sender},
        rates=Rates(sms=Rate(most=sms, within=SECOND)),
    )


def queued(office: Office, count: int) -> list[MessageKey]:
    keys: list[MessageKey] = []
    for n in range(count):
        one = office.issued(InvoiceId(f"inv_{n}")).id
        notify = Notify(account=ACME, invoice=one, medium=Medium.SMS)
        keys.append(office.desk.do(notify).unwrap().key)
    return keys


def test_what_is_claimed_together_has_its_turns_one_after_the_other() -> None:
    office = Office()
    claimed = paced(office, 4).claim(queued(office, 3), SECOND)
    turns = [one.at - NOON for one in claimed if isinstance(one, Parcel)]
    assert turns == [timedelta(0), SECOND / 4, SECOND / 2]


def test_what_has_no_turn_soon_is_postponed_without_an_attempt() -> None:
    office = Office()
    first, second = queued(office, 2)
    assert paced(office, 1).claim((first, second))[1] is Delivered.POSTPONED
    (message,) = office.messages(InvoiceId("inv_1"))
    assert (message.status, message.due_at, message.attempts) == (
        Delivery.QUEUED,
        NOON + SECOND,
        0,
    )
    handlers = paced(office, 1)
    assert handlers.deliver(second) is Delivered.NOTHING
    office.clock.advance(SECOND)
    assert handlers.deliver(second) is Delivered.HANDED_OVER


def test_what_is_refused_takes_no_turn() -> None:
    office = Office()
    (key,) = queued(office, 1)
    office.desk.do(Cancel(account=ACME, invoice=InvoiceId("inv_0"))).unwrap()
    assert paced(office, 1).deliver(key) is Delivered.SUPPRESSED
    assert office.store._rows.turns == {}


def test_an_account_has_a_rate_of_its_own() -> None:
    office = Office(rates=Rates(sms=Rate(most=1, within=SECOND)))
    first, second = queued(office, 2)
    assert office.handlers.deliver(first) is Delivered.HANDED_OVER
    assert office.handlers.deliver(second) is Delivered.POSTPONED
    by_mail = Notify(account=ACME, invoice=InvoiceId("inv_0"), medium=Medium.EMAIL)
    mail = office.desk.do(by_mail).unwrap().key
    assert office.handlers.deliver(mail) is Delivered.HANDED_OVER
