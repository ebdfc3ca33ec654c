"""The runs that were recorded, the oldest first; what was lost against the last of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from benchmarks.service.bars import Row

MOST_LOST = 0.2
"""The part of a figure that may be lost."""

LAST = 3
"""The recorded runs whose median a figure is compared with: of the same code, two runs on a machine
that others use as well differ by as much as may be lost."""


class Entry(NamedTuple):
    """A recorded run: its date, the commit and the machine, and each figure by its bar's key."""

    date: str
    commit: str
    machine: str
    ratios: dict[str, float]


class Loss(NamedTuple):
    """A figure that is more than a fifth worse than it was."""

    what: str
    before: float
    now: float
    since: str

    def __str__(self) -> str:
        return f"LOST: {self.what}: {self.before:.4g} on {self.since}, {self.now:.4g} now"


def read(path: Path) -> list[Entry]:
    """The recorded runs; none where there is no file."""
    if not path.exists():
        return []
    found: list[dict[str, Any]] = json.loads(path.read_text())
    return [Entry(**one) for one in found]


def append(path: Path, entry: Entry) -> None:
    """Record one more run, behind the others."""
    entries = [*read(path), entry]
    path.write_text(json.dumps([one._asdict() for one in entries], indent=2) + "\n")


def losses(rows: Sequence[Row], entries: Sequence[Entry]) -> list[Loss]:
    """Every figure that lost more than a fifth against the last recorded runs that have it."""
    found: list[Loss] = []
    for row in rows:
        key = row.bar.key
        last = [one for one in entries if key in one.ratios][-LAST:]
        if not last or not row.bar.steady:
            continue
        before = Row(row.bar, median(one.ratios[key] for one in last))
        if row.reach < before.reach * (1 - MOST_LOST):
            found.append(Loss(row.bar.what, before.measured, row.measured, last[-1].date))
    return found
