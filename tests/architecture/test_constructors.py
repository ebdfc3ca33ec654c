"""What the type checkers know of a constructor is what the model takes."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import billhook
from billhook.model.base import Value

DOMAIN = Path(inspect.getfile(billhook)).parent


def _described() -> dict[str, tuple[set[str], set[str]]]:
    """Of each model with a described constructor the names that it needs, and all names."""
    found: dict[str, tuple[set[str], set[str]]] = {}
    shared: set[str] = set()
    for path in sorted(DOMAIN.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.ClassDef):
                continue
            if node.name == "DocumentArguments":
                shared = {
                    one.target.id
                    for one in node.body
                    if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)
                }
            for block in node.body:
                if isinstance(block, ast.If) and isinstance(block.body[0], ast.FunctionDef):
                    arguments = block.body[0].args
                    names = [one.arg for one in arguments.kwonlyargs]
                    needed = {
                        name
                        for name, default in zip(names, arguments.kw_defaults, strict=True)
                        if default is None
                    }
                    more = {"**"} if arguments.kwarg else set[str]()
                    found[node.name] = needed, {*names, *more}
    return {
        name: (needed, (names - {"**"}) | (shared if "**" in names else set()))
        for name, (needed, names) in found.items()
    }


DESCRIBED = _described()
MODELS: dict[str, Any] = {
    name: kind
    for name in billhook.__all__
    if isinstance(kind := getattr(billhook, name), type) and issubclass(kind, Value)
}


def test_the_models_that_people_write_are_described() -> None:
    assert DESCRIBED.keys() >= {"Document", "Line", "Tax", "Payment", "Patch", "AccountPolicy"}
    assert DESCRIBED.keys() <= MODELS.keys()


@pytest.mark.parametrize("name", sorted(DESCRIBED))
def test_a_described_constructor_has_the_fields_of_its_model(name: str) -> None:
    needed, names = DESCRIBED[name]
    fields = MODELS[name].model_fields
    assert names == set(fields)
    assert needed == {field for field, info in fields.items() if info.is_required()}


def test_a_signature_is_known_before_the_first_use() -> None:
    program = """
import inspect
from billhook import Document, Line, Overpayment
print(*list(inspect.signature(Document).parameters)[:2])
print(*list(inspect.signature(Line).parameters)[:2])
print(inspect.signature(Overpayment))
"""
    shown = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert shown.stdout.splitlines() == [
        "title customer",
        "name unit_amount",
        "(amount: 'Amount', due: 'Amount')",
    ]
