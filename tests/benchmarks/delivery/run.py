"""What delivery and the sweep cost: `PYTHONPATH=tests python -m benchmarks.delivery.run [full]`.

Figures are this machine's; ratios within one run are the result, and the enforced ones say so.
Exits 1 where one is missed. `full` takes minutes.
"""

from __future__ import annotations

import sys

from benchmarks.delivery.databases import Kind, kinds
from benchmarks.delivery.expiry import expiry
from benchmarks.delivery.messages import rate, waits
from billhook_adapters.composition.settings import EngineName

EMBEDDED, JOBS = EngineName.EMBEDDED, EngineName.PROCRASTINATE
AIM, MOST = 5.0, 10.0
"""An expired row through the service over one in a hand-written UPDATE: wanted, and enforced."""

GROWTH = 1.3
"""The cost of a row among many over its cost among ten thousand, at the most."""

BESIDE = 2.0
"""p99 beside a hundred thousand pending timers over p99 without, at the most."""

SLACK_MS = 50.0
"""A difference of p99s below this is the polling interval, and no cost of the timers."""


def main(full: bool) -> int:
    """Measure everything; how many ratios were missed."""
    missed = 0
    with kinds() as found:
        for kind in found:
            _rates(kind, 5000 if full else 300, (1, 2, 4) if full else (2,))
        for kind in found:
            missed += _timers(kind, 500 if full else 100, 100_000 if full else 20_000)
        for kind in found:
            sizes = (10_000, 100_000, 1_000_000) if full else (10_000, 50_000)
            missed += _expiries(kind, sizes)
    return missed


def _engines(kind: Kind) -> list[EngineName]:
    return [EMBEDDED] if kind.name == "SQLite" else [EMBEDDED, JOBS]


def _rates(kind: Kind, count: int, numbers: tuple[int, ...]) -> None:
    for engine in _engines(kind):
        for workers in numbers:
            found = rate(kind, engine, workers, count)
            print(f"{engine}/{kind.name}, {workers} workers: {found:,.0f} messages a second")
        if engine is JOBS:
            found = rate(kind, engine, 2, count // 5, together=1)
            print(f"{engine}/{kind.name}, 2 workers, one id a job: {found:,.0f} messages a second")


def _timers(kind: Kind, count: int, later: int) -> int:
    missed = 0
    for engine in _engines(kind):
        alone, beside = waits(kind, engine, count), waits(kind, engine, count, later=later)
        print(
            f"{engine}/{kind.name}, request to start: p50 {alone.p50:.0f} ms, p99 {alone.p99:.0f} "
            f"ms; beside {later:,} pending timers {beside.p50:.0f} and {beside.p99:.0f} ms"
        )
        missed += _over("p99 beside pending timers", beside.p99 - SLACK_MS, BESIDE * alone.p99)
    return missed


def _expiries(kind: Kind, sizes: tuple[int, ...]) -> int:
    missed, rows = 0, [expiry(kind, size) for size in sizes]
    for row in rows:
        print(
            f"{kind.name}, expiring {row.rows:,}: {row.service:.1f} us a row, by hand "
            f"{row.by_hand:.1f} us, {row.ratio:.1f}x (aim {AIM:.0f}x)"
        )
        missed += _over("the service over one UPDATE", row.ratio, MOST)
    growth = rows[-1].usual / rows[0].usual
    print(f"{kind.name}, a row of {rows[-1].rows:,} over one of {rows[0].rows:,}: {growth:.2f}")
    return missed + _over("growth of a row's cost", growth, GROWTH)


def _over(what: str, ratio: float, most: float) -> int:
    if ratio <= most:
        return 0
    print(f"MISSED: {what}: {ratio:.2f}, at most {most:.2f}")
    return 1


if __name__ == "__main__":
    sys.exit(1 if main(full="full" in sys.argv[1:]) else 0)
