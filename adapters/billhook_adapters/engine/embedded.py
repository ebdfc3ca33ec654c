"""The engine inside the process: a loop over the rows that are due. No server, no queue."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import timedelta
from threading import Event
from time import monotonic

from billhook.application.background_jobs import BackgroundJobs
from billhook.application.claiming import AttemptResult
from billhook.application.delivery_attempts import DeliveryJob
from billhook.application.records import DeliveryQueue
from billhook.messaging.delivery import MessageKey
from billhook_adapters.engine.deliverer import Deliverer, ignored, pause
from billhook_adapters.engine.sweeping import sweep
from billhook_adapters.system.error_kinds import kind

_log = logging.getLogger(__name__)

SWEEP_SECONDS = 1.0
"""How often an engine that runs sweeps: an idle one would do it with every poll."""

SWEEP_EVERY = timedelta(seconds=10)
"""How often a round sweeps that has so much to deliver that it does not end."""


class EmbeddedEngine:
    """Delivers what is due and sweeps what has expired, in the thread that calls `run`.

    Any number of them may run on one store: the leases of the rows keep them apart. Up to
    `concurrency` messages of one account and kind are sent at a time.
    """

    def __init__(
        self,
        background_jobs: BackgroundJobs,
        *,
        poll_seconds: float = 0.05,
        concurrency: int = 1,
        handled: Callable[[AttemptResult], None] = ignored,
        pause: Callable[[timedelta], None] = pause,
        sweeps: bool = True,
    ) -> None:
        """`handled` gets the result of each attempt; without `sweeps` it only delivers."""
        self._background_jobs, self._poll_seconds = background_jobs, poll_seconds
        self._sweeps = sweeps
        self._deliverer = Deliverer(
            background_jobs, concurrency=concurrency, handled=handled, pause=pause
        )
        self._stop, self._woken = Event(), Event()

    def drain(self, *, sweeps: bool = True) -> int:
        """Do everything that is due now; how many messages were handled."""
        deliverer, clock, handled = self._deliverer, self._background_jobs.clock, 0
        idle: set[DeliveryQueue] = set()  # what others hold is not ours to wait for
        sweeps, sweep_at = sweeps and self._sweeps, clock.now()
        while not self._stop.is_set():
            if sweeps and clock.now() >= sweep_at:
                sweep(self._background_jobs)
                sweep_at = clock.now() + SWEEP_EVERY
            due = deliverer.due(without=idle)
            if due:
                begun = deliverer.begin(due)
                handled += begun.taken
                idle |= due.keys() - begun.queues
            elif deliverer.busy:
                deliverer.wait(self._poll_seconds)  # what falls due meanwhile may have a thread
            else:
                break
        while deliverer.busy:
            deliverer.wait(self._poll_seconds)
        return handled

    def run(self) -> None:
        """Do what falls due until `stop`; a round that fails is logged and tried again."""
        sweep_at = 0.0
        while not self._stop.is_set():
            sweeps = monotonic() >= sweep_at
            if sweeps:
                sweep_at = monotonic() + SWEEP_SECONDS
            try:
                self.drain(sweeps=sweeps)
            except Exception as error:  # noqa: BLE001  # the loop outlives a database that is away
                # Only the kind: an error's own words may quote a row.
                _log.error("a round of delivery failed, and is tried again: %s", kind(error))
            self._woken.wait(self._poll_seconds)
            self._woken.clear()
        self._deliverer.close()

    def wake(self) -> None:
        """Look at once for what is due."""
        self._woken.set()
        self._deliverer.wake()

    def room(self, queue: DeliveryQueue) -> int:
        """How many further messages of a queue may be claimed for this engine now."""
        return 0 if self._stop.is_set() else self._deliverer.room(queue)

    def take(self, claimed: Sequence[DeliveryJob | AttemptResult]) -> None:
        """Deliver messages that are claimed for this engine."""
        self._deliverer.take(claimed)

    def late(self, by: timedelta) -> Sequence[MessageKey]:
        """Messages that were due so long ago and could have been claimed: this engine is idle."""
        return self._deliverer.late(by)

    def stop(self) -> None:
        """Let `run` return once the claimed messages are delivered."""
        self._stop.set()
        self._deliverer.leave()
        self.wake()
