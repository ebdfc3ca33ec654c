"""Delivers many messages concurrently: claimed in batches, each sent by a thread of its own."""

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
from billhook_adapters.engine.coalescing import Coalesced
from billhook_adapters.system.error_kinds import kind

_log = logging.getLogger(__name__)

LONGEST_WAIT = timedelta(seconds=1)
"""How long a thread waits for the rate limit of a message that it has claimed."""

CLAIMED_PER_THREAD = 4
"""How many messages are claimed for each thread, so that few transactions claim many."""

POSTPONED_FOR = timedelta(hours=1)
"""How long a message is postponed that cannot be read: such rows would be first in every round, and
leave no room for others."""

UNREADABLE = ValueError, LookupError, TypeError
"""What reading a corrupt row raises; an unreachable database raises other errors."""

FIRST_WAIT, LAST_WAIT = timedelta(milliseconds=100), timedelta(seconds=2)
"""The waits between attempts to record a result: the first, and the longest (exponential
backoff)."""


def pause(span: timedelta) -> None:
    """Wait."""
    Event().wait(span.total_seconds())


def ignored(_: AttemptResult) -> None:
    """Do nothing."""


class Begun(NamedTuple):
    """How many messages there was something to do about, and what is still at work on them."""

    taken: int
    at_work: set[Future[None]]


class Deliverer:
    """Sends up to `concurrency` messages at a time.

    Each thread records the result of an attempt before it starts the next, so a process that dies
    repeats at most one attempt for each of its threads, and one whose database is unreachable for
    less than a lease repeats none. Results of the same moment are recorded in one transaction.
    With a concurrency of one, everything happens in the thread that calls.
    """

    def __init__(
        self,
        background_jobs: BackgroundJobs,
        *,
        concurrency: int = 1,
        handled: Callable[[AttemptResult], None] = ignored,
        pause: Callable[[timedelta], None] = pause,
    ) -> None:
        """`handled` gets the result of each attempt; `pause` waits for a rate limit."""
        self._background_jobs, self._handled, self._pause = background_jobs, handled, pause
        self._conclusions = Coalesced(background_jobs.conclude)
        self._pool = (
            None if concurrency == 1 else ThreadPoolExecutor(concurrency, "billhook-deliver")
        )
        self._concurrency = concurrency
        self._leaving = Event()

    @property
    def most(self) -> int:
        """How many messages to have claimed at the most."""
        return self._concurrency * CLAIMED_PER_THREAD

    def deliver(self, keys: Sequence[MessageKey]) -> int:
        """Deliver these; the number that there was something to do about."""
        done = 0
        for first in range(0, len(keys), self.most):
            begun = self.begin(keys[first : first + self.most])
            wait(begun.at_work)
            done += begun.taken
        return done

    def begin(self, keys: Sequence[MessageKey]) -> Begun:
        """Claim these and give them to the threads; without threads, deliver them."""
        claimed = self._claimed(keys)
        jobs = [one for one in claimed if isinstance(one, DeliveryJob)]
        others = [one for one in claimed if isinstance(one, AttemptResult)]
        for one in others:
            self._handled(one)
        taken = len(jobs) + sum(one is not AttemptResult.NOTHING for one in others)
        jobs.sort(key=lambda job: job.at)
        if self._pool is not None:
            return Begun(taken, {self._pool.submit(self._hand_over, one) for one in jobs})
        for job in jobs:
            self._hand_over(job)
        return Begun(taken, set())

    def leave(self) -> None:
        """Wait no longer for an unreachable database: what is not recorded is retried later."""
        self._leaving.set()

    def close(self) -> None:
        """Finish the messages that are claimed, and claim no more."""
        if self._pool is not None:
            self._pool.shutdown()

    def _claimed(self, keys: Sequence[MessageKey]) -> list[DeliveryJob | AttemptResult]:
        try:
            return self._background_jobs.claim(keys, LONGEST_WAIT)
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
        self._background_jobs.store.defer(key, self._background_jobs.clock.now() + POSTPONED_FOR)
        return AttemptResult.UNREADABLE

    def _hand_over(self, job: DeliveryJob) -> None:
        try:
            ahead = job.at - self._background_jobs.clock.now()
            if ahead > timedelta(0):
                self._pause(ahead)
            result = self._recorded(self._background_jobs.attempt(job))
        except Exception as error:  # noqa: BLE001  # it is retried after its lease; the engine goes on
            name = job.dispatch.id
            _log.error("the result of message %s was not recorded: %s", name, kind(error))
            result = AttemptResult.NOTHING
        self._handled(result)

    def _recorded(self, attempt: Attempt) -> AttemptResult:
        """The recorded result. Raises where it could not be recorded by the end of the lease.

        Meanwhile the thread starts no other attempt, whose result could not be recorded, either.
        """
        until, wait = attempt.job.dispatch.due_at, FIRST_WAIT
        # Counted by its waits: a clock that stands still must not block a thread for ever.
        left = timedelta(0) if until is None else until - self._background_jobs.clock.now()
        while True:
            try:
                return self._conclusions.request(attempt)
            except Exception:
                left -= wait
                if left <= timedelta(0) or self._leaving.is_set():
                    raise
            self._pause(wait)
            wait = min(wait * 2, LAST_WAIT)
