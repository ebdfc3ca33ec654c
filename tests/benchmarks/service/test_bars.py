"""What a run says of its figures: met or missed, lost since the last run, on a page, as a plot."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from benchmarks.service import history, plot, report
from benchmarks.service.bars import BARS, Bar, Row, figure, growth, quotient, rows

RATE = Bar("rate", "a rate <of ours>", quotient("ours", "theirs"), 0.2, 0.4)
SIZE = Bar("size", "a size", figure("bytes"), 2400, 1800, "B", fewer=True)
WAIT = Bar("wait", "a wait", figure("wait"), 5, 2.5, fewer=True, steady=False)
ENTRY = history.Entry("2026-11-27", "abc1234", "a machine", {"rate": 0.5, "size": 2000})


@pytest.mark.parametrize(
    ("bar", "measured", "verdict"),
    [
        (RATE, 0.19, "MISSED"),
        (RATE, 0.2, "below the aim"),
        (RATE, 0.39, "below the aim"),
        (RATE, 0.4, "met"),
        (SIZE, 2401, "MISSED"),
        (SIZE, 2400, "below the aim"),
        (SIZE, 1800, "met"),
    ],
)
def test_a_bar_is_met_missed_or_below_its_aim(bar: Bar, measured: float, verdict: str) -> None:
    assert Row(bar, measured).verdict == verdict


def test_only_what_was_measured_is_shown() -> None:
    figures = {"ours": 30.0, "theirs": 100.0, "wait": 3.0}
    assert [(row.bar.key, row.measured) for row in rows(figures, (RATE, SIZE, WAIT))] == [
        ("rate", 0.3),
        ("wait", 3.0),
    ]


def test_the_growth_is_that_of_the_worst_case() -> None:
    many = "one, 1,000,000 invoices", "two, 1,000,000 invoices"
    figures = {"one, 32: per_cpu": 100.0, f"{many[0]}, 32: per_cpu": 80.0}
    figures |= {"two, 32: per_cpu": 50.0, f"{many[1]}, 32: per_cpu": 50.0}
    assert growth("one", "two", "three")(figures) == 1.25
    assert growth("three")(figures) is None


def test_every_bar_has_a_name_of_its_own_and_an_aim_beyond_the_least() -> None:
    assert len({bar.key for bar in BARS}) == len(BARS)
    assert all(Row(bar, bar.aim).reach > 1 for bar in BARS)


def test_a_loss_of_more_than_a_fifth_against_the_last_run_that_has_the_figure_is_named() -> None:
    later = ENTRY._replace(date="2026-11-28", ratios={"size": 2000})
    found = history.losses([Row(RATE, 0.39), Row(SIZE, 2600)], [ENTRY, later])
    assert [str(loss) for loss in found] == [
        "LOST: a rate <of ours>: 0.5 on 2026-11-27, 0.39 now",
        "LOST: a size: 2000 on 2026-11-28, 2600 now",
    ]


def test_less_than_a_fifth_is_no_loss_and_neither_is_a_new_figure() -> None:
    assert not history.losses([Row(RATE, 0.41), Row(SIZE, 2450)], [ENTRY])
    assert not history.losses([Row(RATE, 0.01)], [])


def test_what_hangs_on_the_disk_is_not_compared() -> None:
    entry = ENTRY._replace(ratios={"wait": 1.0})
    assert not history.losses([Row(WAIT, 50)], [entry])


def test_a_run_is_recorded_behind_the_others(tmp_path: Path) -> None:
    path = tmp_path / "history.json"
    assert history.read(path) == []
    later = ENTRY._replace(commit="def5678")
    for entry in (ENTRY, later):
        history.append(path, entry)
    assert history.read(path) == [ENTRY, later]


def test_a_page_gets_the_table_between_its_marks(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n")
    text = report.markdown([Row(RATE, 0.1), Row(SIZE, 2000)], ENTRY, "plot.svg")
    report.write_between_marks(page, text)
    assert page.read_text().startswith(f"before\n{report.BEGIN}\n\nMeasured on 2026-11-27")
    assert page.read_text().endswith(f"|\n\n{report.END}\nafter\n")
    assert "| a size | 2,000 B | at most 2,400 B | 1,800 B | below the aim |" in page.read_text()
    assert "old" not in page.read_text()


def test_a_page_without_marks_is_left_as_it_is(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("nothing to replace\n")
    with pytest.raises(ValueError, match=r"page\.md has no"):
        report.write_between_marks(page, "a table")
    assert page.read_text() == "nothing to replace\n"


def test_programs_get_every_bar_with_its_verdict() -> None:
    written = json.loads(report.as_json([Row(RATE, 0.1)], {"ours": 1.0}, ENTRY))
    assert written["bars"][0]["verdict"] == "MISSED"
    assert written["figures"] == {"ours": 1.0}


def test_the_plot_is_one_bar_a_row_and_ends_at_its_edges() -> None:
    text = plot.svg([Row(RATE, 0.4), Row(RATE, 0.0001), Row(SIZE, 1)])
    shown = ElementTree.fromstring(text)  # noqa: S314  # our own
    name = "{http://www.w3.org/2000/svg}"
    drawn = [one for one in shown.iter(f"{name}rect") if one.get("height") == "13"]
    assert [one.get("fill") for one in drawn] == [
        plot.COLOURS["met"],
        plot.COLOURS["MISSED"],
        plot.COLOURS["met"],
    ]
    edges = plot.LEFT, plot.LEFT + plot.WIDTH
    for one in drawn:
        x = float(one.get("x", "0"))
        assert edges[0] <= x <= x + float(one.get("width", "0")) <= edges[1] + 1
    assert "a rate <of ours>" in {one.text for one in shown.iter(f"{name}text")}
