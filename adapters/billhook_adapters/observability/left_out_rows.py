"""Rows that lists leave out because they cannot be read: counted, and named once in the log."""

from __future__ import annotations

import logging

from billhook.application.ports import UnreadableRowError
from billhook_adapters.observability.metrics import Metrics

_log = logging.getLogger(__name__)

MOST_NAMED = 1000
"""How many rows one process names; it counts all of them."""


class LeftOutRows:
    """Counts each row that a list leaves out, and logs it the first time."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._named: set[str] = set()

    def __call__(self, error: UnreadableRowError) -> None:
        """A list left this row out."""
        self._metrics.left_out(error.table)
        said = str(error)
        if said not in self._named and len(self._named) < MOST_NAMED:
            self._named.add(said)
            _log.error("left out of lists: %s; `billhook doctor` lists all such rows", said)
