"""Rate limits: send slots, one sequence for each rate limit, shared by all senders.

Each message takes the next free slot, so any number of senders keep the limit together. A message
whose slot is too far ahead gets a reserved slot instead, and later messages go after it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from billhook.model.rate_limits import RateLimit


@dataclass(frozen=True, slots=True)
class RateLimitState:
    """The state of one rate limit: the next free slot, and the end of the reserved ones."""

    next_free_at: datetime
    reserved_until: datetime


@dataclass(frozen=True, slots=True)
class SendSlot:
    """The time at which a message may be sent. A reserved one is taken later, at that time."""

    at: datetime
    reserved: bool


K = TypeVar("K")


def next_slot(
    limits: Mapping[K, tuple[RateLimit, RateLimitState | None]],
    *,
    now: datetime,
    patience: timedelta,
    was_deferred: bool,
) -> tuple[SendSlot, dict[K, RateLimitState]]:
    """The slot of one message under all of its rate limits, and their states after it.

    The slot is taken if it is within `patience` of `now`, else it is reserved. A message that was
    deferred to a reserved slot goes before those that were not.

    >>> from billhook.examples import NOON
    >>> limit = RateLimit(most=10, within=timedelta(seconds=1))
    >>> at_once = timedelta(0)
    >>> slot, after = next_slot({1: (limit, None)}, now=NOON, patience=at_once, was_deferred=False)
    >>> slot.at == NOON, (after[1].next_free_at - NOON).total_seconds()
    (True, 0.1)
    """
    states = {
        key: (limit.interval, state or RateLimitState(now, now))
        for key, (limit, state) in limits.items()
    }
    free = {
        key: max(now, state.next_free_at, now if was_deferred else state.reserved_until)
        for key, (_, state) in states.items()
    }
    at = max(free.values(), default=now)
    if at <= now + patience:
        return SendSlot(at, reserved=False), {
            key: RateLimitState(at + interval, state.reserved_until)
            for key, (interval, state) in states.items()
        }
    # A slot is reserved only under the limits whose wait is too long; the others stay unchanged.
    reservations = {
        key: max(free[key], states[key][1].reserved_until)
        for key in states
        if free[key] > now + patience
    }
    return SendSlot(max(reservations.values()), reserved=True), {
        key: RateLimitState(states[key][1].next_free_at, reservation + states[key][0])
        for key, reservation in reservations.items()
    }
