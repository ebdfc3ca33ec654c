"""What goes out has a life of its own, which never moves the invoice's.

    queued ─claim→ sending ─accept→ sent ─confirm→ delivered
      │ ↑            │ │ │            └──bounce→ bounced
      │ └───retry────┘ │ └─fail→ failed ─requeue→ queued
      └──suppress→ suppressed ←┘      postpone leaves a message queued, for later

A receipt has the last word: whatever was tried once may be confirmed or bounce, also where the
provider took it and nobody heard it say so.

Every decision of delivery (who may send, when again, when to give up) is a pure function here,
the same for a message to the payer and for an announcement to a subscriber.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, ClassVar, Literal, NamedTuple, NewType, TypeVar

from returns.result import Failure, Result, Success

from billhook.lifecycle.machine import build, compiled
from billhook.model.account import RetryPolicy
from billhook.model.base import IDENTIFIER, AccountId, Count, Instant, Text, Value, utc
from billhook.model.customer import Suppression
from billhook.model.invoice import InvoiceId, InvoiceKey

MessageId = NewType("MessageId", str)
"""Names what goes out, and is the idempotency key that its receiver is given."""


class MessageKey(NamedTuple):
    """What finds a message: never an id without its account."""

    account: AccountId
    message: MessageId


class DeliveryStatus(StrEnum):
    """Where a message stands on its way."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    FAILED = "failed"
    SUPPRESSED = "suppressed"


QUEUED, SENDING, SENT, DELIVERED, BOUNCED, FAILED, SUPPRESSED = (
    delivery.value for delivery in DeliveryStatus
)

UNCONFIRMED = (QUEUED, SENDING, FAILED)
"""Where a message may stand that a provider took without our hearing of it."""

TRANSITIONS = (
    {"trigger": "claim", "source": [QUEUED, SENDING], "dest": SENDING},
    {"trigger": "postpone", "source": [QUEUED, SENDING], "dest": QUEUED},
    {"trigger": "retry", "source": SENDING, "dest": QUEUED},
    {"trigger": "accept", "source": SENDING, "dest": SENT},
    {"trigger": "fail", "source": SENDING, "dest": FAILED},
    {"trigger": "suppress", "source": [QUEUED, SENDING], "dest": SUPPRESSED},
    {"trigger": "confirm", "source": [SENT, *UNCONFIRMED], "dest": DELIVERED},
    {"trigger": "bounce", "source": [SENT, *UNCONFIRMED], "dest": BOUNCED},
    {"trigger": "requeue", "source": FAILED, "dest": QUEUED},
)

MACHINE = build(DeliveryStatus, TRANSITIONS)
NEXT = compiled(MACHINE, DeliveryStatus)
"""Where each trigger leads a message."""

LIVE = frozenset(delivery for delivery in DeliveryStatus if (delivery, "suppress") in NEXT)
"""Not yet decided: it may still go out."""

ACCEPTED = frozenset({NEXT[DeliveryStatus.SENDING, "accept"]}) | frozenset(
    NEXT[DeliveryStatus.SENT, trigger] for trigger in ("confirm", "bounce")
)
"""A provider once took it."""

Unsent = Literal[
    DeliveryStatus.QUEUED, DeliveryStatus.SENDING, DeliveryStatus.FAILED, DeliveryStatus.SUPPRESSED
]
"""No provider ever took it: still on its way, or given up."""


class Dispatch(Value):
    """Something on its way out; the row is the truth and every job only a wake-up.

    `due_at` is when it may be claimed next: the next attempt, or the end of the sender's lease.
    `requeued_at` is when a dead letter last got another life.
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
        """The pair that finds it in a store."""
        return MessageKey(self.account, self.id)

    @property
    def since(self) -> datetime:
        """When it last began to be tried: patience with it is counted from then."""
        return self.requested_at if self.requeued_at is None else self.requeued_at

    @property
    def waited(self) -> bool:
        """Whether it was put off before, by a rate limit or after an attempt."""
        return self.due_at != self.since

    @property
    def invoice_key(self) -> InvoiceKey:
        """The pair that finds the invoice it is about."""
        return InvoiceKey(self.account, self.invoice)


D = TypeVar("D", bound=Dispatch)


@dataclass(frozen=True, slots=True)
class Accepted:
    """A provider took the message, under an id of its own where it gives one."""

    provider_id: str | None = None


@dataclass(frozen=True, slots=True)
class Transient:
    """It did not go out, and may later; `retry_after` where the provider said so."""

    reason: str
    retry_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Permanent:
    """It did not go out and never will; `suppresses` where its address is to be left alone."""

    reason: str
    suppresses: Suppression | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody can tell whether it went out: try again, under the same key only."""

    reason: str


SendError = Transient | Permanent | Unknown
"""Why a provider did not take a message."""


@dataclass(frozen=True, slots=True)
class NotClaimable:
    """Somebody else is sending it, or there is nothing left to send."""

    status: DeliveryStatus
    due_at: datetime | None


def claim(dispatch: D, *, now: datetime, lease: timedelta) -> Result[D, NotClaimable]:
    """Take the message for sending; nobody else may until the lease ends.

    A message whose sender died is claimed again once its lease has run out.
    """
    now = utc(now)
    due_at = dispatch.due_at
    if (dispatch.status, "claim") not in NEXT or due_at is None or now < due_at:
        return Failure(NotClaimable(dispatch.status, due_at))
    return Success(
        _moved(dispatch, "claim", attempts=dispatch.attempts + 1, due_at=now + lease, reason=None)
    )


def give_up(dispatch: D, *, now: datetime, retries: RetryPolicy) -> D | None:
    """The message as a dead letter, where its last attempt never came to a conclusion.

    None while there is an attempt left, or while a sender still holds it.
    """
    due_at = dispatch.due_at
    spent = dispatch.attempts >= retries.attempts and due_at is not None and now >= due_at
    if not spent or (dispatch.status, "fail") not in NEXT:
        return None
    return _moved(dispatch, "fail", due_at=None, ended_at=utc(now), reason="no sender came back")


def suppress(dispatch: D, reason: str, *, now: datetime) -> D:
    """Asked again at the moment of sending, the domain said no; the reason is its code."""
    return _moved(dispatch, "suppress", due_at=None, ended_at=utc(now), reason=reason)


def postpone(dispatch: D, until: datetime) -> D:
    """Its turn comes later: a rate limit promised it that instant. No attempt is counted."""
    return _moved(dispatch, "postpone", due_at=utc(until))


def conclude(
    dispatch: D,
    outcome: Result[Accepted, SendError],
    *,
    now: datetime,
    retries: RetryPolicy,
    jitter: float,
) -> D:
    """What a provider's answer makes of a message that was being sent.

    `jitter` is a number from 0 to 1, drawn by the caller.
    """
    now = utc(now)
    if isinstance(outcome, Success):
        accepted = outcome.unwrap()
        return _moved(
            dispatch,
            "accept",
            due_at=None,
            sent_at=now,
            provider_id=None if accepted.provider_id is None else _kept(accepted.provider_id),
        )
    error = outcome.failure()
    again = next_attempt(
        dispatch.attempts, error, retries, since=dispatch.since, jitter=jitter, now=now
    )
    if again is None:
        return _moved(dispatch, "fail", due_at=None, ended_at=now, reason=_kept(error.reason))
    return _moved(dispatch, "retry", due_at=again, reason=_kept(error.reason))


def _kept(words: str) -> str:
    # A provider's words must never stop us from recording what it did.
    return words.encode(errors="replace").decode().replace("\x00", "?")[:1000]


def next_attempt(
    attempts: int,
    error: SendError,
    retries: RetryPolicy,
    *,
    since: datetime,
    jitter: float,
    now: datetime,
) -> datetime | None:
    """When to try again what was asked for at `since`, or None where it is time to give up.

    Doubles with each attempt up to the longest wait, spread over the upper half of the interval.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    >>> next_attempt(1, Transient("busy"), RetryPolicy(), since=noon, jitter=1.0, now=noon) - noon
    datetime.timedelta(seconds=30)
    """
    if isinstance(error, Permanent) or attempts >= retries.attempts:
        return None
    again = now + _wait(attempts, error, retries, jitter)
    return again if retries.within is None or again <= since + retries.within else None


def _wait(attempts: int, error: SendError, retries: RetryPolicy, jitter: float) -> timedelta:
    if isinstance(error, Transient) and error.retry_after is not None:
        return min(max(error.retry_after, timedelta()), retries.longest)
    # In whole ticks, because no timedelta holds a day that was doubled thirty times.
    tick = timedelta.resolution
    doubled: int = retries.first // tick * 2 ** (attempts - 1)
    wait = min(doubled, retries.longest // tick) * tick
    return wait / 2 + wait / 2 * jitter


def confirm(dispatch: D, *, now: datetime) -> D | None:
    """A receipt says that it arrived; None where it came to an end, or was never tried."""
    return _received(dispatch, "confirm", None, now)


def bounce(dispatch: D, reason: str, *, now: datetime) -> D | None:
    """A receipt says that it came back; None where it came to an end, or was never tried."""
    return _received(dispatch, "bounce", _kept(reason), now)


@dataclass(frozen=True, slots=True)
class NotDeadLetter:
    """Only dead letters are requeued; this one is on its way, or came to another end."""

    code: ClassVar = "not_dead"
    status: DeliveryStatus


@dataclass(frozen=True, slots=True)
class MessageNotFound:
    """No message of this account has this id."""

    code: ClassVar = "message_not_found"


def requeue(dispatch: D, *, now: datetime) -> Result[D, NotDeadLetter]:
    """An operator gives a dead letter another life: as many attempts, over as long a time."""
    if (dispatch.status, "requeue") not in NEXT:
        return Failure(NotDeadLetter(dispatch.status))
    now = utc(now)
    fresh = {"attempts": 0, "due_at": now, "requeued_at": now, "ended_at": None, "reason": None}
    return Success(_moved(dispatch, "requeue", **fresh))


def _received(dispatch: D, trigger: str, reason: str | None, now: datetime) -> D | None:
    tried = dispatch.attempts or dispatch.sent_at or dispatch.requeued_at
    if (dispatch.status, trigger) not in NEXT or not tried:
        return None
    now = utc(now)
    sent_at = dispatch.sent_at or now
    return _moved(dispatch, trigger, due_at=None, sent_at=sent_at, ended_at=now, reason=reason)


def _moved(dispatch: D, trigger: str, **changes: object) -> D:
    status = NEXT[dispatch.status, trigger]
    return type(dispatch).model_validate({**dict(dispatch), "status": status, **changes})
