"""Memory of the shipped server after a time of load, against that after a tenth of it."""

from __future__ import annotations

import time
from itertools import count
from typing import NamedTuple

from benchmarks.service import servers
from benchmarks.service.notifying import Filled
from benchmarks.service.turns import Load, turn

REQUESTS = 3000
"""Of a turn, after which the time is looked at."""


class Growth(NamedTuple):
    """Resident bytes after a tenth of the time, and after all of it."""

    early: int
    late: int


def growth(filled: Filled, seconds: float) -> Growth:
    """What a server that accepts and delivers holds."""
    with servers.running(servers.billhook(filled.copy(), delivers=True)) as server:
        started, early = time.monotonic(), 0
        for number in count():
            turn(server, Load(REQUESTS, invoices=filled.invoices), number, delivers=True)
            passed = time.monotonic() - started
            if not early and passed >= seconds / 10:
                early = server.resident_bytes()
            if passed >= seconds:
                return Growth(early, server.resident_bytes())
    raise AssertionError("counting does not end")
