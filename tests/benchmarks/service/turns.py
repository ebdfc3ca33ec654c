"""One load on one server: requests, CPU time, waits, and what was written."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from statistics import median
from typing import Any, NamedTuple

from sqlalchemy import Engine, func, select

from benchmarks.service import seed
from benchmarks.service.servers import Server
from billhook_adapters.sql.connections import reading
from billhook_adapters.sql.database import open_database
from billhook_adapters.sql.tables import messages

POLL_SECONDS = 0.05
DELIVERY_SECONDS = 120
"""How long what was accepted may take until it is sent."""


class Turn(NamedTuple):
    """One load on one server.

    `per_cpu` is requests a CPU second of the server's processes, `per_all_cpu` those of the
    database's server too. `database` is CPU microseconds of that server a request, `written` bytes
    a request that the server gave to the disk. `p50` and `p99` are milliseconds, `tail` is the
    second over the first.
    """

    per_cpu: float
    per_all_cpu: float
    per_second: float
    p50: float
    p99: float
    tail: float
    database: float
    written: float


class Load(NamedTuple):
    """What a server is sent in a turn."""

    requests: int
    connections: int = 32
    call: str = "notify"
    invoices: int = seed.INVOICES


def words(server: Server, load: Load, number: int) -> list[str]:
    """The command that loads a server; the number chooses the invoices."""
    return [
        *(sys.executable, "-m", "benchmarks.service.load", str(server.port), str(load.requests)),
        *("--connections", str(load.connections), "--call", load.call),
        *("--invoices", str(load.invoices), "--seed", str(number)),
    ]


def turn(server: Server, load: Load, number: int, *, delivers: bool = False) -> Turn:
    """Load a server, and fail where any answer is wrong; until all is sent, where it delivers."""
    before = server.cpu_seconds(), server.database_cpu_seconds(), server.written_bytes()
    started = time.perf_counter()
    done = subprocess.run(words(server, load, number), capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"a wrong answer, or none:\n{done.stdout}{done.stderr}")
    report: dict[str, Any] = json.loads(done.stdout)
    seconds = report["seconds"]
    if delivers:
        assert server.database is not None
        wait_until_sent(server.database)
        seconds = time.perf_counter() - started
    used = server.cpu_seconds() - before[0]
    database = server.database_cpu_seconds() - before[1]
    return Turn(
        per_cpu=load.requests / used,
        per_all_cpu=load.requests / (used + database),
        per_second=load.requests / seconds,
        p50=report["p50"],
        p99=report["p99"],
        tail=report["p99"] / report["p50"],
        database=database / load.requests * 1e6,
        written=(server.written_bytes() - before[2]) / load.requests,
    )


def middle(turns: Sequence[Turn]) -> Turn:
    """The median of each figure."""
    return Turn(*(median(values) for values in zip(*turns, strict=True)))


def wait_until_sent(database: str) -> None:
    """Return once no message is due; it looks at one row, so that looking takes next to nothing."""
    due = select(messages.c.id).where(messages.c.due_at.is_not(None)).limit(1)
    engine = open_database(database)
    until = time.monotonic() + DELIVERY_SECONDS
    while _first(engine, due) is not None:
        if time.monotonic() > until:
            raise SystemExit(f"not delivered within {DELIVERY_SECONDS} s")
        time.sleep(POLL_SECONDS)
    engine.dispose()


def sent(database: str) -> int:
    """How many messages were sent."""
    engine = open_database(database)
    counting = select(func.count()).select_from(messages).where(messages.c.status == "sent")
    found = _first(engine, counting)
    engine.dispose()
    return int(found)


def _first(engine: Engine, statement: Any) -> Any:
    with reading(engine) as connection:
        return connection.execute(statement).scalar()
