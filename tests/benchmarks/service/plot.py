"""The bars of a run as a picture: how many times "at least" each is reached, on a log scale.

It has a light ground of its own, so that it reads the same on light and dark pages.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from math import log10

from benchmarks.service.bars import Row
from benchmarks.service.report import shown

LEFT, WIDTH, RIGHT, LINE, TOP = 470, 380, 70, 22, 46
LOWEST, HIGHEST = 0.1, 10.0
COLOURS = {"met": "#1a7f4b", "below the aim": "#2f6fb3", "MISSED": "#b3422f"}
TEXT, GRID, GROUND = "#24292f", "#c8ccd1", "#fafafa"
TICKS = (0.1, 0.2, 0.5, 1, 2, 5, 10)


def svg(rows: Sequence[Row]) -> str:
    """The picture; what is beyond its edges is drawn at the edge, and its figure stands beside."""
    height = TOP + LINE * len(rows) + 12
    width = LEFT + WIDTH + RIGHT
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        'font-family="sans-serif" font-size="12">',
        "<title>How many times at least each bar is reached</title>",
        f'<rect width="{width}" height="{height}" rx="6" fill="{GROUND}"/>',
        _text(12, 18, "times as good as “at least”; the small line is the aim", weight="bold"),
    ]
    for tick in TICKS:
        x = _x(tick)
        colour, thick = (TEXT, 1.5) if tick == 1 else (GRID, 1)
        parts.append(_line(x, TOP - 6, x, height - 8, colour, thick))
        parts.append(_text(x, TOP - 12, f"{tick:g}", anchor="middle"))
    for number, row in enumerate(rows):
        parts += _row(row, TOP + LINE * number)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _row(row: Row, y: int) -> list[str]:
    start, end = sorted((_x(1), _x(row.reach)))
    aim = _x(row.reach_of_aim)
    colour = COLOURS[row.verdict]
    return [
        _text(LEFT - 10, y + 14, row.bar.what, anchor="end"),
        f'<rect x="{start:.1f}" y="{y + 4}" width="{max(end - start, 1):.1f}" height="13" '
        f'fill="{colour}"/>',
        _line(aim, y + 1, aim, y + 20, TEXT, 2),
        _text(LEFT + WIDTH + 8, y + 14, shown(row.measured, row.bar.unit), colour=colour),
    ]


def _x(reach: float) -> float:
    kept = min(max(reach, LOWEST), HIGHEST)
    return LEFT + WIDTH * log10(kept / LOWEST) / log10(HIGHEST / LOWEST)


def _line(x: float, y: float, x2: float, y2: float, colour: str, thick: float) -> str:
    return (
        f'<line x1="{x:.1f}" y1="{y}" x2="{x2:.1f}" y2="{y2}" stroke="{colour}" '
        f'stroke-width="{thick}"/>'
    )


def _text(
    x: float,
    y: float,
    text: str,
    *,
    anchor: str = "start",
    weight: str = "normal",
    colour: str = TEXT,
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y}" text-anchor="{anchor}" font-weight="{weight}" '
        f'fill="{colour}">{escape(text)}</text>'
    )
