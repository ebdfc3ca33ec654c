"""Webhook endpoints that fail or are slow: each is slowed down by itself, and no other one is."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock
from typing import NamedTuple

from billhook.application.records import DeliveryQueue

FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(minutes=5)
"""How long nothing is sent to an endpoint after its first failure, and at the most. The pause
doubles with each further failure; it is shorter than the wait between two attempts at one event."""

SLOW = timedelta(seconds=2)
"""An endpoint that took longer gets one event at a time."""

REMEMBERED = 10_000
"""How many endpoints are remembered, those of the latest attempts."""


class _State(NamedTuple):
    """The state of an endpoint after its last attempt."""

    failures: int
    until: datetime | None
    proven: bool
    """Whether its last response was a success, in time."""


class EndpointPauses:
    """What this process remembers of the webhook endpoints it has sent to.

    An endpoint gets one event at a time until it has answered in time, then `limit` at a time.
    """

    def __init__(self, limit: int, now: Callable[[], datetime]) -> None:
        self._limit, self._now = limit, now
        self._states: OrderedDict[DeliveryQueue, _State] = OrderedDict()
        self._lock = Lock()

    def limit(self, queue: DeliveryQueue) -> int:
        """How many events may be sent to this endpoint at the same time; 0 during a pause."""
        state = self._states.get(queue)
        if state is None:
            return 1
        if state.until is not None and self._now() < state.until:
            return 0
        return self._limit if state.proven else 1

    def paused_until(self, queue: DeliveryQueue) -> datetime | None:
        """The end of a pause that lasts; None if events may be sent now."""
        state = self._states.get(queue)
        if state is None or state.until is None or self._now() >= state.until:
            return None
        return state.until

    def succeeded(self, queue: DeliveryQueue, took: timedelta) -> None:
        """The endpoint accepted an event within this time."""
        self._remember(queue, _State(0, None, took <= SLOW))

    def failed(self, queue: DeliveryQueue) -> None:
        """The endpoint failed. Attempts that were made at the same time count once."""
        state = self._states.get(queue) or _State(0, None, proven=False)
        if self.paused_until(queue) is not None:
            return
        pause = min(FIRST_PAUSE * 2 ** min(state.failures, 16), LONGEST_PAUSE)
        self._remember(queue, _State(state.failures + 1, self._now() + pause, proven=False))

    def _remember(self, queue: DeliveryQueue, state: _State) -> None:
        with self._lock:
            self._states[queue] = state
            self._states.move_to_end(queue)
            if len(self._states) > REMEMBERED:
                self._states.popitem(last=False)
