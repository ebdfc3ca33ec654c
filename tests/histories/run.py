"""Check concurrent histories of the service: `make histories SECONDS=60 SEED=1`.

Round after round, clients send requests about a few invoices to two servers on one database,
through proxies that delay, reset and swallow, while a server or the worker is killed; then the
history of each invoice is checked against a model of its own.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from time import monotonic
from typing import NamedTuple

from histories.audit import audited
from histories.clients import Client, Recorder, last_reads
from histories.linearizability import UndecidedError, violation
from histories.processes import DATABASES, PRODUCT, Deployment, deployed

CLIENTS = 5
INVOICES = 12


class Shape(NamedTuple):
    """How long a round is, and what happens in it."""

    round_seconds: float
    kills: bool
    """Whether there are two servers and a worker, one of which is killed, or one server."""


FULL = Shape(5, kills=True)
QUIET = Shape(3, kills=False)


def checked(
    database: str,
    seconds: float,
    seed: int,
    program: Sequence[str] = PRODUCT,
    shape: Shape = FULL,
) -> tuple[Counter[str], list[str]]:
    """Figures, and what is wrong; the first round with something wrong is the last."""
    figures: Counter[str] = Counter()
    with deployed(database, program, seed, servers=2 if shape.kills else 1) as deployment:
        end, invoices = monotonic() + seconds, []
        while monotonic() < end:
            figures["rounds"] += 1
            recorder = _recorded(deployment, f"{seed}-{figures['rounds']}", shape)
            invoices += recorder.operations
            wrong = [*recorder.failures, *_violations(recorder, figures)]
            if wrong:
                return figures, wrong
        return figures, audited(deployment, invoices, figures)


def _recorded(deployment: Deployment, seed: str, shape: Shape) -> Recorder:
    """One round: a history of each of its invoices."""
    recorder = Recorder(deployment.authorization)
    chance = random.Random(seed)  # noqa: S311  # which process is killed when
    invoices = [f"inv_{seed.replace('-', '_')}_{number}" for number in range(INVOICES)]
    ports = [proxy.port for proxy in deployment.proxies]
    clients = [
        Client(f"c{number}", recorder, ports, invoices, f"{seed}-{number}")
        for number in range(CLIENTS)
    ]
    with ThreadPoolExecutor() as pool:
        end = monotonic() + shape.round_seconds
        running = [pool.submit(client.run_until, end) for client in clients]
        if shape.kills:
            Event().wait(chance.uniform(0.2, shape.round_seconds / 2))
            deployment.kill(chance.randrange(len(ports) + 1))
        for one in running:
            one.result()
    for proxy in deployment.proxies:
        proxy.is_kind = True
    for invoice in invoices:
        for request in last_reads(invoice):
            recorder.ask("last", invoice, chance.choice(ports), request)
    for proxy in deployment.proxies:
        proxy.is_kind = False
    return recorder


def _violations(recorder: Recorder, figures: Counter[str]) -> list[str]:
    found = []
    for invoice, history in recorder.operations.items():
        figures["operations"] += len(history)
        figures["without an answer"] += sum(one.answer is None for one in history)
        figures["invoices"] += 1
        try:
            wrong = violation(history)
        except UndecidedError:
            figures["undecided invoices"] += 1
            continue
        if wrong is not None:
            found.append(f"{invoice}\n{wrong}")
    return found


def main() -> int:
    """The exit status: 0 where nothing is wrong."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=60, help="for all databases together")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--database", choices=DATABASES, action="append")
    options = parser.parse_args()
    databases = options.database or DATABASES
    failed = 0
    for database in databases:
        figures, wrong = checked(database, options.seconds / len(databases), options.seed)
        print(f"{database}, seed {options.seed}: {len(wrong)} violations")
        for name, figure in figures.items():
            print(f"    {name}: {figure:,}")
        print("\n\n".join(wrong), end="\n" if wrong else "", flush=True)
        failed += bool(wrong) or figures["undecided invoices"] * 10 > figures["invoices"]
    return failed


if __name__ == "__main__":
    sys.exit(main())
