"""How fast messages may go out: one row of turns for each rate, whoever sends.

Turns are taken, not counted: each message takes the next free instant, so any number of senders
keep one rate together. Whoever would have to wait too long is promised a later turn instead, and
whoever comes after that goes behind it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from billhook.model.rate_limits import RateLimit


@dataclass(frozen=True, slots=True)
class RateLimitState:
    """When the next message may go out, and up to when turns were promised."""

    free_at: datetime
    promised_until: datetime


@dataclass(frozen=True, slots=True)
class SendSlot:
    """A message's turn. A promised one is yet to be taken, at that instant."""

    at: datetime
    promised: bool


L = TypeVar("L")


def next_slot(
    queues: Mapping[L, tuple[RateLimit, RateLimitState | None]],
    *,
    now: datetime,
    patience: timedelta,
    waited: bool,
) -> tuple[SendSlot, dict[L, RateLimitState]]:
    """The turn of one message in every queue it has to stand in, and those queues after it.

    It is taken if it comes within `patience` of `now`, else promised. One that `waited` for a
    promised turn goes before those that did not.

    >>> from billhook.examples import NOON
    >>> rate = RateLimit(most=10, within=timedelta(seconds=1))
    >>> at_once = timedelta(0)
    >>> turn, after = next_slot({1: (rate, None)}, now=NOON, patience=at_once, waited=False)
    >>> turn.at == NOON, (after[1].free_at - NOON).total_seconds()
    (True, 0.1)
    """
    found = {
        queue: (rate.interval, rate_limit_states or RateLimitState(now, now))
        for queue, (rate, rate_limit_states) in queues.items()
    }
    free = {
        queue: max(
            now, rate_limit_states.free_at, now if waited else rate_limit_states.promised_until
        )
        for queue, (_, rate_limit_states) in found.items()
    }
    at = max(free.values(), default=now)
    if at <= now + patience:
        return SendSlot(at, promised=False), {
            queue: RateLimitState(at + interval, rate_limit_states.promised_until)
            for queue, (interval, rate_limit_states) in found.items()
        }
    # A place is promised only where the wait is too long: the other queues move on meanwhile.
    promises = {
        queue: max(free[queue], found[queue][1].promised_until)
        for queue in found
        if free[queue] > now + patience
    }
    return SendSlot(max(promises.values()), promised=True), {
        queue: RateLimitState(found[queue][1].free_at, promise + found[queue][0])
        for queue, promise in promises.items()
    }
