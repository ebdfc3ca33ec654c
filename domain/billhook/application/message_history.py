"""Why a message was sent or not: the rule, and the invoice as it was when the rule decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from returns.result import Failure

from billhook.application.records import RecordedEvent
from billhook.lifecycle.apply import as_of, replay
from billhook.lifecycle.guards import Guard
from billhook.lifecycle.notify import NotifyError, notify
from billhook.messaging.message import Message
from billhook.model.invoice import Invoice, Status


@dataclass(frozen=True, slots=True)
class DecisionPoint:
    """A time at which `notify` decided, and the invoice as it was then."""

    at: datetime
    version: int
    status: Status


@dataclass(frozen=True, slots=True)
class MessageExplanation:
    """Why a message was sent, or was not.

    `requested` is when it was allowed and queued; `ended` is when it was sent or given up, None
    while it waits. `error` is why `notify` refused it at `ended`, where the rules say so; `reason`
    of the message is the code. `events` are those of the invoice up to then.
    """

    message: Message
    requested: DecisionPoint
    ended: DecisionPoint | None
    error: NotifyError | None
    events: tuple[RecordedEvent, ...]


def explained(
    message: Message, events: Sequence[RecordedEvent], guards: Sequence[Guard]
) -> MessageExplanation:
    """The explanation of a message by the events of its invoice, the oldest first."""
    ended_at = message.sent_at or message.ended_at
    ended, error = None, None
    if ended_at is not None:
        invoice = at_time(events, ended_at)
        ended = _point(invoice, ended_at)
        decided = notify(invoice, message.medium, now=ended_at, guards=guards)
        if isinstance(decided, Failure) and decided.failure().code == message.reason:
            error = decided.failure()
    return MessageExplanation(
        message,
        _point(at_time(events, message.requested_at), message.requested_at),
        ended,
        error,
        tuple(one for one in events if one.event.at <= (ended_at or message.requested_at)),
    )


def at_time(events: Sequence[RecordedEvent], at: datetime) -> Invoice:
    """The invoice at a time, by its events; it is expired once `expire_by` had passed.

    Raises ValueError before its first event.
    """
    return as_of(replay(one.event for one in events if one.event.at <= at), at)


def _point(invoice: Invoice, at: datetime) -> DecisionPoint:
    return DecisionPoint(at, invoice.version, invoice.status)
