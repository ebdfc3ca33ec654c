"""Delivering many messages at once: claimed together, handed over side by side."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import timedelta
from threading import Event
from typing import NamedTuple

from billhook.application.background_jobs import BackgroundJobs
from billhook.application.claiming import AttemptResult
from billhook.application.delivery_attempts import Attempt, DeliveryJob
from billhook.messaging.delivery import MessageKey
from billhook_adapters.engine.coalescing import Together
from billhook_adapters.system.error_kinds import kind

_log = logging.getLogger(__name__)

PATIENCE = timedelta(seconds=1)
"""How far ahead a turn may be that is waited for with the message in hand."""

AHEAD = 4
"""How many messages are claimed for each hand, so that few transactions claim many."""

ASIDE = timedelta(hours=1)
"""How long a message is left alone that could not be read: rows like it would come first in every
round, and leave no room for others."""

UNREADABLE = ValueError, LookupError, TypeError
"""What reading a row raises that holds what it should not; a database away raises others."""

SOON, LATER = timedelta(milliseconds=100), timedelta(seconds=2)
"""How long a hand waits before it records again what could not be recorded: ever longer, up to
the second."""


def pause(span: timedelta) -> None:
    """Let time pass."""
    Event().wait(span.total_seconds())


def ignored(_: AttemptResult) -> None:
    """Nobody listens."""


class Begun(NamedTuple):
    """How many messages there was something to do about, and what is still at work on them."""

    taken: int
    at_work: set[Future[None]]


class Deliverer:
    """Hands over up to `hands` messages at a time.

    What was handed over is recorded before its hand takes the next, so a process that dies
    repeats at most one attempt for each of its hands, and one whose database is away for less than
    a lease repeats none. What is recorded at the same moment is one transaction. With one hand
    everything happens in the thread that calls.
    """

    def __init__(
        self,
        background_jobs: BackgroundJobs,
        *,
        hands: int = 1,
        handled: Callable[[AttemptResult], None] = ignored,
        pause: Callable[[timedelta], None] = pause,
    ) -> None:
        """`handled` hears what became of each message; `pause` waits for a turn."""
        self._handlers, self._handled, self._pause = background_jobs, handled, pause
        self._conclusions = Together(background_jobs.conclude)
        self._pool = None if hands == 1 else ThreadPoolExecutor(hands, "billhook-hand")
        self._hands = hands
        self._leaving = Event()

    @property
    def most(self) -> int:
        """How many messages to have in hand at the most, claimed ones included."""
        return self._hands * AHEAD

    def deliver(self, keys: Sequence[MessageKey]) -> int:
        """Deliver these; how many there was something to do about."""
        done = 0
        for first in range(0, len(keys), self.most):
            begun = self.begin(keys[first : first + self.most])
            wait(begun.at_work)
            done += begun.taken
        return done

    def begin(self, keys: Sequence[MessageKey]) -> Begun:
        """Claim these and give them to the hands; with one hand, deliver them."""
        claimed = self._claimed(keys)
        parcels = [one for one in claimed if isinstance(one, DeliveryJob)]
        others = [one for one in claimed if isinstance(one, AttemptResult)]
        for one in others:
            self._handled(one)
        taken = len(parcels) + sum(one is not AttemptResult.NOTHING for one in others)
        parcels.sort(key=lambda parcel: parcel.at)
        if self._pool is not None:
            return Begun(taken, {self._pool.submit(self._hand_over, one) for one in parcels})
        for parcel in parcels:
            self._hand_over(parcel)
        return Begun(taken, set())

    def leave(self) -> None:
        """Wait no longer for a database that is away; what is not recorded has its lease."""
        self._leaving.set()

    def close(self) -> None:
        """Finish what is in hand, and take no more."""
        if self._pool is not None:
            self._pool.shutdown()

    def _claimed(self, keys: Sequence[MessageKey]) -> list[DeliveryJob | AttemptResult]:
        try:
            return self._handlers.claim(keys, PATIENCE)
        except Exception as error:  # noqa: BLE001  # a row that cannot be read must not stop its neighbours
            if len(keys) == 1:
                _log.error("message %s was not handled: %s", keys[0].message, kind(error))
                return [
                    self._set_aside(keys[0])
                    if isinstance(error, UNREADABLE)
                    else AttemptResult.NOTHING
                ]
        return [one for key in keys for one in self._claimed((key,))]

    def _set_aside(self, key: MessageKey) -> AttemptResult:
        self._handlers.store.defer(key, self._handlers.clock.now() + ASIDE)
        return AttemptResult.UNREADABLE

    def _hand_over(self, parcel: DeliveryJob) -> None:
        try:
            ahead = parcel.at - self._handlers.clock.now()
            if ahead > timedelta(0):
                self._pause(ahead)
            became = self._recorded(self._handlers.attempt(parcel))
        except Exception as error:  # noqa: BLE001  # its lease gives it back; the engine goes on
            name = parcel.dispatch.id
            _log.error("what became of message %s is not kept: %s", name, kind(error))
            became = AttemptResult.NOTHING
        self._handled(became)

    def _recorded(self, attempt: Attempt) -> AttemptResult:
        """What became of it. Raises where that could not be recorded by the end of its lease.

        Meanwhile its hand takes nothing else: what became of that could not be recorded, either.
        """
        until, wait = attempt.job.dispatch.due_at, SOON
        # Counted by its waits: a clock that stands still must not hold a hand for ever.
        left = timedelta(0) if until is None else until - self._handlers.clock.now()
        while True:
            try:
                return self._conclusions.ask(attempt)
            except Exception:
                left -= wait
                if left <= timedelta(0) or self._leaving.is_set():
                    raise
            self._pause(wait)
            wait = min(wait * 2, LATER)
