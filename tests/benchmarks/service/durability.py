"""`kill -9` of the shipped server in mid-load: what it acknowledged is in its database."""

from __future__ import annotations

import json
import subprocess
import time
from collections import Counter
from typing import NamedTuple

from sqlalchemy import func, select

from benchmarks.service import seed, servers
from benchmarks.service.notifying import Filled
from benchmarks.service.turns import Load, words
from billhook_adapters.sql.connections import reading
from billhook_adapters.sql.database import open_database
from billhook_adapters.sql.tables import messages

REQUESTS = 50_000
"""Far more than are answered before it is killed."""


class Killed(NamedTuple):
    """How many requests were acknowledged before the kill, and how many of those have no row."""

    database: str
    acknowledged: int
    lost: int


def killed(filled: Filled, stored: int) -> Killed:
    """Kill a server once so many messages are stored, and look for all that it acknowledged."""
    url = filled.copy()
    with servers.running(servers.billhook(url, delivers=False)) as server:
        load = [*words(server, Load(REQUESTS, invoices=filled.invoices), 1), "--acknowledged"]
        with subprocess.Popen(load, stdout=subprocess.PIPE, text=True) as client:
            while sum(_stored(url).values()) < stored:
                time.sleep(0.02)
            server.kill()
            printed, _ = client.communicate()
    report = json.loads(printed)
    if not 0 < report["right"] < REQUESTS:
        raise SystemExit(f"it was not killed in mid-load: {report['right']} acknowledged")
    acknowledged = Counter(seed.invoice(number) for number in report["acknowledged"])
    rows = _stored(url)
    lost = sum(max(count - rows[name], 0) for name, count in acknowledged.items())
    return Killed(url, report["right"], lost)


def _stored(url: str) -> Counter[str]:
    """How many messages each invoice has."""
    counting = select(messages.c.invoice, func.count()).group_by(messages.c.invoice)
    engine = open_database(url)
    with reading(engine) as connection:
        found = {row.invoice: row[1] for row in connection.execute(counting)}
    engine.dispose()
    return Counter(found)
