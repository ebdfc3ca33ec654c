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

from billhook.model.rate_limits import Rate


@dataclass(frozen=True, slots=True)
class Turns:
    """When the next message may go out, and up to when turns were promised."""

    free_at: datetime
    promised_until: datetime


@dataclass(frozen=True, slots=True)
class Turn:
    """A message's turn. A promised one is yet to be taken, at that instant."""

    at: datetime
    promised: bool


L = TypeVar("L")


def next_turn(
    queues: Mapping[L, tuple[Rate, Turns | None]],
    *,
    now: datetime,
    patience: timedelta,
    waited: bool,
) -> tuple[Turn, dict[L, Turns]]:
    """The turn of one message in every queue it has to stand in, and those queues after it.

    It is taken if it comes within `patience` of `now`, else promised. One that `waited` for a
    promised turn goes before those that did not.

    >>> from billhook.examples import NOON
    >>> rate = Rate(most=10, within=timedelta(seconds=1))
    >>> at_once = timedelta(0)
    >>> turn, after = next_turn({1: (rate, None)}, now=NOON, patience=at_once, waited=False)
    >>> turn.at == NOON, (after[1].free_at - NOON).total_seconds()
    (True, 0.1)
    """
    found = {
        queue: (rate.interval, turns or Turns(now, now)) for queue, (rate, turns) in queues.items()
    }
    free = {
        queue: max(now, turns.free_at, now if waited else turns.promised_until)
        for queue, (_, turns) in found.items()
    }
    at = max(free.values(), default=now)
    if at <= now + patience:
        return Turn(at, promised=False), {
            queue: Turns(at + interval, turns.promised_until)
            for queue, (interval, turns) in found.items()
        }
    # A place is promised only where the wait is too long: the other queues move on meanwhile.
    promises = {
        queue: max(free[queue], found[queue][1].promised_until)
        for queue in found
        if free[queue] > now + patience
    }
    return Turn(max(promises.values()), promised=True), {
        queue: Turns(found[queue][1].free_at, promise + found[queue][0])
        for queue, promise in promises.items()
    }
