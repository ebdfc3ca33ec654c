"""How fast a server sends what waits when it starts, to a sender that takes no time."""

from __future__ import annotations

import time

from benchmarks.service import servers
from benchmarks.service.turns import sent, wait_until_sent


def messages_a_second(database: str) -> float:
    """Messages a second that the embedded engine of a server sends, of those that wait."""
    with servers.running(servers.billhook(database, delivers=True)):
        while not (before := sent(database)):
            time.sleep(0.005)
        started = time.perf_counter()
        wait_until_sent(database)
        took = time.perf_counter() - started
    return (sent(database) - before) / took
