"""The engine inside the process: a loop over the rows that are due. No server, no queue."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from threading import Event

from billhook.desk.claiming import Delivered
from billhook.desk.handlers import Handlers
from billhook_adapters.engine.deliverer import Deliverer, ignored, pause

_log = logging.getLogger(__name__)

SWEPT_AT_ONCE = 1000


class EmbeddedEngine:
    """Delivers what is due and sweeps what has expired, in the thread that calls `run`.

    Any number of them may run on one store: the rows' leases keep them apart. With more `hands`
    than one, messages are handed over by as many threads.
    """

    def __init__(
        self,
        handlers: Handlers,
        *,
        poll_seconds: float = 0.05,
        hands: int = 1,
        handled: Callable[[Delivered], None] = ignored,
        pause: Callable[[timedelta], None] = pause,
    ) -> None:
        """`handled` hears what became of each message."""
        self._handlers, self._poll_seconds = handlers, poll_seconds
        self._deliverer = Deliverer(handlers, hands=hands, handled=handled, pause=pause)
        self._stop = Event()

    def drain(self) -> int:
        """Do everything that is due now; how many messages were handled."""
        self._sweep()
        handlers, handled = self._handlers, 0
        while not self._stop.is_set():
            room = self._deliverer.room
            due = handlers.store.sendable(handlers.clock.now(), room) if room else ()
            taken = self._deliverer.take(due) if due else 0
            handled += taken
            # What others hold is not ours to wait for; what our own hands hold is.
            if not taken and not self._deliverer.settle():
                break
        self._deliverer.settle(wholly=True)
        return handled

    def _sweep(self) -> None:
        try:
            while self._handlers.sweep(SWEPT_AT_ONCE) == SWEPT_AT_ONCE:
                pass
        except Exception as error:  # noqa: BLE001  # a row that cannot be read must not stop delivery
            _log.error("a sweep failed: %s", type(error).__name__)

    def run(self) -> None:
        """Do what falls due until `stop`; a round that fails is logged and tried again."""
        while not self._stop.is_set():
            try:
                self.drain()
            except Exception as error:  # noqa: BLE001  # the loop outlives a database that is away
                # Only the kind: an error's own words may quote a row.
                _log.error("a round of delivery failed: %s", type(error).__name__)
            self._stop.wait(self._poll_seconds)
        self._deliverer.close()

    def stop(self) -> None:
        """Let `run` return once what is in hand is done."""
        self._stop.set()
