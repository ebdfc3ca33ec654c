"""docs/explanation/security.md: each threat names tests that exist."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
PAGE = (TESTS.parent / "docs" / "explanation" / "security.md").read_text()
COLUMNS = ["threat", "defence", "test", "figure"]
REFERENCE = re.compile(r"`([\w/]+\.py)(?:::(\w+))?`")


def _rows(page: str) -> Iterator[list[str]]:
    for line in page.splitlines():
        if line.startswith("|") and not line.startswith("|---"):
            yield [cell.strip() for cell in line.strip("|").split("|")]


THREATS = [row for row in _rows(PAGE) if len(row) == len(COLUMNS) and row != COLUMNS]


def _missing(cell: str) -> list[str]:
    """What a cell names and is not there; a text in it that is no reference counts as well."""
    found = []
    for file, function in REFERENCE.findall(cell):
        path = TESTS / file
        names = {
            node.name
            for node in (ast.walk(ast.parse(path.read_text())) if path.exists() else ())
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        }
        is_there = function in names if function else any(n.startswith("test") for n in names)
        found += [] if is_there else [f"{file}::{function}"]
    return found or ([REFERENCE.sub("", cell)] if REFERENCE.sub("", cell).strip(", ") else [])


@pytest.mark.parametrize("row", THREATS, ids=[row[0] for row in THREATS])
def test_a_threat_has_a_defence_and_tests_that_exist(row: list[str]) -> None:
    threat, defence, test, _ = row
    assert threat
    assert defence
    assert REFERENCE.search(test)
    assert _missing(test) == []


def test_there_are_threats() -> None:
    assert len(THREATS) > 20


def test_a_test_that_does_not_exist_is_noticed() -> None:
    this = "architecture/test_threats.py"
    assert _missing(f"`{this}::test_there_are_threats`, `{this}`") == []
    assert _missing(f"`{this}::test_of_nothing`") == [f"{this}::test_of_nothing"]
    assert _missing("`architecture/test_of_nothing.py`") == ["architecture/test_of_nothing.py::"]
    assert _missing("by hand") == ["by hand"]
