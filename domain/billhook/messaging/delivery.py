"""Delivery: the status of a message on its way. It never changes the status of the invoice.

    queued ─claim→ sending ─accept→ sent ─confirm→ delivered
      │ ↑            │ │ │            └──bounce→ bounced
      │ └───retry────┘ │ └─fail→ failed ─requeue→ queued
      └──suppress→ suppressed ←┘      postpone leaves a message queued, for later

A delivery report overrides other results: a message that was attempted once can be confirmed or
bounced, even if the provider's response to that attempt was lost.

The decisions of delivery (claim, retry, dead letter) are pure functions, the same for messages to
payers and for webhook events.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, ClassVar, Literal, NamedTuple, NewType, TypeVar

from returns.result import Failure, Result, Success

from billhook.lifecycle.error_value import ErrorValue, Remedy
from billhook.lifecycle.machine import Lifecycle, Transition
from billhook.model.account import RetryPolicy
from billhook.model.base import IDENTIFIER, AccountId, Count, Instant, Text, Value
from billhook.model.customer import Suppression
from billhook.model.frozen import frozen
from billhook.model.instants import utc
from billhook.model.invoice import InvoiceId, InvoiceKey
from billhook.model.object_schema import written_as_object

MessageId = NewType("MessageId", str)
"""The id of a message or webhook event, and its idempotency key at the receiver."""


@written_as_object
class MessageKey(NamedTuple):
    """The key of a message in a store: the account and the message id."""

    account: AccountId
    message: MessageId


class DeliveryStatus(StrEnum):
    """The delivery status of a message."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    FAILED = "failed"
    SUPPRESSED = "suppressed"


class DeliveryStep(StrEnum):
    """A step of the delivery of a message."""

    CLAIM = "claim"
    POSTPONE = "postpone"
    RETRY = "retry"
    ACCEPT = "accept"
    FAIL = "fail"
    SUPPRESS = "suppress"
    CONFIRM = "confirm"
    BOUNCE = "bounce"
    REQUEUE = "requeue"


UNCONFIRMED = (DeliveryStatus.QUEUED, DeliveryStatus.SENDING, DeliveryStatus.FAILED)
"""The statuses of messages that a provider may have accepted although its response was lost."""

_PENDING = (DeliveryStatus.QUEUED, DeliveryStatus.SENDING)
_REPORTED = (DeliveryStatus.SENT, *UNCONFIRMED)

TRANSITIONS = (
    Transition(DeliveryStep.CLAIM, _PENDING, DeliveryStatus.SENDING),
    Transition(DeliveryStep.POSTPONE, _PENDING, DeliveryStatus.QUEUED),
    Transition(DeliveryStep.RETRY, DeliveryStatus.SENDING, DeliveryStatus.QUEUED),
    Transition(DeliveryStep.ACCEPT, DeliveryStatus.SENDING, DeliveryStatus.SENT),
    Transition(DeliveryStep.FAIL, DeliveryStatus.SENDING, DeliveryStatus.FAILED),
    Transition(DeliveryStep.SUPPRESS, _PENDING, DeliveryStatus.SUPPRESSED),
    Transition(DeliveryStep.CONFIRM, _REPORTED, DeliveryStatus.DELIVERED),
    Transition(DeliveryStep.BOUNCE, _REPORTED, DeliveryStatus.BOUNCED),
    Transition(DeliveryStep.REQUEUE, DeliveryStatus.FAILED, DeliveryStatus.QUEUED),
)

LIFECYCLE = Lifecycle(DeliveryStatus, DeliveryStep, TRANSITIONS)
NEXT = LIFECYCLE.next
"""The next status for every allowed pair of status and step."""

LIVE = frozenset(status for status in DeliveryStatus if (status, "suppress") in NEXT)
"""The statuses of messages that may still be sent."""

ACCEPTED = frozenset({NEXT[DeliveryStatus.SENDING, "accept"]}) | frozenset(
    NEXT[DeliveryStatus.SENT, trigger] for trigger in ("confirm", "bounce")
)
"""The statuses of messages that a provider accepted."""

Unsent = Literal[
    DeliveryStatus.QUEUED, DeliveryStatus.SENDING, DeliveryStatus.FAILED, DeliveryStatus.SUPPRESSED
]
"""The statuses of messages that no provider accepted: pending, dead letters, suppressed."""


class Dispatch(Value):
    """An entry of the outbox: the base of messages to payers and of webhook events.

    `due_at` is when it may be claimed next: the time of the next attempt, or the end of the
    current lease; None if it is final. `attempts` counts the claims. `reason` says why the last
    attempt failed. `requeued_at` is when it was last requeued as a dead letter.
    """

    account: Annotated[AccountId, IDENTIFIER]
    id: Annotated[MessageId, IDENTIFIER]
    invoice: Annotated[InvoiceId, IDENTIFIER]
    status: DeliveryStatus = DeliveryStatus.QUEUED
    requested_at: Instant
    due_at: Instant | None
    attempts: Count = 0
    sent_at: Instant | None = None
    ended_at: Instant | None = None
    reason: Text | None = None
    provider_id: Text | None = None
    requeued_at: Instant | None = None

    @property
    def key(self) -> MessageKey:
        """The key of this message in a store."""
        return MessageKey(self.account, self.id)

    @property
    def since(self) -> datetime:
        """When its current attempts began: `RetryPolicy.give_up_after` counts from then."""
        return self.requested_at if self.requeued_at is None else self.requeued_at

    @property
    def was_deferred(self) -> bool:
        """Whether it was deferred before, by a rate limit or after an attempt."""
        return self.due_at != self.since

    @property
    def invoice_key(self) -> InvoiceKey:
        """The key of the invoice that it is about."""
        return InvoiceKey(self.account, self.invoice)


D = TypeVar("D", bound=Dispatch)


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider accepted the message; `provider_id` is its own id for it, if it has one."""

    provider_id: str | None = None


@dataclass(frozen=True, slots=True)
class Transient:
    """A temporary failure: a retry may succeed, after `retry_after` if the provider gave it."""

    reason: str
    retry_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Permanent:
    """A permanent failure: no retry. `suppresses` puts the address on the suppression list."""

    reason: str
    suppresses: Suppression | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """It is unknown whether the message was sent: retry under the same idempotency key only."""

    reason: str


SendError = Transient | Permanent | Unknown
"""Why an attempt did not succeed."""


@dataclass(frozen=True, slots=True)
class NotClaimable:
    """The message is not due, is under another sender's lease, or is final."""

    status: DeliveryStatus
    due_at: datetime | None


def claim(dispatch: D, *, now: datetime, lease: timedelta) -> Result[D, NotClaimable]:
    """Claim the message for sending; no other sender can until the lease ends.

    A message whose sender crashed can be claimed again after the end of its lease. `now` is an
    aware datetime.
    """
    now = utc(now)
    due_at = dispatch.due_at
    if (dispatch.status, "claim") not in NEXT or due_at is None or now < due_at:
        return Failure(NotClaimable(dispatch.status, due_at))
    return Success(
        _moved(dispatch, "claim", attempts=dispatch.attempts + 1, due_at=now + lease, reason=None)
    )


def dead_letter(dispatch: D, *, now: datetime, retries: RetryPolicy) -> D | None:
    """The message as a dead letter, if its last attempt has no result.

    None while attempts remain, or while the lease of the last one has not ended.
    """
    due_at = dispatch.due_at
    exhausted = dispatch.attempts >= retries.max_attempts and due_at is not None and now >= due_at
    if not exhausted or (dispatch.status, "fail") not in NEXT:
        return None
    return _moved(
        dispatch,
        "fail",
        due_at=None,
        ended_at=utc(now),
        reason="lease expired after the last attempt",
    )


def suppress(dispatch: D, reason: str, *, now: datetime) -> D:
    """Do not send the message, because the rules no longer allow it; `reason` is the error code."""
    return _moved(dispatch, "suppress", due_at=None, ended_at=utc(now), reason=reason)


def postpone(dispatch: D, until: datetime) -> D:
    """Defer the message until a time, without counting an attempt."""
    return _moved(dispatch, "postpone", due_at=utc(until))


def renew(dispatch: D, *, now: datetime, lease: timedelta) -> D:
    """The claimed message with a new lease from now on, for the same attempt."""
    return _moved(dispatch, "claim", due_at=utc(now) + lease)


def release(dispatch: D, until: datetime) -> D:
    """Give up the claim of a message of which nothing was sent; the attempt does not count."""
    return _moved(dispatch, "postpone", due_at=utc(until), attempts=dispatch.attempts - 1)


def conclude(
    dispatch: D,
    outcome: Result[Accepted, SendError],
    *,
    now: datetime,
    retries: RetryPolicy,
    jitter: float,
) -> D:
    """The message after an attempt with this result: sent, queued for a retry, or a dead letter.

    `jitter` is a random number from 0 to 1 that the caller draws.
    """
    now = utc(now)
    if isinstance(outcome, Success):
        accepted = outcome.unwrap()
        return _moved(
            dispatch,
            "accept",
            due_at=None,
            sent_at=now,
            provider_id=None if accepted.provider_id is None else _storable(accepted.provider_id),
        )
    error = outcome.failure()
    retry_at = next_attempt(
        dispatch.attempts, error, retries, since=dispatch.since, jitter=jitter, now=now
    )
    if retry_at is None:
        return _moved(dispatch, "fail", due_at=None, ended_at=now, reason=_storable(error.reason))
    return _moved(dispatch, "retry", due_at=retry_at, reason=_storable(error.reason))


def _storable(text: str) -> str:
    # Text from a provider must not prevent that the result is stored.
    return text.encode(errors="replace").decode().replace("\x00", "?")[:1000]


def next_attempt(
    attempts: int,
    error: SendError,
    retries: RetryPolicy,
    *,
    since: datetime,
    jitter: float,
    now: datetime,
) -> datetime | None:
    """The time of the next attempt by exponential backoff with jitter, or None for no more.

    The wait doubles with each attempt up to `max_wait`; `jitter` spreads it over the upper half of
    that wait. `since` is the start of the period that `give_up_after` limits.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    >>> next_attempt(1, Transient("busy"), RetryPolicy(), since=noon, jitter=1.0, now=noon) - noon
    datetime.timedelta(seconds=30)
    """
    if isinstance(error, Permanent) or attempts >= retries.max_attempts:
        return None
    retry_at = now + _wait(attempts, error, retries, jitter)
    return (
        retry_at
        if retries.give_up_after is None or retry_at <= since + retries.give_up_after
        else None
    )


def _wait(attempts: int, error: SendError, retries: RetryPolicy, jitter: float) -> timedelta:
    if isinstance(error, Transient) and error.retry_after is not None:
        return min(max(error.retry_after, timedelta()), retries.max_wait)
    # As an integer, because a timedelta overflows after about thirty doublings of a day.
    tick = timedelta.resolution
    doubled: int = retries.first_wait // tick * 2 ** (attempts - 1)
    wait = min(doubled, retries.max_wait // tick) * tick
    return wait / 2 + wait / 2 * jitter


def confirm(dispatch: D, *, now: datetime) -> D | None:
    """The message as delivered; None if it is final already, or was never attempted."""
    return _reported(dispatch, "confirm", None, now)


def bounce(dispatch: D, reason: str, *, now: datetime) -> D | None:
    """The message as bounced; None if it is final already, or was never attempted."""
    return _reported(dispatch, "bounce", _storable(reason), now)


@frozen
class NotDeadLetter(ErrorValue):
    """Only dead letters can be requeued, and this message is none."""

    code: ClassVar = "not_dead_letter"
    remedy: ClassVar = Remedy.OTHER_STATUS
    status: DeliveryStatus


@frozen
class MessageNotFound(ErrorValue):
    """The account has no message with this id."""

    code: ClassVar = "message_not_found"
    remedy: ClassVar = Remedy.NONE


def requeue(dispatch: D, *, now: datetime) -> Result[D, NotDeadLetter]:
    """Queue a dead letter again, with a new series of attempts."""
    if (dispatch.status, "requeue") not in NEXT:
        return Failure(NotDeadLetter(dispatch.status))
    now = utc(now)
    reset = {"attempts": 0, "due_at": now, "requeued_at": now, "ended_at": None, "reason": None}
    return Success(_moved(dispatch, "requeue", **reset))


def _reported(dispatch: D, trigger: str, reason: str | None, now: datetime) -> D | None:
    attempted = dispatch.attempts or dispatch.sent_at or dispatch.requeued_at
    if (dispatch.status, trigger) not in NEXT or not attempted:
        return None
    now = utc(now)
    sent_at = dispatch.sent_at or now
    return _moved(dispatch, trigger, due_at=None, sent_at=sent_at, ended_at=now, reason=reason)


def _moved(dispatch: D, trigger: str, **changes: object) -> D:
    status = NEXT[dispatch.status, trigger]
    return type(dispatch).model_validate({**vars(dispatch), "status": status, **changes})
