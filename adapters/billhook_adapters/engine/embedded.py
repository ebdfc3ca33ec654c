"""The engine inside the process: a loop over the rows that are due. No server, no queue."""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Event

from billhook.delivery import MessageKey
from billhook.desk.handlers import Delivered, Handlers

_log = logging.getLogger(__name__)


class EmbeddedEngine:
    """Delivers what is due and sweeps what has expired, in the thread that calls `run`.

    Any number of them may run on one store: the rows' leases keep them apart.
    """

    def __init__(
        self,
        handlers: Handlers,
        *,
        poll_seconds: float = 0.05,
        batch: int = 100,
        handled: Callable[[Delivered], None] = lambda _: None,
    ) -> None:
        """`handled` hears what became of each message."""
        self._handlers, self._poll_seconds, self._batch = handlers, poll_seconds, batch
        self._handled = handled
        self._stop = Event()

    def drain(self) -> int:
        """Do everything that is due now; how many messages were handled."""
        handlers, handled = self._handlers, 0
        self._sweep()
        while due := handlers.store.sendable(handlers.clock.now(), self._batch):
            progress = sum(self._deliver(key) for key in due)
            handled += progress
            if not progress:  # others hold them: they are not ours to wait for
                break
        return handled

    def _sweep(self) -> None:
        try:
            while self._handlers.sweep(self._batch) == self._batch:
                pass
        except Exception as error:  # noqa: BLE001  # a row that cannot be read must not stop delivery
            _log.error("a sweep failed: %s", type(error).__name__)

    def _deliver(self, key: MessageKey) -> bool:
        try:
            done = self._handlers.deliver(key)
        except Exception as error:  # noqa: BLE001  # nor may it stop its neighbours
            _log.error("message %s was not handled: %s", key.message, type(error).__name__)
            return False
        self._handled(done)
        return done is not Delivered.NOTHING

    def run(self) -> None:
        """Do what falls due until `stop`; a round that fails is logged and tried again."""
        while not self._stop.is_set():
            try:
                self.drain()
            except Exception as error:  # noqa: BLE001  # the loop outlives a database that is away
                # Only the kind: an error's own words may quote a row.
                _log.error("a round of delivery failed: %s", type(error).__name__)
            self._stop.wait(self._poll_seconds)

    def stop(self) -> None:
        """Let `run` return once what is in hand is done."""
        self._stop.set()
