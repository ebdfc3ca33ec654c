"""The recorded decision table: a changed row needs a new version, and the pages are current."""

from __future__ import annotations

import json
from functools import cache

import pytest
from decision_pages import PAGE, TABLE, VERSIONS, as_lines, boxes, digest, page, recorded

from billhook import DECISIONS_VERSION, Decision, Operation, Status, as_json, decision_table

VERSION = DECISIONS_VERSION


@cache
def rows() -> tuple[Decision, ...]:
    """The decision table as the rules are now."""
    return decision_table()


def changed() -> list[Decision]:
    """The table with one row decided in another way."""
    first = rows()[0]
    names = Decision.__match_args__
    other = {name: getattr(first, name) for name in names} | {"after": Status.PAID}
    return [Decision(**other), *rows()[1:]]


def test_the_table_is_the_recorded_one_of_its_version() -> None:
    record = json.loads(VERSIONS.read_text())
    assert recorded(record, VERSION, rows()) == record, "run `make docs`"
    assert max(map(int, record)) == VERSION


def test_the_files_are_those_of_the_rules() -> None:
    assert TABLE.read_text() == as_lines(VERSION, rows()), "run `make docs`"
    assert PAGE.read_text() == page(VERSION, rows()), "run `make docs`"
    stored = json.loads(TABLE.read_text())
    assert (stored["version"], stored["rows"]) == (VERSION, as_json(rows()))


def test_a_changed_row_needs_a_new_version() -> None:
    record = {str(VERSION): digest(rows())}
    with pytest.raises(ValueError, match=r"raise DECISIONS_VERSION .* run `make docs`"):
        recorded(record, VERSION, changed())
    raised = recorded(record, VERSION + 1, changed())
    assert raised == {**record, str(VERSION + 1): digest(changed())}


def test_a_version_before_a_recorded_one_is_refused() -> None:
    with pytest.raises(ValueError, match="9 is recorded already; raise it above that"):
        recorded({"9": digest(rows())}, 8, changed())


@pytest.mark.parametrize("operation", Operation)
def test_the_page_has_every_row_once(operation: Operation) -> None:
    those = [row for row in rows() if row.operation is operation]
    shown = boxes(those)
    for row in those:
        (box,) = (
            box
            for box in shown
            if all(str(getattr(row, name) or "") in of for name, of in box.values.items())
        )
        assert (box.row.code, box.row.after is box.row.status) == (
            row.code,
            row.after is row.status,
        )
        assert box.row.after is row.after or row.after is row.status
