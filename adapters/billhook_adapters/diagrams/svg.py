"""A diagram as SVG, readable on light and on dark pages, and by screen readers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from html import escape
from itertools import pairwise
from typing import NamedTuple

from billhook_adapters.diagrams.layout import Edge, Extent, Layout, Path, Place, layout

CHARACTER, BOX, LINE, MARGIN, LOOP = 7.4, 30.0, 15.0, 20.0, 26.0
"""In pixels: the width of a character, the heights of a box and of a line of a label, the margin,
and how far the arrow from a box to itself, or to the first box, reaches."""
ROW_GAP, LABEL_GAP = 54.0, 38.0
"""From one row of boxes to the next; with labels, from a row of boxes to one of labels."""

_STYLE = (
    ".{id}{{color:#1c2733}}.{id} .paper{{fill:#fff}}"
    "@media(prefers-color-scheme:dark){{.{id}{{color:#e3e8ee}}.{id} .paper{{fill:#14191f}}}}"
)


class Diagram(NamedTuple):
    """What a picture shows: boxes, and arrows between them.

    `id` is unique among the pictures of a page. `start` is the box at which it begins; `final`
    boxes have a double border, `marked` ones are darker, and arrows in `dashed` are dashed.
    """

    id: str
    title: str
    description: str
    boxes: Sequence[str]
    edges: Sequence[Edge]
    start: str | None = None
    final: Collection[str] = ()
    marked: Collection[str] = ()
    dashed: Collection[Edge] = ()


class _Drawn(NamedTuple):
    """A diagram with its layout, and where its rows are."""

    diagram: Diagram
    layout: Layout
    middles: Sequence[float]
    """The y of the middle of each row."""
    halves: Sequence[float]
    """Half of the height of each row; within it arrows are vertical."""

    def y(self, place: Place) -> float:
        """The middle of a place."""
        return self.middles[place.row]


def svg(diagram: Diagram) -> str:
    """The diagram as the text of an SVG file. It refers to nothing outside of itself."""
    loops = {edge.source: edge for edge in diagram.edges if edge.source == edge.target}
    between = [edge for edge in diagram.edges if edge.source != edge.target]
    labels = {edge: _extent(edge.label, 8) for edge in between if edge.label}
    placed = layout({name: _box(name, loops) for name in diagram.boxes}, between, labels)
    halves = [max((_half(place, loops) for place in row), default=0) for row in placed.rows]
    middles = [MARGIN + halves[0] + (LOOP if diagram.start else 0)]
    for upper, lower in pairwise(halves):
        middles.append(middles[-1] + upper + (LABEL_GAP if labels else ROW_GAP) + lower)
    drawn = _Drawn(diagram, placed, middles, halves)
    right = max(place.x + place.extent.right for row in placed.rows for place in row)
    ends = _ends(placed)
    return "\n".join(
        (
            *_head(diagram, right + 2 * MARGIN, middles[-1] + halves[-1] + MARGIN),
            *(part for path in placed.paths for part in _arrow(drawn, path, ends)),
            *(part for edge in loops.values() for part in _loop(drawn, edge)),
            *(part for name in diagram.boxes for part in _state(drawn, name)),
            "</g>",
            "</svg>\n",
        )
    )


def _half(place: Place, loops: Mapping[str, Edge]) -> float:
    """Half of the height of a place."""
    if place.label:
        return LINE * len(place.label) / 2 + 3
    label = loops[place.name].label if place.name in loops else ()
    return max(BOX, LINE * len(label)) / 2 if place.name else 0


def _head(diagram: Diagram, width: float, height: float) -> Iterator[str]:
    name = diagram.id
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="{name}" role="img" '
        f'aria-labelledby="{name}-title {name}-description" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'width="{width:.0f}" height="{height:.0f}" font-family="sans-serif" font-size="13">'
    )
    yield f'<title id="{name}-title">{escape(diagram.title)}</title>'
    yield f'<desc id="{name}-description">{escape(diagram.description)}</desc>'
    yield f"<style>{_STYLE.format(id=name)}</style>"
    yield (
        f'<defs><marker id="{name}-arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" '
        'markerHeight="7" orient="auto-start-reverse">'
        '<path d="M0 0L8 4L0 8z" fill="currentColor"/></marker></defs>'
    )
    yield '<rect class="paper" width="100%" height="100%" rx="8"/>'
    yield f'<g transform="translate({MARGIN:.0f} 0)" fill="none" stroke="currentColor">'


def _extent(lines: Iterable[str], margin: float) -> Extent:
    half = max(map(len, lines)) * CHARACTER / 2 + margin / 2
    return Extent(half, half)


def _box(name: str, loops: Mapping[str, Edge]) -> Extent:
    """The extent of a box, with the arrow that leads from it to itself."""
    own = _extent([name], 24)
    if name not in loops:
        return own
    label = max(map(len, loops[name].label), default=0) * CHARACTER
    return Extent(own.left, own.right + LOOP + 6 + label)


class _Ends(NamedTuple):
    """The x at which each arrow leaves its upper box, and at which it reaches the lower one."""

    upper: Mapping[Edge, float]
    lower: Mapping[Edge, float]


def _ends(placed: Layout) -> _Ends:
    upper: dict[Edge, float] = {}
    lower: dict[Edge, float] = {}
    for name, place in placed.boxes.items():
        down = [path for path in placed.paths if path.places[0] is place]
        up = [path for path in placed.paths if path.places[-1] is place]
        half = _extent([name], 0).left
        for paths, found, next_ in ((down, upper, 1), (up, lower, -2)):
            paths.sort(key=lambda path, at=next_: path.places[at].x)  # type: ignore[misc]
            step = min(22.0, 2 * half / max(len(paths), 1))
            for at, path in enumerate(paths):
                found[path.edge] = place.x + step * (at - (len(paths) - 1) / 2)
    return _Ends(upper, lower)


def _arrow(drawn: _Drawn, path: Path, ends: _Ends) -> Iterator[str]:
    """The pieces of an arrow, with a gap where its label is, and the label."""
    first, *between, last = path.places
    start, end = ends.upper[path.edge], ends.lower[path.edge]
    points = [(start, drawn.y(first) + BOX / 2)]
    points.append((start, drawn.y(first) + drawn.halves[first.row]))
    pieces = [points]
    for place in between:
        y, half = drawn.y(place), drawn.halves[place.row]
        points.append((place.x, y - half))
        if place.label:
            gap = _half(place, {})
            points.append((place.x, y - gap))
            yield from _text(place.label, place.x, y)
            points = [(place.x, y + gap)]
            pieces.append(points)
        points.append((place.x, y + half))
    points.append((end, drawn.y(last) - drawn.halves[last.row]))
    points.append((end, drawn.y(last) - BOX / 2))
    arrow = f"url(#{drawn.diagram.id}-arrow)"
    dashes = ' stroke-dasharray="5 4"' if path.edge in drawn.diagram.dashed else ""
    for piece in pieces:
        marker = ""
        if path.upward and piece is pieces[0]:
            marker = f' marker-start="{arrow}"'
        elif not path.upward and piece is pieces[-1]:
            marker = f' marker-end="{arrow}"'
        yield f'<path d="{_curve(piece)}"{dashes}{marker}/>'


def _curve(points: Sequence[tuple[float, float]]) -> str:
    """A line that is straight where x stays, and else a curve that ends vertically."""
    drawn = f"M{points[0][0]:.1f} {points[0][1]:.1f}"
    for (x1, y1), (x2, y2) in pairwise(dict.fromkeys(points)):
        middle = (y1 + y2) / 2
        if x1 == x2:
            drawn += f"V{y2:.1f}"
        else:
            drawn += f"C{x1:.1f} {middle:.1f} {x2:.1f} {middle:.1f} {x2:.1f} {y2:.1f}"
    return drawn


def _text(lines: Sequence[str], x: float, y: float, anchor: str = "middle") -> Iterator[str]:
    top = y - LINE * (len(lines) - 1) / 2 + 4
    for at, line in enumerate(lines):
        yield (
            f'<text x="{x:.1f}" y="{top + LINE * at:.1f}" text-anchor="{anchor}" '
            f'font-size="12" fill="currentColor" stroke="none">{escape(line)}</text>'
        )


def _loop(drawn: _Drawn, edge: Edge) -> Iterator[str]:
    """The arrow from a box to itself, at its right."""
    place = drawn.layout.boxes[edge.source]
    x, y = place.x + _extent([edge.source], 24).right, drawn.y(place)
    yield (
        f'<path d="M{x:.1f} {y - 8:.1f}C{x + LOOP:.1f} {y - 18:.1f} {x + LOOP:.1f} {y + 18:.1f} '
        f'{x:.1f} {y + 8:.1f}" marker-end="url(#{drawn.diagram.id}-arrow)"/>'
    )
    yield from _text(edge.label, x + LOOP, y, "start")


def _state(drawn: _Drawn, name: str) -> Iterator[str]:
    """A box with its name."""
    place, diagram = drawn.layout.boxes[name], drawn.diagram
    x, y, half = place.x, drawn.y(place), _extent([name], 24).left
    if name == diagram.start:
        top = y - BOX / 2
        yield f'<circle cx="{x:.1f}" cy="{top - LOOP:.1f}" r="5" fill="currentColor"/>'
        yield (
            f'<path d="M{x:.1f} {top - LOOP:.1f}V{top:.1f}" marker-end="url(#{diagram.id}-arrow)"/>'
        )
    shade = "0.16" if name in diagram.marked else "0.05"
    yield (
        f'<rect x="{x - half:.1f}" y="{y - BOX / 2:.1f}" width="{2 * half:.1f}" '
        f'height="{BOX:.0f}" rx="6" fill="currentColor" fill-opacity="{shade}"/>'
    )
    if name in diagram.final:
        yield (
            f'<rect x="{x - half + 3:.1f}" y="{y - BOX / 2 + 3:.1f}" width="{2 * half - 6:.1f}" '
            f'height="{BOX - 6:.0f}" rx="4"/>'
        )
    yield (
        f'<text x="{x:.1f}" y="{y + 4.5:.1f}" text-anchor="middle" fill="currentColor" '
        f'stroke="none">{escape(name)}</text>'
    )
