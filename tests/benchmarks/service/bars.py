"""What the figures of a run must show: "at least" and "aim" of each row, and whether it is met.

A bar is never lowered. One that is not reached is printed as missed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from benchmarks.service.seed import of_many

Figures = Mapping[str, float]
"""What was measured, each under its name."""


class Bar(NamedTuple):
    """One row of the table: a ratio or a figure of a run, and what it is to be.

    `key` names it in the history for ever. `least` is where it is missed, `aim` where it is to
    get; with `fewer` both are the most that it may be. `value` is None where it was not measured.
    A figure that is not `steady` differs by a fifth between two runs of the same code, because it
    hangs on the disk's speed or on a few waits: it is recorded, and not compared with the history.
    """

    key: str
    what: str
    value: Callable[[Figures], float | None]
    least: float
    aim: float
    unit: str = "x"
    fewer: bool = False
    steady: bool = True


class Row(NamedTuple):
    """A bar, and what a run measured for it."""

    bar: Bar
    measured: float

    @property
    def verdict(self) -> str:
        """One of met, below the aim, MISSED."""
        if self.reach < 1:
            return "MISSED"
        return "met" if self._as_good_as(self.bar.aim) else "below the aim"

    @property
    def reach(self) -> float:
        """How many times as good as "at least" it is; below one it is missed."""
        if self.bar.fewer:
            return self.bar.least / self.measured
        return self.measured / self.bar.least

    @property
    def reach_of_aim(self) -> float:
        """How many times as good as "at least" the aim is."""
        return Row(self.bar, self.bar.aim).reach

    def _as_good_as(self, wanted: float) -> bool:
        return self.measured <= wanted if self.bar.fewer else self.measured >= wanted


def figure(name: str) -> Callable[[Figures], float | None]:
    """A figure as it was measured."""
    return lambda figures: figures.get(name)


def quotient(name: str, other: str) -> Callable[[Figures], float | None]:
    """A figure over another of the same run."""

    def value(figures: Figures) -> float | None:
        if name not in figures or other not in figures:
            return None
        return figures[name] / figures[other]

    return value


def growth(*names: str) -> Callable[[Figures], float | None]:
    """The largest cost of a request at a million invoices over the same at ten thousand."""

    def value(figures: Figures) -> float | None:
        found = [
            figures[f"{name}, 32: per_cpu"] / figures[f"{name}{MILLION}, 32: per_cpu"]
            for name in names
            if f"{name}{MILLION}, 32: per_cpu" in figures
        ]
        return max(found, default=None)

    return value


MILLION = of_many(1_000_000)
_BARE = "fixed answer, 32: per_cpu"
_ACCEPT = "accept SQLite, 32: per_cpu"

BARS: tuple[Bar, ...] = (
    Bar("accept_sqlite", "accept a notify per CPU second / fixed answer, SQLite",
        quotient(_ACCEPT, _BARE), 0.20, 0.4),
    Bar("accept_postgresql", "the same, PostgreSQL (CPU of the server)",
        quotient("accept PostgreSQL, 32: per_cpu", _BARE), 0.15, 0.3),
    Bar("deliver_sqlite", "accept and deliver per CPU second / fixed answer, SQLite",
        quotient("deliver SQLite, 32: per_cpu", _BARE), 0.08, 0.15),
    Bar("deliver_postgresql", "the same, PostgreSQL (CPU of the server)",
        quotient("deliver PostgreSQL, 32: per_cpu", _BARE), 0.06, 0.12),
    Bar("deliver_postgresql_all", "the same, PostgreSQL (CPU of its processes too)",
        quotient("deliver PostgreSQL, 32: per_all_cpu", _BARE), 0.06, 0.12),
    Bar("tail_sqlite", "p99 / p50 at 32 connections, delivery on, SQLite",
        figure("deliver SQLite, 32: tail"), 5, 2.5, fewer=True, steady=False),
    Bar("tail_postgresql", "the same, PostgreSQL",
        figure("deliver PostgreSQL, 32: tail"), 5, 2.5, fewer=True, steady=False),
    Bar("django", "accept per CPU second / Django + DRF + django-fsm",
        quotient(_ACCEPT, "Django, 32: per_cpu"), 12, 30),
    Bar("fastapi", "the same / FastAPI + SQLAlchemy ORM",
        quotient(_ACCEPT, "FastAPI, 32: per_cpu"), 8, 18),
    Bar("prism", "the same / Prism",
        quotient(_ACCEPT, "Prism, 32: per_cpu"), 3, 6),
    Bar("pgbench_32", "accept a second, PostgreSQL / pgbench one-row inserts, 32 clients",
        quotient("accept PostgreSQL, 32: per_second", "pgbench, 32 clients"), 0.7, 1, steady=False),
    Bar("pgbench_128", "the same, 128 clients",
        quotient("accept PostgreSQL, 128: per_second", "pgbench, 128 clients"), 1.2, 3,
        steady=False),
    Bar("backlog", "messages a second delivered, embedded / SQLite's commits of one row",
        quotient("backlog SQLite", "backlog SQLite: commits of one row"), 3, 10, steady=False),
    Bar("procrastinate", "messages a second by Procrastinate / its no-op jobs of one id",
        quotient("Procrastinate, messages", "Procrastinate, no-op jobs"), 5, 20, steady=False),
    Bar("expire_sqlite", "expire 1 million with events / one UPDATE by hand, SQLite",
        figure(f"expire SQLite{MILLION}"), 3.5, 2.5, fewer=True, steady=False),
    Bar("expire_postgresql", "the same, PostgreSQL",
        figure(f"expire PostgreSQL{MILLION}"), 3.5, 2.5, fewer=True, steady=False),
    Bar("million", "CPU of a notify at 1 million invoices / at 10 thousand, the worst",
        growth("accept SQLite", "deliver SQLite", "accept PostgreSQL", "deliver PostgreSQL"),
        1.15, 1.05, fewer=True),
    Bar("life_sqlite", "bytes of an invoice's life, SQLite",
        figure("life SQLite"), 2400, 1800, "B", fewer=True),
    Bar("life_postgresql", "the same, PostgreSQL",
        figure("life PostgreSQL"), 3600, 2800, "B", fewer=True),
    Bar("list", "list of 100, first page, 1 million invoices, p99",
        figure(f"list of 100{MILLION}: p99"), 10, 3, "ms", fewer=True, steady=False),
    Bar("search", "text search, 1 million invoices, p99",
        figure(f"text search{MILLION}: p99"), 50, 20, "ms", fewer=True, steady=False),
    Bar("page", "hosted page, CPU",
        figure("page: cpu"), 3, 1, "ms", fewer=True),
    Bar("pdf", "PDF of one page, CPU",
        figure("PDF of one page: cpu"), 60, 30, "ms", fewer=True),
    Bar("pdf_long", "PDF of 500 lines, CPU",
        figure("PDF of 500 lines: cpu"), 1500, 700, "ms", fewer=True),
    Bar("version", "billhook --version / bare Python, CPU",
        quotient("CPU of --version", "CPU of bare Python"), 2, 1.6, fewer=True),
    Bar("status", "billhook status / bare Python, CPU",
        quotient("CPU of status", "CPU of bare Python"), 20, 12, fewer=True),
    Bar("memory", "memory after a time of load / after a tenth of it",
        figure("memory"), 1.05, 1.0, fewer=True, steady=False),
)  # fmt: skip


def rows(figures: Figures, bars: tuple[Bar, ...] = BARS) -> list[Row]:
    """Every bar for which a run has what it needs."""
    measured = [(bar, bar.value(figures)) for bar in bars]
    return [Row(bar, value) for bar, value in measured if value is not None]
