"""What examples/ promises: short files, the core alone, tests and a page of their own."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
FOLDERS = sorted(path for path in EXAMPLES.iterdir() if (path / "__init__.py").exists())
FILES = sorted(
    path for path in EXAMPLES.glob("*/*.py") if not path.name.startswith(("test_", "conftest"))
)


def imported(source: str) -> set[str]:
    """The first part of every module that is imported."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names


def test_there_are_four() -> None:
    assert [path.name for path in FOLDERS] == [
        "celery_task", "django_shop", "fastapi_sqlalchemy", "shop_tests",
    ]  # fmt: skip


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_each_has_tests_and_says_how_to_run_it(folder: Path) -> None:
    assert list(folder.glob("test_*.py"))
    page = (folder / "README.md").read_text(encoding="utf-8")
    assert "pip install . " in page
    assert f"pytest {folder.name}" in page


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_each_file_is_short_and_needs_the_core_alone(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert len(source.splitlines()) < 100
    assert "billhook_adapters" not in imported(source)
