"""Shows how far a long command has come: bars on a terminal, else a line for each part of it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager

Report = Callable[[str, int, int], None]
"""Takes the part of the work, how much of it is done, and how much there is."""


@contextmanager
def progress(*, quiet: bool) -> Generator[Report]:
    """Report on stderr, which no program reads as the answer; nothing at all with `quiet`."""
    if quiet:
        yield _silent
    elif sys.stderr.isatty():
        with _bars() as report:
            yield report
    else:
        yield _line


def _silent(part: str, done: int, total: int) -> None:
    del part, done, total


def _line(part: str, done: int, total: int) -> None:
    if done == total:
        print(f"{part}: {total}", file=sys.stderr, flush=True)


@contextmanager
def _bars() -> Generator[Report]:
    from billhook_adapters.system.optional_dependencies import needs

    with needs("cli"):
        from rich.console import Console
        from rich.progress import Progress, TaskID
    tasks: dict[str, TaskID] = {}
    with Progress(console=Console(stderr=True)) as shown:

        def report(part: str, done: int, total: int) -> None:
            if part not in tasks:
                tasks[part] = shown.add_task(part, total=total)
            # A part without any work is a full bar.
            shown.update(tasks[part], completed=done or (not total), total=total or 1)

        yield report
