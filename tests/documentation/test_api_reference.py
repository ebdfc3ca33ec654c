"""The reference of the Python API: no public name and no field is missing or unexplained."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path

import pytest
from api_names import attributes, definition
from api_pages import PAGES
from api_reference import FIELDS, meaning_of

import billhook

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
NAMES = [
    *(("billhook", name) for name in billhook.__all__),
    *(one for page in PAGES.values() for one in page.names if one[0] != "billhook"),
]
CLASSES = [
    of
    for of in (definition(module, name) for module, name in NAMES)
    if isinstance(of.node, ast.ClassDef)
]


def test_every_public_name_is_on_exactly_one_page() -> None:
    pages = "".join(page.read_text(encoding="utf-8") for page in REFERENCE.rglob("*.md"))
    found = Counter(re.findall(r'<a id="(\w+)"></a>', pages))
    assert {name: found[name] for _, name in NAMES} == {name: 1 for _, name in NAMES}


@pytest.mark.parametrize(("module", "name"), NAMES)
def test_every_public_name_has_a_line_of_meaning(module: str, name: str) -> None:
    meaning = definition(module, name).meaning.partition("\n\n")[0]
    assert re.search(r"\w+ .*[.:]$", meaning, re.DOTALL), meaning


def test_every_field_of_a_public_class_has_a_meaning() -> None:
    silent = [
        f"{of.name}.{field.name}"
        for of in CLASSES
        for field in attributes(of)
        if field.type and not meaning_of(of.name, field)
    ]
    assert silent == [], "give it a docstring, or add it to docs/fields.toml"


def test_every_meaning_of_the_table_is_used() -> None:
    used = {
        key
        for of in CLASSES
        for field in attributes(of)
        if not field.meaning
        for key in (f"{of.name}.{field.name}", field.name)
    }
    assert {key for key in FIELDS if key not in used} == set()
