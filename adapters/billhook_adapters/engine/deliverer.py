"""Delivering many messages at once: claimed together, handed over side by side."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import timedelta
from threading import Event

from billhook.delivery import MessageKey
from billhook.desk.claiming import Delivered
from billhook.desk.handlers import Handlers
from billhook.desk.parcels import Parcel
from billhook_adapters.engine.together import Together

_log = logging.getLogger(__name__)

PATIENCE = timedelta(seconds=1)
"""How far ahead a turn may be that is waited for with the message in hand."""

AHEAD = 4
"""How many messages are claimed for each hand, so that few transactions claim many."""


def pause(span: timedelta) -> None:
    """Let time pass."""
    Event().wait(span.total_seconds())


def ignored(_: Delivered) -> None:
    """Nobody listens."""


class Deliverer:
    """Hands over up to `hands` messages at a time.

    What was handed over is recorded before its hand takes the next, so a process that dies
    repeats at most one attempt for each of its hands. What is recorded at the same moment is one
    transaction. With one hand everything happens in the thread that calls.
    """

    def __init__(
        self,
        handlers: Handlers,
        *,
        hands: int = 1,
        handled: Callable[[Delivered], None] = ignored,
        pause: Callable[[timedelta], None] = pause,
    ) -> None:
        """`handled` hears what became of each message; `pause` waits for a turn."""
        self._handlers, self._handled, self._pause = handlers, handled, pause
        self._conclusions = Together(handlers.conclude)
        self._pool = None if hands == 1 else ThreadPoolExecutor(hands, "billhook-hand")
        self._busy: set[Future[None]] = set()
        self._most = hands * AHEAD

    @property
    def room(self) -> int:
        """How many messages to claim next; none while the hands have enough to do."""
        self._busy = {one for one in self._busy if not one.done()}
        return self._most - len(self._busy) if len(self._busy) * 2 <= self._most else 0

    def take(self, keys: Sequence[MessageKey]) -> int:
        """Deliver these, or begin to; how many there was something to do about."""
        parcels: list[Parcel] = []
        taken = 0
        for one in self._claimed(keys):
            if isinstance(one, Parcel):
                parcels.append(one)
                taken += 1
            else:
                self._handled(one)
                taken += one is not Delivered.NOTHING
        for parcel in sorted(parcels, key=lambda parcel: parcel.at):
            if self._pool is None:
                self._hand_over(parcel)
            else:
                self._busy.add(self._pool.submit(self._hand_over, parcel))
        return taken

    def settle(self, *, wholly: bool = False) -> bool:
        """Wait until a hand is free, or all of them; whether any was at work."""
        busy, self._busy = self._busy, set()
        if busy and not wholly:
            self._busy = set(wait(busy, return_when=FIRST_COMPLETED).not_done)
        elif busy:
            wait(busy)
        return bool(busy)

    def close(self) -> None:
        """Finish what is in hand, and take no more."""
        if self._pool is not None:
            self._pool.shutdown()

    def _claimed(self, keys: Sequence[MessageKey]) -> list[Parcel | Delivered]:
        try:
            return self._handlers.claim(keys, PATIENCE)
        except Exception as error:  # noqa: BLE001  # a row that cannot be read must not stop its neighbours
            if len(keys) == 1:
                _log.error("message %s was not handled: %s", keys[0].message, type(error).__name__)
                return [Delivered.NOTHING]
        return [one for key in keys for one in self._claimed((key,))]

    def _hand_over(self, parcel: Parcel) -> None:
        try:
            ahead = parcel.at - self._handlers.clock.now()
            if ahead > timedelta(0):
                self._pause(ahead)
            became = self._conclusions.ask(self._handlers.attempt(parcel))
        except Exception as error:  # noqa: BLE001  # its lease gives it back; the engine goes on
            name = parcel.dispatch.id
            _log.error("what became of message %s is not kept: %s", name, type(error).__name__)
            became = Delivered.NOTHING
        self._handled(became)
