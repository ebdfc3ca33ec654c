"""Where the boxes and arrows of a diagram are: in rows, from what leads to what it leads to.

A long arrow has a bend in each row that it passes, and a label has a place of its own in a row
between those of the boxes. So nothing is drawn over a box or a label.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, pairwise
from typing import NamedTuple

GAP = 22.0
"""The least distance between two neighbours of a row."""
SWEEPS = 24
"""How often the rows are put in order and moved; more change nothing that can be seen."""


class Edge(NamedTuple):
    """An arrow from one box to another, with the lines of its label."""

    source: str
    target: str
    label: tuple[str, ...] = ()


class Extent(NamedTuple):
    """How far something reaches to the left and to the right of its middle."""

    left: float
    right: float


@dataclass(eq=False)
class Place:
    """A box, the label of an arrow, or a bend of one: its row, and the `x` of its middle."""

    row: int
    extent: Extent
    name: str = ""
    label: tuple[str, ...] = ()
    x: float = 0
    above: list[Place] = field(default_factory=list["Place"])
    below: list[Place] = field(default_factory=list["Place"])


class Path(NamedTuple):
    """An arrow: its places from the upper box to the lower one, and whether it points up."""

    edge: Edge
    places: Sequence[Place]
    upward: bool


class Layout(NamedTuple):
    """The places of a diagram by row, its boxes by name, and its arrows."""

    rows: Sequence[Sequence[Place]]
    boxes: Mapping[str, Place]
    paths: Sequence[Path]


def layout(
    boxes: Mapping[str, Extent], edges: Sequence[Edge], labels: Mapping[Edge, Extent]
) -> Layout:
    """Rows of boxes, ordered so that few arrows cross, and moved so that they bend little.

    `labels` are the extents of the labels. Every edge joins two boxes; none joins one with itself.
    """
    upward = _closing(boxes, edges)
    downward = [(e.target, e.source) if e in upward else (e.source, e.target) for e in edges]
    levels = _levels(boxes, downward)
    step = 2 if labels else 1  # between two rows of boxes is one for labels
    places = {name: Place(levels[name] * step, extent, name) for name, extent in boxes.items()}
    rows: list[list[Place]] = [[] for _ in range(max(levels.values()) * step + 1)]
    for place in places.values():
        rows[place.row].append(place)
    paths: list[Path] = []
    for edge, (upper, lower) in zip(edges, downward, strict=True):
        between = [Place(row, Extent(5, 5)) for row in range(*_inside(places, upper, lower))]
        if edge in labels:
            between[0].extent, between[0].label = labels[edge], edge.label
        for place in between:
            rows[place.row].append(place)
        chain = [places[upper], *between, places[lower]]
        for one, other in pairwise(chain):
            one.below.append(other)
            other.above.append(one)
        paths.append(Path(edge, chain, edge in upward))
    ordered = _ordered(rows)
    _move(ordered)
    return Layout(ordered, places, paths)


def _inside(places: Mapping[str, Place], upper: str, lower: str) -> tuple[int, int]:
    return places[upper].row + 1, places[lower].row


def _closing(names: Iterable[str], edges: Sequence[Edge]) -> set[Edge]:
    """The edges that lead back to where one can come from: without them there is no cycle."""
    found: set[Edge] = set()
    done: set[str] = set()

    def visit(name: str, before: tuple[str, ...]) -> None:
        done.add(name)
        for edge in edges:
            if edge.source == name and edge.target in (*before, name):
                found.add(edge)
            elif edge.source == name and edge.target not in done:
                visit(edge.target, (*before, name))

    for name in names:
        if name not in done:
            visit(name, ())
    return found


def _levels(names: Iterable[str], edges: Sequence[tuple[str, str]]) -> dict[str, int]:
    """The length of the longest path to each box."""
    levels = dict.fromkeys(names, 0)
    for _ in levels:
        for upper, lower in edges:
            levels[lower] = max(levels[lower], levels[upper] + 1)
    return levels


def _ordered(rows: list[list[Place]]) -> list[list[Place]]:
    """The rows in the order with the fewest crossings of those that are tried."""
    best, fewest = rows, _crossings(rows)
    for sweep in range(2 * SWEEPS):
        rows = [list(row) for row in rows]
        if sweep < SWEEPS:
            _sort_by_neighbours(rows if sweep % 2 else rows[::-1], rows)
        else:
            _exchange_neighbours(rows if sweep % 2 else rows[::-1], rows)
        crossings = _crossings(rows)
        if crossings < fewest:
            best, fewest = rows, crossings
        if sweep == SWEEPS - 1:
            rows = best
    return best


def _sort_by_neighbours(sweep: Sequence[list[Place]], rows: Sequence[Sequence[Place]]) -> None:
    """Sort each row by where its places are joined to."""
    for row in sweep:
        index = {id(place): at for one in rows for at, place in enumerate(one)}
        row.sort(key=lambda place: _mean(place, index))


def _exchange_neighbours(sweep: Sequence[list[Place]], rows: Sequence[Sequence[Place]]) -> None:
    """Exchange two neighbours where no more arrows cross then.

    Also where as many do: a crossing is moved on so, until it is one with another.
    """
    for row in sweep:
        at = next(at for at, one in enumerate(rows) if one is row)
        near = rows[max(at - 1, 0) : at + 2]
        for one in range(len(row) - 1):
            before = _crossings(near)
            row[one : one + 2] = reversed(row[one : one + 2])
            if _crossings(near) > before:
                row[one : one + 2] = reversed(row[one : one + 2])


def _mean(place: Place, index: Mapping[int, int]) -> float:
    near = (*place.above, *place.below)
    return sum(index[id(one)] for one in near) / len(near) if near else index[id(place)]


def _crossings(rows: Sequence[Sequence[Place]]) -> int:
    """How many pairs of arrows cross between two rows."""
    count = 0
    for upper, lower in pairwise(rows):
        index = {id(place): at for at, place in enumerate(lower)}
        ends = [(at, index[id(one)]) for at, place in enumerate(upper) for one in place.below]
        count += sum((a - c) * (b - d) < 0 for (a, b), (c, d) in combinations(ends, 2))
    return count


def _move(rows: Sequence[Sequence[Place]]) -> None:
    """Move each row towards its neighbours, so that arrows are as straight as they can be."""
    for sweep in range(SWEEPS * 20):
        for row in rows if sweep % 2 else reversed(rows):
            _set_row(row, [_wanted(place) for place in row])
    left = min(place.x - place.extent.left for row in rows for place in row)
    for row in rows:
        for place in row:
            place.x -= left


def _wanted(place: Place) -> tuple[float, float]:
    """The x at which a place would be best, and how much that matters."""
    near = (*place.above, *place.below)
    weights = [1.0 if one.name or place.name else 24.0 for one in near]
    total = sum(weights)
    if not total:
        return place.x, 0.1
    return sum(one.x * w for one, w in zip(near, weights, strict=True)) / total, total


def _set_row(row: Sequence[Place], wanted: Sequence[tuple[float, float]]) -> None:
    """The places of a row as near as they can be to what they want, without overlaps.

    Neighbours that are too near become a block, which wants the weighted mean of its places.
    """
    blocks: list[tuple[float, float, int]] = []  # what the block wants, its weight, its places
    offset, offsets = 0.0, list[float]()
    for at, place in enumerate(row):
        if at:
            offset += row[at - 1].extent.right + GAP + place.extent.left
        offsets.append(offset)
        x, weight = wanted[at]
        block = x - offset, weight, 1
        while blocks and blocks[-1][0] > block[0]:
            other = blocks.pop()
            weight = other[1] + block[1]
            mean = (other[0] * other[1] + block[0] * block[1]) / weight
            block = mean, weight, other[2] + block[2]
        blocks.append(block)
    starts = [start for start, _, count in blocks for _ in range(count)]
    for place, start, offset in zip(row, starts, offsets, strict=True):
        place.x = start + offset
