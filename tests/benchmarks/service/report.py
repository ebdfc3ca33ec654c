"""The table of a run: on the terminal, in Markdown, in JSON, and between the marks of a page."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from benchmarks.service.bars import Figures, Row
from benchmarks.service.history import Entry

BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
"""The marks of the page between which a recorded run is written."""


def shown(value: float, unit: str) -> str:
    """A figure with its unit, in as many digits as mean something.

    >>> shown(0.0412, "x"), shown(12.34, "ms"), shown(5309.2, "B")
    ('0.041', '12.3 ms', '5,309 B')
    """
    if abs(value) >= 100:
        text = f"{value:,.0f}"
    elif abs(value) >= 1:
        text = f"{value:.3g}"
    else:
        text = f"{value:.2g}"
    return text if unit == "x" else f"{text} {unit}"


def printed(rows: Sequence[Row], figures: Figures) -> str:
    """For a terminal: every figure, then every bar."""
    lines = [f"  {name:56} {value:12,.2f}" for name, value in figures.items()]
    lines.append(f"\n  {'what':66} {'measured':>10} {'at least':>10} {'aim':>10}")
    for row in rows:
        bar = row.bar
        values = (row.measured, bar.least, bar.aim)
        columns = " ".join(f"{shown(value, bar.unit):>10}" for value in values)
        lines.append(f"  {bar.what:66} {columns}  {row.verdict}")
    return "\n".join(lines)


def markdown(rows: Sequence[Row], entry: Entry, plot: str) -> str:
    """For the page: one table, with "at most" where fewer is better, and the plot of it."""
    lines = [
        f"Measured on {entry.date} at commit `{entry.commit}` on {entry.machine}.",
        "",
        f"![How far each bar is reached]({plot})",
        "",
        "| what | measured | at least | aim | |",
        "|---|---|---|---|---|",
    ]
    for row in rows:
        bar = row.bar
        most = "at most " if bar.fewer else ""
        lines.append(
            f"| {bar.what} | {shown(row.measured, bar.unit)} | {most}{shown(bar.least, bar.unit)} "
            f"| {shown(bar.aim, bar.unit)} | {row.verdict} |"
        )
    return "\n".join(lines)


def as_json(rows: Sequence[Row], figures: Figures, entry: Entry) -> str:
    """For programs: all figures, and every bar with what was measured."""
    bars = [
        {
            "key": row.bar.key,
            "what": row.bar.what,
            "measured": row.measured,
            "least": row.bar.least,
            "aim": row.bar.aim,
            "unit": row.bar.unit,
            "fewer_is_better": row.bar.fewer,
            "verdict": row.verdict,
        }
        for row in rows
    ]
    run = {"date": entry.date, "commit": entry.commit, "machine": entry.machine}
    return json.dumps({**run, "bars": bars, "figures": dict(figures)}, indent=2) + "\n"


def write_between_marks(page: Path, text: str) -> None:
    """Replace what a page has between the marks. Raises ValueError where it has none."""
    before, begin, rest = page.read_text().partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{page.name} has no {BEGIN} and {END}")
    page.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}")
