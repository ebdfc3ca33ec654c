"""The import graph of the packages, read from the code by grimp: as Mermaid and as SVG."""

from __future__ import annotations

from html import escape
from itertools import pairwise
from typing import NamedTuple

import grimp

Edge = tuple[str, str]
"""The package that imports, and the package that is imported."""

GROUPED = ("billhook_adapters.http",)
"""Packages that are shown by their subpackages."""

DOMAIN = ("application", "messaging", "lifecycle", "model")
"""The packages of the domain, the outermost first."""

WIDTH, HEIGHT, GAP, ROW, MARGIN, CHARACTER = 24, 30, 22, 84, 20, 7.4


def package_of(module: str) -> str | None:
    """The package that a module is shown in; None for a module directly below a root."""
    parts = module.split(".")
    depth = 3 if ".".join(parts[:2]) in GROUPED else 2
    if len(parts) < depth or parts[1] == "examples":
        return None
    return ".".join(parts[1:depth])


def imports() -> set[Edge]:
    """The edges between two packages, from the imports of their modules."""
    graph = grimp.build_graph("billhook", "billhook_adapters", cache_dir=None)
    found: set[Edge] = set()
    for importer in graph.modules:
        for imported in graph.find_modules_directly_imported_by(importer):
            edge = package_of(importer), package_of(imported)
            if edge[0] is not None and edge[1] is not None and edge[0] != edge[1]:
                found.add((edge[0], edge[1]))
    return found


def mermaid(edges: set[Edge]) -> str:
    """The domain's packages as a Mermaid diagram."""
    rows = [
        f"    {importer} --> {imported}\n"
        for importer in DOMAIN
        for imported in DOMAIN
        if (importer, imported) in edges
    ]
    return "```mermaid\nflowchart TD\n" + "".join(rows) + "```\n"


def cycles(edges: set[Edge]) -> set[Edge]:
    """The edges that lead back to where they come from, over others or directly."""
    return {(a, b) for a, b in edges if a in _reachable(b, edges)}


def _reachable(start: str, edges: set[Edge]) -> set[str]:
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        at = waiting.pop()
        new = {b for a, b in edges if a == at} - seen
        seen |= new
        waiting += sorted(new)
    return seen


def _without_implied(edges: set[Edge]) -> set[Edge]:
    """The edges that no longer path implies (the transitive reduction)."""
    return {(a, b) for a, b in edges if b not in _reachable(a, edges - {(a, b)})}


def _levels(edges: set[Edge]) -> dict[str, int]:
    """The length of the longest path from each package down; the edges hold no cycle."""
    levels = dict.fromkeys(sorted({name for edge in edges for name in edge}), 0)
    for _ in levels:
        for importer, imported in edges:
            levels[importer] = max(levels[importer], levels[imported] + 1)
    return levels


class _Layout(NamedTuple):
    """The places of packages and of the bends of long edges, row by row."""

    rows: list[list[str]]
    paths: dict[Edge, list[str]]


def _layout(edges: set[Edge]) -> _Layout:
    """Rows by level, each ordered so that few edges cross."""
    levels = _levels(edges)
    rows: list[list[str]] = [[] for _ in range(max(levels.values()) + 1)]
    for name, level in levels.items():
        rows[level].append(name)
    paths: dict[Edge, list[str]] = {}
    for importer, imported in sorted(edges):
        bends = [
            f"{importer}>{imported}>{level}"
            for level in range(levels[importer] - 1, levels[imported], -1)
        ]
        for bend in bends:
            rows[int(bend.rpartition(">")[2])].append(bend)
        paths[importer, imported] = [importer, *bends, imported]
    near: dict[str, list[str]] = {}
    for path in paths.values():
        for one, other in pairwise(path):
            near.setdefault(one, []).append(other)
            near.setdefault(other, []).append(one)
    for _ in range(24):
        for row in (*rows, *reversed(rows)):
            place = _places(rows)
            row.sort(key=lambda name: (_mean(name, near, place), name))
    return _Layout(rows, paths)


def _mean(name: str, near: dict[str, list[str]], place: dict[str, float]) -> float:
    return sum(place[other] for other in near[name]) / len(near[name])


def _width(name: str) -> float:
    return 10 if ">" in name else WIDTH + CHARACTER * len(name)


def _places(rows: list[list[str]]) -> dict[str, float]:
    """The middle of every package and bend, each row centred."""
    place: dict[str, float] = {}
    for row in rows:
        x = -(sum(map(_width, row)) + GAP * (len(row) - 1)) / 2
        for name in row:
            place[name] = x + _width(name) / 2
            x += _width(name) + GAP
    return place


def svg(edges: set[Edge]) -> str:
    """All packages as a picture: arrows point down, from what imports to what is imported.

    Edges that a longer path implies are left out; edges of a cycle are red.
    """
    circular = cycles(edges)
    rows, paths = _layout(_without_implied(edges - circular))
    place = _places(rows)
    left = min(place[name] - _width(name) / 2 for row in rows for name in row) - MARGIN
    right = max(place[name] + _width(name) / 2 for row in rows for name in row) + MARGIN
    height = 2 * MARGIN + HEIGHT + ROW * (len(rows) - 1)
    y = {
        name: MARGIN + HEIGHT / 2 + ROW * (len(rows) - 1 - level)
        for level, row in enumerate(rows)
        for name in row
    }
    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {right - left:.0f} {height:.0f}" '
        f'width="{right - left:.0f}" height="{height:.0f}" font-family="sans-serif" '
        f'font-size="13">',
        "<title>Which package imports which</title>",
        '<defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" '
        'markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" fill="#56606b"/></marker></defs>',
        '<rect width="100%" height="100%" fill="#ffffff"/>',
    ]
    for path in paths.values():
        points = [(place[name] - left, y[name]) for name in path]
        points[0] = points[0][0], points[0][1] + HEIGHT / 2
        points[-1] = points[-1][0], points[-1][1] - HEIGHT / 2
        curve = f"M{points[0][0]:.1f} {points[0][1]:.1f}"
        for (x1, y1), (x2, y2) in pairwise(points):
            middle = (y1 + y2) / 2
            curve += f"C{x1:.1f} {middle:.1f} {x2:.1f} {middle:.1f} {x2:.1f} {y2:.1f}"
        drawn.append(f'<path d="{curve}" fill="none" stroke="#8a949e" marker-end="url(#arrow)"/>')
    for importer, imported in sorted(circular):
        line = f"M{place[importer] - left:.1f} {y[importer]:.1f}L"
        line += f"{place[imported] - left:.1f} {y[imported]:.1f}"
        drawn.append(f'<path d="{line}" stroke="#c0261b" stroke-width="2" stroke-dasharray="5 4"/>')
    drawn += [
        _box(name, place[name] - left, y[name]) for row in rows for name in row if ">" not in name
    ]
    return "\n".join([*drawn, "</svg>"]) + "\n"


def _box(name: str, x: float, y: float) -> str:
    width, fill = _width(name), "#fff3d6" if name in DOMAIN else "#e4eef8"
    return (
        f'<rect x="{x - width / 2:.1f}" y="{y - HEIGHT / 2:.1f}" width="{width:.1f}" '
        f'height="{HEIGHT}" rx="5" fill="{fill}" stroke="#56606b"/>'
        f'<text x="{x:.1f}" y="{y + 4.5:.1f}" text-anchor="middle" fill="#1c2733">'
        f"{escape(name)}</text>"
    )
