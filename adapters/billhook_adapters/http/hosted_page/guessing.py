"""Counts requests for pages that do not exist: an address that guesses is blocked for a while."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta

from billhook_adapters.http.core.connections import peer_of

MOST = 20
WITHIN = timedelta(minutes=1)
REMEMBERED = 10_000
"""Addresses; beyond them the one with the oldest miss is forgotten."""


class Guesses:
    """Counts misses by client, for a while each.

    >>> from datetime import UTC
    >>> noon, guesses = datetime(2026, 1, 1, 12, tzinfo=UTC), Guesses()
    >>> for _ in range(MOST): guesses.missed("192.0.2.1", noon)
    >>> guesses.is_blocked("192.0.2.1", noon), guesses.is_blocked("192.0.2.2", noon)
    (True, False)
    """

    def __init__(self) -> None:
        self._misses: OrderedDict[str, tuple[datetime, int]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._misses)

    def is_blocked(self, peer: str, now: datetime) -> bool:
        """Whether a client has guessed too often recently."""
        since, count = self._misses.get(peer_of(peer), (now, 0))
        return count >= MOST and timedelta(0) <= now - since < WITHIN

    def missed(self, peer: str, now: datetime) -> None:
        """Count a miss."""
        client = peer_of(peer)
        since, count = self._misses.pop(client, (now, 0))
        fresh = not timedelta(0) <= now - since < WITHIN
        self._misses[client] = (now, 1) if fresh else (since, count + 1)
        if len(self._misses) > REMEMBERED:
            self._misses.popitem(last=False)
