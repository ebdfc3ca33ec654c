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
"""The lease of what a killed worker had claimed: longer than any mail takes."""


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


class WorkerSettings(NamedTuple):
    """The settings that every worker is started with."""

    pair: Pair
    url: str
    log: Path
    environ: Mapping[str, str]
    concurrency: int
    lease_seconds: int = LEASE_SECONDS

    def command(self) -> list[str]:
        """The command that starts one."""
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
    """A process of a worker; it is killed at the end of its block."""

    def __init__(self, settings: WorkerSettings) -> None:
        with settings.log.open("ab") as errors:
            self._process = subprocess.Popen(
                settings.command(),
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                env={**os.environ, **settings.environ},
            )
        self._ready = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def ready(self) -> Self:
        """The worker, once it delivers."""
        if not self._ready:
            assert self._process.stdout is not None
            assert self._process.stdout.readline(), "the worker ended before it was ready"
            self._ready = True
        return self

    def kill(self) -> int:
        """End it with SIGKILL; its exit code."""
        self._process.kill()
        return self._ended()

    def terminate(self) -> int:
        """End it with SIGTERM; its exit code."""
        self._process.terminate()
        return self._ended()

    def _ended(self) -> int:
        self._process.communicate(timeout=DEADLINE)
        return self._process.returncode


class Workers:
    """So many workers; all are killed at the end of the block."""

    def __init__(self, settings: WorkerSettings, size: int) -> None:
        self._settings, self._processes = settings, ExitStack()
        self.workers = [self._another() for _ in range(size)]

    def __enter__(self) -> Self:
        return self.ready()

    def __exit__(self, *_: object) -> None:
        self._processes.close()

    def ready(self) -> Self:
        """The workers, once all of them deliver."""
        for worker in self.workers:
            worker.ready()
        return self

    def add(self) -> None:
        """One more."""
        self.workers.append(self._another().ready())

    def kill(self, number: int) -> None:
        """Kill one while it works."""
        assert self.workers.pop(number).ready().kill() == -9

    def replace(self, number: int) -> None:
        """Kill one, and start another at once."""
        self.kill(number)
        self.workers.insert(number, self._another())

    def terminate(self) -> None:
        """Let all of them finish what they claimed."""
        for worker in self.workers:
            assert worker.ready().terminate() == 0

    def _another(self) -> Worker:
        return self._processes.enter_context(Worker(self._settings))
