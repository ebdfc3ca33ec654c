"""Principle 2: only the lifecycle's tables and the model's validator name a status."""

from __future__ import annotations

import ast
from pathlib import Path

from billhook.lifecycle import apply as change
from billhook.model.invoice import Status

DOMAIN = Path(change.__file__).parents[1]


def _statuses_named(module: Path) -> set[tuple[str, str, str]]:
    named: set[tuple[str, str, str]] = set()
    for top in ast.parse(module.read_text()).body:
        for node in ast.walk(top):
            if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "Status":
                named.add((module.name, getattr(top, "name", ""), node.attr))
            if isinstance(node, ast.ImportFrom) and node.module == "billhook.lifecycle.transitions":
                imported = {alias.name for alias in node.names} & {*Status.__members__, "OPEN"}
                named |= {(module.name, "import", name) for name in imported}
    return {place for place in named if place[2] in {*Status.__members__, "OPEN"}}


def test_only_the_tables_and_the_invoices_validator_name_a_status() -> None:
    named = {
        place
        for module in DOMAIN.rglob("*.py")
        if module.name not in ("transitions.py", "invoice.py", "examples.py", "errors.py")
        for place in _statuses_named(module)
    }
    assert named == {(Path(change.__file__).name, "_drafted", "DRAFT")}
