"""Delivers many messages concurrently: claimed in batches, each sent by a thread of its own."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence
from datetime import timedelta
from itertools import chain
from threading import Event
from typing import NamedTuple

from returns.result import Failure, Success

from billhook.application.background_jobs import BackgroundJobs
from billhook.application.claiming import AttemptResult
from billhook.application.delivery_attempts import Attempt, DeliveryJob
from billhook.application.records import WEBHOOK, DeliveryQueue, queue_of
from billhook.messaging.delivery import MessageKey, Transient, Unknown
from billhook_adapters.engine.coalescing import Coalesced
from billhook_adapters.engine.due_messages import Due, DueMessages
from billhook_adapters.engine.endpoint_pauses import EndpointPauses
from billhook_adapters.engine.worker_pools import WorkerPools
from billhook_adapters.system.error_kinds import kind

_log = logging.getLogger(__name__)

LONGEST_WAIT = timedelta(seconds=1)
"""How long a thread waits for the rate limit of a message that it has claimed."""

FRESH = timedelta(seconds=1)
"""How long after its claim a message is sent without another look at its row."""

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
    """How many messages there was something to do about, and in which queues."""

    taken: int
    queues: Collection[DeliveryQueue]


class Deliverer:
    """Sends up to `concurrency` messages of one account and kind at a time.

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
        self._held = Coalesced[DeliveryJob, DeliveryJob | None](
            lambda collect: background_jobs.held(collect())
        )
        self._conclusions = Coalesced(background_jobs.conclude_collected)
        self._endpoints = EndpointPauses(max(concurrency // 2, 1), background_jobs.clock.now)
        self._workers = WorkerPools(concurrency, self._hand_over, self._endpoints.limit)
        self._due = DueMessages(background_jobs.store, self._workers.allot, self._workers.most)
        self._leaving = Event()

    def due(self, without: Collection[DeliveryQueue] = ()) -> Due:
        """The messages to begin with now: of each queue as many as there are workers for."""
        return self._due.read(self._background_jobs.clock.now(), without)

    def begin(self, due: Due) -> Begun:
        """Claim these and give them to the threads; without threads, deliver them."""
        keys = [*chain.from_iterable(due.values())]
        try:
            claimed: Sequence[DeliveryJob | AttemptResult] = self._background_jobs.claim(
                keys, LONGEST_WAIT
            )
        except Exception as error:  # noqa: BLE001  # a row that cannot be read must not stop its neighbours
            claimed = self._claimed_singly(keys, error)
        self.take(claimed)
        results = zip(keys, claimed, strict=True)
        taken = {key for key, result in results if result is not AttemptResult.NOTHING}
        return Begun(len(taken), [one for one in due if not taken.isdisjoint(due[one])])

    def room(self, queue: DeliveryQueue) -> int:
        """How many further messages of a queue may be claimed."""
        return self._workers.room(queue)

    def take(self, claimed: Sequence[DeliveryJob | AttemptResult]) -> None:
        """Give claimed messages to the threads; without threads, deliver them."""
        for one in claimed:
            if isinstance(one, AttemptResult):
                self._handled(one)
        jobs = [one for one in claimed if isinstance(one, DeliveryJob)]
        self._workers.add(sorted(jobs, key=lambda job: job.at))

    @property
    def busy(self) -> bool:
        """Whether a message is claimed and not handed over yet."""
        return self._workers.busy

    def wait(self, seconds: float) -> None:
        """Wait until more messages are to be claimed, for so many seconds at the most."""
        self._workers.wait(seconds)

    def wake(self) -> None:
        """End a `wait`, because something may be due."""
        self._workers.wake()

    def late(self, by: timedelta) -> Sequence[MessageKey]:
        """Messages that were due so long ago and could be claimed; none while any are claimed."""
        if self.busy:
            return ()
        store, clock = self._background_jobs.store, self._background_jobs.clock
        due = DueMessages(store, self._workers.allot, self._workers.most).read(clock.now() - by)
        return [*chain.from_iterable(due.values())]

    def leave(self) -> None:
        """Wait no longer for an unreachable database: what is not recorded is retried later."""
        self._leaving.set()

    def close(self) -> None:
        """Finish the messages that are claimed, and claim no more."""
        self._workers.close()

    def _claimed_singly(
        self, keys: Sequence[MessageKey], error: Exception
    ) -> Sequence[DeliveryJob | AttemptResult]:
        """Claim messages one by one; claiming them together raised this error."""
        if len(keys) > 1:
            return [one for key in keys for one in self._claimed(key)]
        _log.error("message %s was not handled: %s", keys[0].message, kind(error))
        if not isinstance(error, UNREADABLE):
            return [AttemptResult.NOTHING]
        until = self._background_jobs.clock.now() + POSTPONED_FOR
        self._background_jobs.store.defer(keys[0], until)
        return [AttemptResult.UNREADABLE]

    def _claimed(self, key: MessageKey) -> Sequence[DeliveryJob | AttemptResult]:
        try:
            return self._background_jobs.claim((key,), LONGEST_WAIT)
        except Exception as error:  # noqa: BLE001  # as above
            return self._claimed_singly((key,), error)

    def _hand_over(self, job: DeliveryJob) -> None:
        try:
            result = self._result(job)
        except Exception as error:  # noqa: BLE001  # it is retried after its lease; the engine goes on
            name = job.dispatch.id
            _log.error("the result of message %s was not recorded: %s", name, kind(error))
            result = AttemptResult.NOTHING
        self._handled(result)

    def _result(self, job: DeliveryJob) -> AttemptResult:
        queue, clock = queue_of(job.dispatch), self._background_jobs.clock
        paused_until = self._endpoints.paused_until(queue)
        if paused_until is not None:
            return self._background_jobs.release(job, paused_until)
        ahead = job.at - clock.now()
        if ahead > timedelta(0):
            self._pause(ahead)
        held = job if self._is_fresh(job) else self._held.request(job)
        if held is None:
            return AttemptResult.NOTHING
        began = clock.now()
        attempt = self._background_jobs.attempt(held)
        self._observe(queue, attempt, clock.now() - began)
        return self._recorded(attempt)

    def _is_fresh(self, job: DeliveryJob) -> bool:
        """Whether a job was claimed just now, so that it need not be looked at again."""
        jobs, leased_until = self._background_jobs, job.dispatch.due_at
        if leased_until is None:
            return False
        return timedelta(0) <= jobs.clock.now() - (leased_until - jobs.lease) < FRESH

    def _observe(self, queue: DeliveryQueue, attempt: Attempt, took: timedelta) -> None:
        """Slow down a webhook endpoint that fails or is slow."""
        match attempt.result:
            case _ if queue.kind != WEBHOOK:
                pass
            case Success():
                self._endpoints.succeeded(queue, took)
            case Failure(Transient() | Unknown()):
                self._endpoints.failed(queue)
            case _:
                pass

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
