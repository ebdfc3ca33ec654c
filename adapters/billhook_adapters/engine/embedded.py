"""The engine inside the process: a loop over the rows that are due. No server, no queue."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, wait
from datetime import timedelta
from threading import Event

from billhook.application.background_jobs import BackgroundJobs
from billhook.application.claiming import AttemptResult
from billhook_adapters.engine.deliverer import Begun, Deliverer, ignored, pause
from billhook_adapters.engine.sweeping import sweep
from billhook_adapters.system.error_kinds import kind

_log = logging.getLogger(__name__)

NOTHING = Begun(0, set())


class EmbeddedEngine:
    """Delivers what is due and sweeps what has expired, in the thread that calls `run`.

    Any number of them may run on one store: the leases of the rows keep them apart. With a
    `concurrency` of more than one, as many threads send messages.
    """

    def __init__(
        self,
        background_jobs: BackgroundJobs,
        *,
        poll_seconds: float = 0.05,
        concurrency: int = 1,
        handled: Callable[[AttemptResult], None] = ignored,
        pause: Callable[[timedelta], None] = pause,
    ) -> None:
        """`handled` gets the result of each attempt."""
        self._background_jobs, self._poll_seconds = background_jobs, poll_seconds
        self._deliverer = Deliverer(
            background_jobs, concurrency=concurrency, handled=handled, pause=pause
        )
        self._stop = Event()

    def drain(self) -> int:
        """Do everything that is due now; how many messages were handled."""
        sweep(self._background_jobs)
        background_jobs, handled, at_work = self._background_jobs, 0, set[Future[None]]()
        while not self._stop.is_set():
            at_work = {one for one in at_work if not one.done()}
            most, busy = self._deliverer.most, len(at_work)
            room = most - busy if busy * 2 <= most else 0  # so that few claims take many
            due = background_jobs.store.sendable(background_jobs.clock.now(), room) if room else ()
            begun = self._deliverer.begin(due) if due else NOTHING
            handled += begun.taken
            at_work |= begun.at_work
            if begun.taken:
                continue
            if not at_work:  # what others hold is not ours to wait for
                break
            wait(at_work, return_when=FIRST_COMPLETED)
        wait(at_work)
        return handled

    def run(self) -> None:
        """Do what falls due until `stop`; a round that fails is logged and tried again."""
        while not self._stop.is_set():
            try:
                self.drain()
            except Exception as error:  # noqa: BLE001  # the loop outlives a database that is away
                # Only the kind: an error's own words may quote a row.
                _log.error("a round of delivery failed, and is tried again: %s", kind(error))
            self._stop.wait(self._poll_seconds)
        self._deliverer.close()

    def stop(self) -> None:
        """Let `run` return once the claimed messages are delivered."""
        self._stop.set()
        self._deliverer.leave()
