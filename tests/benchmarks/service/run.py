"""What people run, measured: `PYTHONPATH=tests python -m benchmarks.service.run [OPTION...]`.

The shipped command with its logs, its metrics and its delivery, over more invoices than any cache
holds, beside floors, limits and peers of the same run. Prints all figures, and what they must show.
A missed bar is only said. It fails where a figure lost more than a fifth against the last recorded
run, and where a request that was acknowledged has no row after a `kill -9`.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import psycopg

from benchmarks.delivery.databases import Kind, kinds
from benchmarks.delivery.expiry import expiry
from benchmarks.delivery.messages import rate
from benchmarks.service import (
    backlog,
    bars,
    commands,
    durability,
    endpoints,
    history,
    jobs,
    limits,
    memory,
    notifying,
    plot,
    report,
    seed,
    storage,
)
from benchmarks.service.filling import fill
from benchmarks.service.notifying import Case, Filled, Limits
from billhook_adapters.composition.settings import EngineName

PAGES = Path(__file__).parents[3] / "docs" / "explanation"
PAGE, PLOT = PAGES / "performance.md", PAGES / "performance.svg"
FIGURES, HISTORY = PAGES / "performance.json", PAGES / "performance-history.json"

JOBS = 2000
CLIENTS = (32, 128)
OF_MANY = frozenset({"list of 100", "list of 100, deep", "text search"})
"""Calls whose time may hang on the number of invoices; the others are shown without it."""


def main(given: Namespace) -> int:
    """Measure, print, record where that is wanted, and say what failed."""
    _keep_bytecode()
    figures: dict[str, float] = {}
    lost = 0
    with kinds() as found:
        filled = [_filled(kind, seed.INVOICES) for kind in found]
        large = (
            [] if given.invoices == seed.INVOICES else [_filled(k, given.invoices) for k in found]
        )
        figures |= _notifies(given, filled, large)
        for one in filled if given.full else filled[:1]:
            lost += _killed(one, figures, 5000 if given.full else 1200)
        cpu = commands.cpu_milliseconds(filled[0].copy(), 15 if given.full else 4)
        figures |= {f"CPU of {name}": milliseconds for name, milliseconds in cpu.items()}
        missing = _by_hand(figures, given, filled, (large or filled)[0]) if given.full else 0
    rows = bars.rows(figures)
    print(report.printed(rows, figures))
    losses = history.losses(rows, history.read(HISTORY))
    for loss in losses:
        print(loss)
    if given.record and not lost:
        _record(rows, figures)
    return 1 if lost or missing or (losses and not given.record) else 0


def _filled(kind: Kind, invoices: int) -> Filled:
    url = kind.made()
    if kind.name == "PostgreSQL":
        _vacuum_by_itself(url)
    fill(url, invoices)
    return Filled(kind, url, invoices)


def _vacuum_by_itself(url: str) -> None:
    """Let PostgreSQL free dead rows as it does where people run it; tests turn that off."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET autovacuum = on")
        connection.execute("SELECT pg_reload_conf()")


def _notifies(given: Namespace, filled: list[Filled], large: list[Filled]) -> dict[str, float]:
    """Accepting and delivering, beside all that it is compared to."""
    cases: dict[str, Case] = {}
    for one in [*filled, *large]:
        cases |= notifying.ours(one, delivers=False)
        if given.full or one.kind.name == "SQLite":
            cases |= notifying.ours(one, delivers=True)
    beside = Limits()
    program = limits.pgbench()
    if len(filled) > 1 and program is not None:
        database = filled[1].kind.made()
        limits.prepare_pgbench(database)
        beside = Limits(program, database, CLIENTS if given.full else CLIENTS[:1])
    more = (1, 128) if given.full else ()
    measured = notifying.measured(cases | notifying.peers(), beside, given.rounds, more)
    figures = {name: median(values) for name, values in measured.limits.items()}
    for (name, connections), turn in measured.turns.items():
        figures |= {f"{name}, {connections}: {n}": v for n, v in turn._asdict().items()}
    return figures


def _killed(filled: Filled, figures: dict[str, float], stored: int) -> int:
    """Kill a server, and let another one send what it had accepted."""
    name = filled.kind.name
    found = durability.killed(filled, stored)
    figures[f"acknowledged before kill -9, {name}"] = found.acknowledged
    if found.lost:
        print(f"ROWS LOST: {found.lost} acknowledged requests have no row, {name}")
    around = [limits.sqlite_rows(1)]  # a disk's speed changes within minutes
    figures[f"backlog {name}"] = backlog.messages_a_second(found.database)
    around.append(limits.sqlite_rows(1))
    figures[f"backlog {name}: commits of one row"] = sum(around) / 2
    return found.lost


def _keep_bytecode() -> None:
    """What ships is compiled once; an environment that forbids it would measure the compiler."""
    if os.environ.pop("PYTHONDONTWRITEBYTECODE", None) is not None:
        os.environ["PYTHONPYCACHEPREFIX"] = str(Path(sys.prefix) / "bytecode")


def _by_hand(
    figures: dict[str, float], given: Namespace, filled: list[Filled], most: Filled
) -> int:
    """What takes too long for every change; lists and searches in the database with the most.

    A part that fails is said, and the others are measured all the same; how many failed.
    """
    failed = 0
    for part in (_storage, _endpoints, _expiries, _jobs, _memory):
        try:
            figures |= part(given, filled, most)
        except Exception as error:  # noqa: BLE001  # hours of figures are not lost with one
            print(f"NOT MEASURED: {part.__doc__} {type(error).__name__}: {error}"[:500])
            failed += 1
    return failed


def _storage(given: Namespace, filled: list[Filled], most: Filled) -> dict[str, float]:
    """Bytes of an invoice that is drafted, issued, notified and paid."""
    return {f"life {one.kind.name}": storage.bytes_a_life(one) for one in filled}


def _endpoints(given: Namespace, filled: list[Filled], most: Filled) -> dict[str, float]:
    """The other endpoints."""
    figures: dict[str, float] = {}
    for call, turns in endpoints.measured(most, given.rounds).items():
        name = f"{call}{seed.of_many(most.invoices) if call in OF_MANY else ''}"
        figures[f"{name}: p50"] = median(turn.p50 for turn in turns)
        figures[f"{name}: p99"] = median(turn.p99 for turn in turns)
        figures[f"{name}: cpu"] = median(1000 / turn.per_cpu for turn in turns)
    figures[f"PDF of {endpoints.LONG} lines: cpu"] = endpoints.long_pdf_milliseconds(filled[0])
    return figures


def _expiries(given: Namespace, filled: list[Filled], most: Filled) -> dict[str, float]:
    """Expiry."""
    of_many = seed.of_many(given.invoices)
    return {
        f"expire {one.kind.name}{of_many}": expiry(one.kind, given.invoices).ratio for one in filled
    }


def _jobs(given: Namespace, filled: list[Filled], most: Filled) -> dict[str, float]:
    """Procrastinate's jobs."""
    if len(filled) < 2:  # there is no PostgreSQL
        return {}
    kind = filled[1].kind
    return {
        "Procrastinate, messages": rate(kind, EngineName.PROCRASTINATE, 1, JOBS),
        "Procrastinate, no-op jobs": jobs.jobs_a_second(kind.made(), JOBS),
    }


def _memory(given: Namespace, filled: list[Filled], most: Filled) -> dict[str, float]:
    """Memory."""
    if not given.minutes:
        return {}
    grown = memory.growth(filled[0], given.minutes * 60)
    return {"memory": grown.late / grown.early}


def _record(rows: list[bars.Row], figures: dict[str, float]) -> None:
    entry = history.Entry(
        datetime.now(UTC).date().isoformat(),  # noqa: TID251  # when it was measured
        _commit(),
        f"{platform.machine()}, {platform.system()}, CPython {platform.python_version()}",
        {row.bar.key: float(f"{row.measured:.4g}") for row in rows},
    )
    history.append(HISTORY, entry)
    FIGURES.write_text(report.as_json(rows, figures, entry))
    PLOT.write_text(plot.svg(rows))
    report.write_between_marks(PAGE, report.markdown(rows, entry, PLOT.name))


def _commit() -> str:
    words = ["git", "-C", str(PAGES), "describe", "--always", "--dirty", "--exclude", "*"]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()


def _options() -> Namespace:
    arguments = ArgumentParser(description=__doc__)
    arguments.add_argument("--full", action="store_true", help="all of it, by hand")
    arguments.add_argument("--invoices", type=int, help="of the large databases; 10000 is none")
    arguments.add_argument("--rounds", type=int)
    arguments.add_argument(
        "--minutes", type=float, default=30, help="of load, for the memory; 0 is none"
    )
    arguments.add_argument("--record", action="store_true", help="write it into the docs")
    given = arguments.parse_args()
    given.invoices = given.invoices or (1_000_000 if given.full else seed.INVOICES)
    given.rounds = given.rounds or (5 if given.full else 3)
    return given


if __name__ == "__main__":
    sys.exit(main(_options()))
