"""A message's own life: who may send it, when again, and when to give up."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, get_args

import pytest
from returns.result import Failure, Result, Success

from billhook.messaging.delivery import (
    ACCEPTED,
    LIVE,
    NEXT,
    TRANSITIONS,
    Accepted,
    DeliveryStatus,
    NotClaimable,
    NotDeadLetter,
    Permanent,
    SendError,
    Transient,
    Unknown,
    Unsent,
    bounce,
    claim,
    conclude,
    confirm,
    next_attempt,
    postpone,
    requeue,
    suppress,
)
from billhook.messaging.message import Message, medium_status
from billhook.model.account import RetryPolicy
from billhook.model.customer import Medium
from billhook_adapters.testing import NOON

LEASE = timedelta(minutes=2)
LATER = NOON + timedelta(minutes=1)
TICK = timedelta(microseconds=1)
RETRIES = RetryPolicy(
    max_attempts=3, first_wait=timedelta(seconds=30), max_wait=timedelta(seconds=100)
)

TABLE = """
          queued      sending     sent       delivered  bounced  failed  suppressed
claim     sending     sending     -          -          -        -       -
postpone  queued      queued      -          -          -        -       -
retry     -           queued      -          -          -        -       -
accept    -           sent        -          -          -        -       -
fail      -           failed      -          -          -        -       -
suppress  suppressed  suppressed  -          -          -        -       -
confirm   delivered   delivered   delivered  -          -        delivered  -
bounce    bounced     bounced     bounced    -          -        bounced  -
requeue   -           -           -          -          -        queued  -
"""
_HEAD, *_ROWS = (row.split() for row in TABLE.strip().splitlines())
CELLS = {
    (trigger, DeliveryStatus(status)): None if cell == "-" else DeliveryStatus(cell)
    for trigger, *cells in _ROWS
    for status, cell in zip(_HEAD, cells, strict=True)
}


def a_message(status: DeliveryStatus = DeliveryStatus.QUEUED, **fields: Any) -> Message:
    return Message.model_validate(
        {
            "account": "acc_1",
            "id": "msg_1",
            "invoice": "inv_1",
            "medium": "email",
            "address": "ravi@example.com",
            "status": status,
            "requested_at": NOON,
            "due_at": NOON,
            **fields,
        }
    )


def _with(message: Message, **changes: Any) -> Message:
    return Message.model_validate({**dict(message), **changes})


def _conclude(
    message: Message, outcome: Result[Accepted, SendError], jitter: float = 1.0
) -> Message:
    return conclude(message, outcome, now=LATER, retries=RETRIES, jitter=jitter)


def _triggered(trigger: str, message: Message) -> Message | None:
    match trigger:
        case "claim":
            return claim(message, now=LATER, lease=LEASE).value_or(None)
        case "postpone":
            return postpone(message, LATER)
        case "retry":
            return _conclude(message, Failure(Transient("busy")))
        case "accept":
            return _conclude(message, Success(Accepted()))
        case "fail":
            return _conclude(message, Failure(Permanent("no such address")))
        case "suppress":
            return suppress(message, "paid", now=LATER)
        case "confirm":
            return confirm(message, now=LATER)
        case "bounce":
            return bounce(message, "mailbox full", now=LATER)
        case _:
            return requeue(message, now=LATER).value_or(None)


@pytest.mark.parametrize(("trigger", "status"), CELLS)
def test_a_message_goes_where_the_table_says(trigger: str, status: DeliveryStatus) -> None:
    leads = CELLS[trigger, status]
    assert NEXT.get((status, trigger)) == leads
    message = a_message(status, attempts=1)
    if leads is None and trigger in ("postpone", "retry", "accept", "fail", "suppress"):
        with pytest.raises(KeyError):  # a trigger of another kind of message
            _triggered(trigger, message)
    else:
        after = _triggered(trigger, message)
        assert (None if after is None else after.status) == leads


def test_the_table_names_every_trigger() -> None:
    assert [row.trigger for row in TRANSITIONS] == list(dict.fromkeys(t for t, _ in CELLS))


def test_what_is_live_and_what_was_accepted() -> None:
    assert {DeliveryStatus.QUEUED, DeliveryStatus.SENDING} == LIVE
    assert {DeliveryStatus.SENT, DeliveryStatus.DELIVERED, DeliveryStatus.BOUNCED} == ACCEPTED
    assert {*get_args(Unsent)} == {*DeliveryStatus} - ACCEPTED


def test_a_claim_counts_the_attempt_and_holds_the_lease() -> None:
    waiting = a_message(reason="busy", attempts=1)
    claimed = _with(
        waiting, status=DeliveryStatus.SENDING, attempts=2, due_at=NOON + LEASE, reason=None
    )
    assert claim(waiting, now=NOON, lease=LEASE) == Success(claimed)


def test_a_message_is_not_claimed_before_it_is_due() -> None:
    assert claim(a_message(), now=NOON - TICK, lease=LEASE) == Failure(
        NotClaimable(DeliveryStatus.QUEUED, NOON)
    )


def test_a_message_in_other_hands_is_claimed_only_once_the_lease_is_over() -> None:
    sending = claim(a_message(), now=NOON, lease=LEASE).unwrap()
    assert claim(sending, now=NOON + LEASE - TICK, lease=LEASE) == Failure(
        NotClaimable(DeliveryStatus.SENDING, NOON + LEASE)
    )
    assert claim(sending, now=NOON + LEASE, lease=LEASE).unwrap().attempts == 2


def test_a_postponed_message_keeps_its_attempts_and_has_waited() -> None:
    waiting = a_message()
    postponed = postpone(waiting, LATER)
    assert postponed == _with(waiting, due_at=LATER)
    assert (waiting.was_deferred, postponed.was_deferred) == (False, True)


def test_a_message_that_is_never_due_is_not_claimed() -> None:
    assert claim(a_message(due_at=None), now=LATER, lease=LEASE) == Failure(
        NotClaimable(DeliveryStatus.QUEUED, None)
    )


def test_an_accepted_message_was_sent_under_the_providers_id() -> None:
    sending = a_message(DeliveryStatus.SENDING, attempts=1)
    assert _conclude(sending, Success(Accepted("prov_1"))) == _with(
        sending, status=DeliveryStatus.SENT, due_at=None, sent_at=LATER, provider_id="prov_1"
    )


@pytest.mark.parametrize("error", [Transient("busy"), Unknown("timed out")])
def test_what_may_yet_go_out_is_tried_again(error: SendError) -> None:
    sending = a_message(DeliveryStatus.SENDING, attempts=1)
    assert _conclude(sending, Failure(error)) == _with(
        sending,
        status=DeliveryStatus.QUEUED,
        due_at=LATER + timedelta(seconds=30),
        reason=error.reason,
    )


@pytest.mark.parametrize(
    ("attempts", "error"),
    [(1, Permanent("gone")), (3, Transient("busy")), (3, Unknown("timed out"))],
)
def test_what_never_goes_out_failed_with_its_reason(attempts: int, error: SendError) -> None:
    sending = a_message(DeliveryStatus.SENDING, attempts=attempts)
    assert _conclude(sending, Failure(error)) == _with(
        sending, status=DeliveryStatus.FAILED, due_at=None, ended_at=LATER, reason=error.reason
    )


@pytest.mark.parametrize(
    ("attempts", "jitter", "seconds"),
    [(1, 1.0, 30), (1, 0.0, 15), (1, 0.5, 22.5), (2, 1.0, 60), (2, 0.0, 30)],
)
def test_the_wait_doubles_and_spreads_over_its_upper_half(
    attempts: int, jitter: float, seconds: float
) -> None:
    again = next_attempt(attempts, Unknown("?"), RETRIES, since=NOON, jitter=jitter, now=NOON)
    assert again == NOON + timedelta(seconds=seconds)


@pytest.mark.parametrize("attempts", [3, 4, 33, 34, 99])
def test_the_wait_never_exceeds_the_longest(attempts: int) -> None:
    patient = RetryPolicy(max_attempts=100, max_wait=timedelta(seconds=100))
    again = next_attempt(attempts, Transient("busy"), patient, since=NOON, jitter=1.0, now=NOON)
    assert again == NOON + timedelta(seconds=100)


@pytest.mark.parametrize("attempts", [4, 40, 99])
def test_the_wait_never_exceeds_the_longest_however_long_the_first(attempts: int) -> None:
    day, week = timedelta(days=1), timedelta(days=7)
    slow = RetryPolicy(max_attempts=100, first_wait=day, max_wait=week)
    again = next_attempt(attempts, Transient("busy"), slow, since=NOON, jitter=1.0, now=NOON)
    assert again == NOON + week


def test_a_wait_is_exact_where_a_float_would_not_be() -> None:
    centuries = timedelta(microseconds=2**54 + 2)
    slow = RetryPolicy(first_wait=centuries, max_wait=centuries)
    again = next_attempt(1, Transient("busy"), slow, since=NOON, jitter=1.0, now=NOON)
    assert again == NOON + centuries


@pytest.mark.parametrize(("requested", "granted"), [(7, 7), (100, 100), (101, 100), (0, 0)])
def test_a_provider_that_names_a_wait_gets_it_up_to_the_longest(
    requested: int, granted: int
) -> None:
    error = Transient("busy", retry_after=timedelta(seconds=requested))
    again = next_attempt(1, error, RETRIES, since=NOON, jitter=0.0, now=NOON)
    assert again == NOON + timedelta(seconds=granted)


def test_a_provider_that_names_a_wait_does_not_get_more_attempts() -> None:
    error = Transient("busy", retry_after=timedelta(seconds=1))
    assert next_attempt(3, error, RETRIES, since=NOON, jitter=0.0, now=NOON) is None


@pytest.mark.parametrize("status", sorted(LIVE))
def test_a_suppressed_message_ends_with_its_reason(status: DeliveryStatus) -> None:
    message = a_message(status)
    assert suppress(message, "operation_not_allowed", now=LATER) == _with(
        message,
        status=DeliveryStatus.SUPPRESSED,
        due_at=None,
        ended_at=LATER,
        reason="operation_not_allowed",
    )


def test_a_receipt_ends_a_sent_message() -> None:
    sent = a_message(DeliveryStatus.SENT, due_at=None, sent_at=NOON)
    assert confirm(sent, now=LATER) == _with(sent, status=DeliveryStatus.DELIVERED, ended_at=LATER)
    assert bounce(sent, "mailbox full", now=LATER) == _with(
        sent, status=DeliveryStatus.BOUNCED, ended_at=LATER, reason="mailbox full"
    )


@pytest.mark.parametrize(
    "status", [DeliveryStatus.QUEUED, DeliveryStatus.SENDING, DeliveryStatus.FAILED]
)
def test_a_delivery_report_confirms_a_message_whose_send_was_unconfirmed(
    status: DeliveryStatus,
) -> None:
    unconfirmed = a_message(status, attempts=1, reason="silence")
    arrived = {"due_at": None, "sent_at": LATER, "ended_at": LATER, "reason": None}
    assert confirm(unconfirmed, now=LATER) == _with(
        unconfirmed, status=DeliveryStatus.DELIVERED, **arrived
    )
    again = a_message(status, requeued_at=NOON)
    assert bounce(again, "gone", now=LATER) == _with(
        again, status=DeliveryStatus.BOUNCED, **{**arrived, "reason": "gone"}
    )


def test_what_was_never_tried_has_no_receipt() -> None:
    waiting = a_message()
    assert confirm(waiting, now=LATER) is None
    assert bounce(waiting, "forged", now=LATER) is None


def test_a_dead_letter_can_be_requeued() -> None:
    dead = a_message(DeliveryStatus.FAILED, attempts=3, due_at=None, ended_at=NOON, reason="busy")
    fresh = {"attempts": 0, "due_at": LATER, "requeued_at": LATER, "ended_at": None, "reason": None}
    assert requeue(dead, now=LATER) == Success(_with(dead, status=DeliveryStatus.QUEUED, **fresh))


@pytest.mark.parametrize("status", sorted(set(DeliveryStatus) - {DeliveryStatus.FAILED}))
def test_only_a_dead_letter_can_be_requeued(status: DeliveryStatus) -> None:
    assert requeue(a_message(status), now=LATER) == Failure(NotDeadLetter(status))


def test_a_requeued_message_is_tried_for_as_long_as_a_new_one() -> None:
    day = timedelta(hours=24)
    retries = RetryPolicy(max_attempts=100, first_wait=day, max_wait=day, give_up_after=day)
    dead = a_message(DeliveryStatus.FAILED, attempts=30, due_at=None, ended_at=NOON + day)
    again = requeue(dead, now=NOON + 30 * day).unwrap()
    claimed = claim(again, now=NOON + 30 * day, lease=LEASE).unwrap()

    def after(passed: timedelta) -> Message:
        outcome = Failure(Transient("busy"))
        now = NOON + 30 * day + passed
        return conclude(claimed, outcome, now=now, retries=retries, jitter=1.0)

    assert (after(timedelta(0)).status, after(timedelta(0)).attempts) == (DeliveryStatus.QUEUED, 1)
    assert after(timedelta(0)).due_at == NOON + 31 * day
    assert after(TICK).status is DeliveryStatus.FAILED


def test_a_requeued_message_was_not_put_off() -> None:
    dead = a_message(DeliveryStatus.FAILED, due_at=None, ended_at=NOON)
    again = requeue(dead, now=LATER).unwrap()
    assert (again.since, again.was_deferred) == (LATER, False)
    assert postpone(again, LATER + TICK).was_deferred


@pytest.mark.parametrize(
    ("statuses", "requested", "word"),
    [
        ([], False, None),
        ([], True, "pending"),
        (["queued"], False, "pending"),
        (["sending"], False, "pending"),
        (["sent"], False, "sent"),
        (["delivered"], False, "sent"),
        (["bounced"], False, "sent"),
        (["failed"], False, None),
        (["failed"], True, "pending"),
        (["suppressed"], False, None),
        (["failed", "queued"], False, "pending"),
        (["sent", "queued"], True, "sent"),
        (["bounced", "failed"], True, "sent"),
    ],
)
def test_the_history_of_a_medium_in_one_word(
    statuses: list[str], requested: bool, word: str | None
) -> None:
    messages = [a_message(DeliveryStatus(status)) for status in statuses]
    assert medium_status(messages, Medium.EMAIL, requested=requested) == word
    assert medium_status(messages, Medium.SMS, requested=False) is None


def test_a_message_is_found_only_with_its_account() -> None:
    assert (a_message().key, a_message().invoice_key) == (("acc_1", "msg_1"), ("acc_1", "inv_1"))


def test_a_naive_instant_is_a_bug() -> None:
    naive = datetime(2026, 1, 1)  # noqa: DTZ001  # naive on purpose
    sending = a_message(DeliveryStatus.SENDING)
    with pytest.raises(ValueError, match="must carry a time zone"):
        claim(a_message(), now=naive, lease=LEASE)
    with pytest.raises(ValueError, match="must carry a time zone"):
        conclude(sending, Success(Accepted()), now=naive, retries=RETRIES, jitter=0)
    with pytest.raises(ValueError, match="must carry a time zone"):
        suppress(sending, "paid", now=naive)
