"""What `import billhook` promises, held to what is there."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import billhook

STUB = Path(billhook.__file__).with_suffix(".pyi")


def test_every_public_name_is_there() -> None:
    assert [name for name in billhook.__all__ if getattr(billhook, name, None) is None] == []


def test_dir_lists_the_public_names_in_order() -> None:
    assert dir(billhook) == sorted(set(billhook.__all__))


def test_the_stub_names_the_same_homes() -> None:
    stub: dict[str, str] = {}
    for node in ast.parse(STUB.read_text()).body:
        if isinstance(node, ast.ImportFrom):
            assert all(alias.name == alias.asname for alias in node.names)
            stub |= {alias.name: str(node.module).removeprefix("billhook.") for alias in node.names}
    assert stub == billhook._MODULES


def test_no_public_name_is_a_module() -> None:
    modules = {path.stem for path in STUB.parent.iterdir() if path.suffix == ".py" or path.is_dir()}
    assert modules & set(billhook.__all__) == set()


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Invoyce'"):
        billhook.Invoyce  # type: ignore[attr-defined]  # noqa: B018  # that is the point


def test_importing_billhook_imports_none_of_its_dependencies() -> None:
    heavy = {"pydantic", "returns", "transitions"}
    script = f"import sys, billhook; print(sorted({heavy} & set(sys.modules)))"
    seen = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert seen.stdout == "[]\n"


def test_an_operation_stays_callable_after_its_module_was_imported() -> None:
    script = (
        "import billhook.lifecycle.notify, billhook.lifecycle.explain, billhook.lifecycle.draft;"
        "from billhook import draft, explain, notify;"
        "print(callable(notify) and callable(draft) and callable(explain))"
    )
    seen = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert seen.stdout == "True\n"
