"""A notify, accepted or accepted and delivered, by the shipped server, beside floors and peers."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from typing import NamedTuple

from benchmarks.delivery.databases import Kind
from benchmarks.service import limits, seed, servers
from benchmarks.service.servers import Command
from benchmarks.service.turns import Load, Turn, middle, sent, turn

CONNECTIONS = 32
WARM_UP = 600
"""Requests that are not measured: imports, first connections and the first pages of a cache."""


class Case(NamedTuple):
    """A server, and how many requests take it about a second or two."""

    command: Command
    requests: int
    delivers: bool = False
    invoices: int = seed.INVOICES


class Filled(NamedTuple):
    """A kind of database, one of it that is filled, and how many invoices that has."""

    kind: Kind
    url: str
    invoices: int

    def copy(self) -> str:
        """The URL of a fresh copy."""
        return self.kind.copied(self.url)


def name_of(kind: Kind, invoices: int, *, delivers: bool) -> str:
    """The name of a case, by which its figures are found: `deliver SQLite`."""
    return f"{'deliver' if delivers else 'accept'} {kind.name}{seed.of_many(invoices)}"


def ours(filled: Filled, *, delivers: bool) -> dict[str, Case]:
    """The shipped server on a fresh copy."""
    command = servers.billhook(filled.copy(), delivers=delivers)
    name = name_of(filled.kind, filled.invoices, delivers=delivers)
    return {name: Case(command, 1500 if delivers else 2000, delivers, filled.invoices)}


def peers() -> dict[str, Case]:
    """What the same CPU does elsewhere, always with the same number of invoices."""
    mock = servers.prism()
    return {
        "fixed answer": Case(servers.BARE, 15_000),
        "Django": Case(servers.DJANGO, 300),
        "FastAPI": Case(servers.FASTAPI, 300),
        **({} if mock is None else {"Prism": Case(mock, 300)}),
    }


class Limits(NamedTuple):
    """What is measured beside the servers in each round; pgbench in a database of its own."""

    pgbench: str | None = None
    database: str | None = None
    clients: tuple[int, ...] = (CONNECTIONS,)

    def measured(self) -> dict[str, float]:
        """Each limit, a second."""
        found = {
            "SQLite, commits of one row": limits.sqlite_rows(1),
            "SQLite, commits of 32 rows": limits.sqlite_rows(32),
            "fdatasync": limits.syncs(),
        }
        if self.pgbench is not None and self.database is not None:
            for clients in self.clients:
                rate = limits.pgbench_rows(self.pgbench, self.database, clients)
                found[f"pgbench, {clients} clients"] = rate
        return found


class Measured(NamedTuple):
    """The median turn of each case by its connections, and the limits of every round."""

    turns: Mapping[tuple[str, int], Turn]
    limits: Mapping[str, list[float]]


def measured(
    cases: Mapping[str, Case], beside: Limits, rounds: int, more_connections: tuple[int, ...] = ()
) -> Measured:
    """All servers up at once, loaded in turns.

    The shipped ones are loaded over `more_connections` as well.
    """
    turns: dict[tuple[str, int], list[Turn]] = {}
    found: dict[str, list[float]] = {}
    with ExitStack() as stack:
        started = [stack.enter_context(servers.started(c.command)) for c in cases.values()]
        up = {name: one.ready() for name, one in zip(cases, started, strict=True)}
        requested = {name: _warm_up(up[name], case) for name, case in cases.items()}
        for number in range(1, rounds + 1):
            for name, limit in beside.measured().items():
                found.setdefault(name, []).append(limit)
            for name, case in cases.items():
                many = (CONNECTIONS, *(more_connections if case.command.database else ()))
                for connections in many:
                    load = Load(case.requests, connections, invoices=case.invoices)
                    if connections == 1:
                        load = load._replace(requests=case.requests // 5)
                    taken = turn(up[name], load, number, delivers=case.delivers)
                    turns.setdefault((name, connections), []).append(taken)
                    requested[name] += load.requests
        for name, case in cases.items():
            if case.delivers and case.command.database is not None:
                _check(name, requested[name], sent(case.command.database))
    return Measured({key: middle(taken) for key, taken in turns.items()}, found)


def _warm_up(server: servers.Server, case: Case) -> int:
    load = Load(min(WARM_UP, case.requests // 3), invoices=case.invoices)
    turn(server, load, 0, delivers=case.delivers)
    return load.requests


def _check(name: str, requested: int, delivered: int) -> None:
    if requested != delivered:
        raise SystemExit(f"{name}: {requested} messages were accepted, {delivered} were sent")
