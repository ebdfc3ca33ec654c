"""Diagrams: every box and arrow is drawn, nothing overlaps, nothing is loaded from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billhook import Lifecycle, Transition
from billhook.lifecycle.transitions import LIFECYCLE
from billhook.messaging.delivery import LIFECYCLE as DELIVERY
from billhook_adapters.diagrams.layout import GAP, Edge, Extent, Layout, layout
from billhook_adapters.diagrams.lifecycles import Subject, mermaid_of, state_diagram, svg_of
from billhook_adapters.diagrams.svg import Diagram, svg

MACHINES = {Subject.INVOICE: LIFECYCLE, Subject.MESSAGE: DELIVERY}
SVG = "{http://www.w3.org/2000/svg}"


def texts(picture: str) -> list[str]:
    """The texts of a picture."""
    root = ET.fromstring(picture)  # noqa: S314  # our own
    return ["".join(one.itertext()) for one in root.iter(f"{SVG}text")]


@pytest.mark.parametrize("subject", Subject)
def test_every_state_and_every_move_is_drawn_with_its_name(subject: Subject) -> None:
    machine, drawn = MACHINES[subject], texts(svg_of(subject))
    moves = [row.trigger for row in machine.transitions for _ in row.source if row.to is not None]
    assert sorted(drawn) == sorted([*machine.states, *moves])


@pytest.mark.parametrize("subject", Subject)
def test_a_screen_reader_gets_a_title_and_every_move(subject: Subject) -> None:
    root = ET.fromstring(svg_of(subject))  # noqa: S314  # our own
    title, description = root[0], root[1]
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
    assert title.text == f"The lifecycle of {'an' if subject == 'invoice' else 'a'} {subject}"
    for row in MACHINES[subject].transitions:
        for source in row.source if row.to is not None else ():
            assert re.search(
                rf"From {source} to {row.to} by [^.]*\b{row.trigger}\b", description.text or ""
            )


@pytest.mark.parametrize("subject", Subject)
def test_a_picture_refers_to_nothing_outside_and_has_both_colours(subject: Subject) -> None:
    picture = svg_of(subject)
    assert re.findall(r"(?:href|src|@import|url\((?!#))", picture) == []
    assert picture.count("http") == 1  # the name of the format
    assert "prefers-color-scheme:dark" in picture
    root = ET.fromstring(picture)  # noqa: S314  # our own
    painted = {one.get(name) for one in root.iter() for name in ("fill", "stroke")}
    assert painted == {None, "none", "currentColor"}


def test_pictures_of_one_page_do_not_share_an_id() -> None:
    invoice, message = (set(re.findall(r'id="([^"]+)"', svg_of(one))) for one in Subject)
    assert invoice & message == set()


def test_mermaid_is_that_of_the_machine() -> None:
    assert [mermaid_of(one) for one in Subject] == [LIFECYCLE.mermaid(), DELIVERY.mermaid()]


class Quote(StrEnum):
    """The states of a quote."""

    OPEN = "open"
    WON = "won <3"


class Answer(StrEnum):
    """What may happen to a quote."""

    ACCEPT = "accept & sign"
    LOOK = "look"


def test_a_lifecycle_of_your_own_is_drawn() -> None:
    rows = [Transition(Answer.ACCEPT, Quote.OPEN, Quote.WON), Transition(Answer.LOOK, Quote.OPEN)]
    picture = state_diagram(Lifecycle(Quote, Answer, rows), "quote", "A quote & its end")
    assert texts(picture) == ["accept & sign", "open", "won <3"]
    assert '<title id="quote-title">A quote &amp; its end</title>' in picture


def test_a_dashed_arrow_and_a_marked_box_differ_from_the_others() -> None:
    there, back = Edge("a", "b"), Edge("b", "a")
    picture = svg(Diagram("x", "", "", "ab", [there, back], marked="a", dashed={back}))
    assert picture.count("stroke-dasharray") == 1
    assert picture.count('fill-opacity="0.16"') == 1


class Grid(NamedTuple):
    """The boxes of a picture's states and texts, and points on its arrows."""

    size: tuple[float, float]
    states: list[tuple[float, ...]]
    labels: list[tuple[float, ...]]
    points: list[tuple[float, float]]


def measured(picture: str) -> Grid:
    """Where everything in a picture is, each box as left, top, right, bottom."""
    root = ET.fromstring(picture)  # noqa: S314  # our own
    group = root.find(f"{SVG}g")
    assert group is not None
    states = [
        (x, y, x + width, y + height)
        for one in group.iter(f"{SVG}rect")
        for x, y, width, height in [
            tuple(float(one.get(name, "")) for name in ("x", "y", "width", "height"))
        ]
    ]
    labels: list[tuple[float, ...]] = []
    for one in group.iter(f"{SVG}text"):
        if one.get("font-size"):
            x, y, width = float(one.get("x", "")), float(one.get("y", "")), len(one.text or "") * 7
            left = x if one.get("text-anchor") == "start" else x - width / 2
            labels.append((left, y - 9, left + width, y + 3))
    points = [point for one in group.iter(f"{SVG}path") for point in points_of(one.get("d", ""))]
    width, height = (float(root.get(name, "")) for name in ("width", "height"))
    return Grid((width - 40, height), states, labels, points)


def points_of(path: str) -> Iterator[tuple[float, float]]:
    """Points on a path of straight vertical lines and curves."""
    x = y = 0.0
    for command, numbers in re.findall(r"([MVC])([^MVC]+)", path):
        given = [float(one) for one in numbers.split()]
        if command == "M":
            x, y = given
        elif command == "V":
            yield from ((x, y + (given[0] - y) * at / 20) for at in range(21))
            y = given[0]
        else:
            (x1, y1, x2, y2, x3, y3), x0, y0 = given, x, y
            for at in range(41):
                t = at / 40
                a, b, c, d = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3
                yield a * x0 + b * x1 + c * x2 + d * x3, a * y0 + b * y1 + c * y2 + d * y3
            x, y = x3, y3


def assert_clean(picture: str) -> None:
    """No label is on another, on a box or on an arrow, no arrow on a box, and all is inside."""
    found = measured(picture)
    width, height = found.size
    boxes = [*found.labels, *found.states]
    for left, top, right, bottom in boxes:
        assert left >= -20
        assert top >= 0
        assert right <= width + 20
        assert bottom <= height
    for at, one in enumerate(found.labels):
        others = [*found.labels[at + 1 :], *found.states]
        assert [other for other in others if _meet(one, other)] == []
    for left, top, right, bottom in boxes:
        inside = [
            (x, y) for x, y in found.points if left + 1 < x < right - 1 and top + 1 < y < bottom - 1
        ]
        assert inside == []


def _meet(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


@pytest.mark.parametrize("subject", Subject)
def test_no_label_and_no_box_is_drawn_over(subject: Subject) -> None:
    assert_clean(svg_of(subject))


def test_every_arrow_between_the_same_states_and_to_itself_has_its_label() -> None:
    words = tuple(f"again_{number}" for number in range(7))
    edges = [Edge("a", "a", words), Edge("a", "b", words), Edge("b", "a", words)]
    picture = svg(Diagram("x", "", "", "ab", edges))
    assert sorted(texts(picture)) == sorted([*words * 3, "a", "b"])
    assert_clean(picture)


NAMES = "abcdef"
EDGES = st.lists(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)).filter(lambda one: one[0] != one[1]),
    unique=True,
    max_size=14,
)


def overlaps(placed: Layout) -> list[tuple[float, float]]:
    """The distances of neighbours that are too near to each other."""
    return [
        (one.x + one.extent.right + GAP, other.x - other.extent.left)
        for row in placed.rows
        for one, other in pairwise(row)
        if one.x + one.extent.right + GAP > other.x - other.extent.left + 1e-6
    ]


@settings(max_examples=40, deadline=None)
@given(EDGES, st.booleans())
def test_nothing_overlaps_and_every_arrow_leads_where_it_should(
    pairs: list[tuple[str, str]], labelled: bool
) -> None:
    edges = [Edge(one, other, ("label",)) for one, other in pairs]
    labels = {edge: Extent(20, 30) for edge in edges} if labelled else {}
    placed = layout({name: Extent(20, 20) for name in NAMES}, edges, labels)
    assert overlaps(placed) == []
    assert [path.edge for path in placed.paths] == edges
    for path in placed.paths:
        rows = [place.row for place in path.places]
        assert rows == list(range(rows[0], rows[-1] + 1))
        ends = path.places[0].name, path.places[-1].name
        assert (ends[::-1] if path.upward else ends) == (path.edge.source, path.edge.target)
        assert [place.label for place in path.places if place.label] == [("label",)] * labelled


@settings(max_examples=40, deadline=None)
@given(EDGES, st.lists(st.integers(0, 4), min_size=14, max_size=14))
def test_no_picture_has_an_arrow_over_a_label_or_a_box(
    pairs: list[tuple[str, str]], lines: list[int]
) -> None:
    edges = [Edge(*pair, ("a_label",) * count) for pair, count in zip(pairs, lines, strict=False)]
    assert_clean(svg(Diagram("x", "", "", NAMES, edges, start="a")))


def test_arrows_that_can_be_drawn_without_a_crossing_are() -> None:
    edges = [Edge("a", "d"), Edge("a", "c"), Edge("b", "d"), Edge("b", "e")]
    placed = layout({name: Extent(20, 20) for name in "abcde"}, edges, {})
    xs = {name: place.x for name, place in placed.boxes.items()}
    crossing = [
        (one, other)
        for one in edges
        for other in edges
        if xs[one.source] < xs[other.source] and xs[one.target] > xs[other.target]
    ]
    assert crossing == []
