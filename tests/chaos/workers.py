"""Workers over one database; any of them may be killed at any time, and replaced."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple, Self

from billhook_adapters.composition.settings import EngineName
from chaos.budget import DEADLINE

LEASE_SECONDS = 5
"""How long what a killed worker held stays with it: longer than any mail takes here."""


class Pair(NamedTuple):
    """An engine, and what it runs over."""

    engine: EngineName
    database: str

    def __str__(self) -> str:
        return f"{self.engine}-{self.database}"


PAIRS = (
    Pair(EngineName.EMBEDDED, "sqlite"),
    Pair(EngineName.EMBEDDED, "postgresql"),
    Pair(EngineName.PROCRASTINATE, "postgresql"),
)


class Terms(NamedTuple):
    """What every worker of a crew is started with."""

    pair: Pair
    url: str
    log: Path
    environ: Mapping[str, str]
    concurrency: int
    lease_seconds: int = LEASE_SECONDS

    def command(self) -> list[str]:
        """What starts one."""
        script = str(Path(__file__).with_name("worker.py"))
        where = [
            "--database",
            self.url,
            "--engine",
            self.pair.engine,
            "--concurrency",
            str(self.concurrency),
        ]
        return [sys.executable, script, str(self.lease_seconds), *where]


class Worker:
    """One life of a worker; none outlives its block."""

    def __init__(self, terms: Terms) -> None:
        with terms.log.open("ab") as errors:
            self._process = subprocess.Popen(
                terms.command(),
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                env={**os.environ, **terms.environ},
            )
        self._begun = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def begun(self) -> Self:
        """Itself, once it delivers."""
        if not self._begun:
            assert self._process.stdout is not None
            assert self._process.stdout.readline(), "the worker ended before it began"
            self._begun = True
        return self

    def kill(self) -> int:
        """End it with SIGKILL, where it stands; how it ended."""
        self._process.kill()
        return self._ended()

    def terminate(self) -> int:
        """End it as an operator does; how it ended."""
        self._process.terminate()
        return self._ended()

    def _ended(self) -> int:
        self._process.communicate(timeout=DEADLINE)
        return self._process.returncode


class Crew:
    """So many workers; none outlives its block."""

    def __init__(self, terms: Terms, size: int) -> None:
        self._terms, self._lives = terms, ExitStack()
        self.workers = [self._another() for _ in range(size)]

    def __enter__(self) -> Self:
        return self.begun()

    def __exit__(self, *_: object) -> None:
        self._lives.close()

    def begun(self) -> Self:
        """Itself, once all of them deliver."""
        for worker in self.workers:
            worker.begun()
        return self

    def hire(self) -> None:
        """One more."""
        self.workers.append(self._another().begun())

    def kill(self, number: int) -> None:
        """One less: while it works, without a word."""
        assert self.workers.pop(number).begun().kill() == -9

    def replace(self, number: int) -> None:
        """Kill one, and start another at once."""
        self.kill(number)
        self.workers.insert(number, self._another())

    def terminate(self) -> None:
        """Let all of them finish what is in hand."""
        for worker in self.workers:
            assert worker.begun().terminate() == 0

    def _another(self) -> Worker:
        return self._lives.enter_context(Worker(self._terms))
