"""The result of one seed: what is wrong, and the steps that led there."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from returns.result import Success

from billhook_adapters.testing import NOON
from billhook_adapters.testing.faults import Point
from simulation.audit import Audit
from simulation.clients import about
from simulation.scenario import Build, Scenario


class Swallowed(logging.Handler):
    """Reads what engines log: only an unreachable store may have been the reason."""

    def __init__(self) -> None:
        super().__init__()
        self.bugs: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        words = record.getMessage()
        if not words.endswith(": ConnectionError"):
            self.bugs.append(f"an engine logged: {words}")


@contextmanager
def swallowed() -> Iterator[Swallowed]:
    """Read the log of the engines, and keep it from other handlers."""
    log, handler = logging.getLogger("billhook_adapters.engine"), Swallowed()
    log.addHandler(handler)
    log.propagate = False
    try:
        yield handler
    finally:
        log.propagate = True
        log.removeHandler(handler)


@dataclass
class Findings:
    """What is wrong with a run."""

    scenario: Scenario
    wrongs: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.wrongs)

    def report(self) -> str:
        """The report: the steps, what is wrong, and how to run it again."""
        seed = self.scenario.seed
        head = f"seed {seed}, with {self.scenario.scheduler.probabilities}, fails:"
        wrongs = "\n".join(f"  - {wrong}" for wrong in self.wrongs)
        again = f"Again: BILLHOOK_SIMULATION_SEED={seed} .venv/bin/pytest tests/simulation -k twice"
        return f"{self.story()}\n\n{head}\n{wrongs}\n\n{again}"

    def story(self) -> str:
        """What happened, in order; the time is since noon."""
        lines: list[str] = []
        for time, who, what, how in self.scenario.scheduler.story:
            step = f"{how} {what.value}" if isinstance(what, Point) else f"{what} {_brief(how)}"
            lines.append(f"{time - NOON}  {who:10} {step}".rstrip())
        return "\n".join(lines)


def findings(seed: int, build: Build | None = None) -> Findings:
    """Run a seed and look at it."""
    scenario = Scenario(seed, build or Build())
    found = Findings(scenario)
    with swallowed() as log:
        try:
            scenario.run()
        except Exception as bug:  # noqa: BLE001  # it is reported with its story
            found.wrongs.append(f"{type(bug).__name__}: {bug}")
        else:
            found.wrongs += Audit(scenario).wrongs()
    found.wrongs += log.bugs
    return found


def _brief(said: Any) -> str:
    if not isinstance(said, list):
        return str(said)
    return "; ".join(map(_said, said))


def _said(one: Any) -> str:
    if hasattr(one, "decide"):
        medium = getattr(one, "medium", "")
        return f"{one.key}: {type(one).__name__} {one.invoice} {medium}".rstrip()
    if isinstance(one, Success):
        kind, *rest = about(one)
        return f"{kind} {rest[-1] if kind != 'invoice' else rest[0].status}"
    return str(one.failure())
