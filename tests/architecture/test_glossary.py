"""The glossary: in order, its names are in the code, and the public classes are explained."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

import billhook

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
ROW = re.compile(r"^\| (.+?) \| (.*?) ?\| (.+) \|$", re.MULTILINE)
ROWS: list[tuple[str, str, str]] = ROW.findall((DOCS / "glossary.md").read_text())[1:]
NAMES = [name for _, names, _ in ROWS for name in re.findall(r"`(\w+)`", names)]
EXPLAINED = "\n".join(
    (DOCS / page).read_text()
    for page in ("glossary.md", "reference/errors.md", "reference/events.md")
)


@cache
def _types_of_the_code() -> frozenset[str]:
    """The names of classes and of unions of types in the domain and the adapters."""
    found: set[str] = set()
    for root in (ROOT / "domain", ROOT / "adapters"):
        for path in root.rglob("*.py"):
            for node in ast.parse(path.read_text()).body:
                match node:
                    case ast.ClassDef(name=name):
                        found.add(name)
                    case ast.Assign(targets=[ast.Name(id=name)]):
                        found.add(name)
                    case _:
                        pass
    return frozenset(found)


def test_the_terms_are_in_order_and_defined_once() -> None:
    terms = [term.lower() for term, _, _ in ROWS]
    assert len(terms) > 50
    assert terms == sorted(set(terms))


@pytest.mark.parametrize("name", NAMES)
def test_every_name_of_the_glossary_is_in_the_code(name: str) -> None:
    assert name in _types_of_the_code()


@pytest.mark.parametrize("name", [name for name in billhook.__all__ if name[0].isupper()])
def test_every_public_type_is_in_the_glossary_or_the_reference(name: str) -> None:
    assert name.isupper() or f"`{name}`" in EXPLAINED


@pytest.mark.parametrize(("term", "meaning"), [(term, meaning) for term, _, meaning in ROWS])
def test_every_meaning_is_one_sentence(term: str, meaning: str) -> None:
    assert meaning.endswith("."), term
