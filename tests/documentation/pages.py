"""The Python of README.md and docs/, as modules that a type checker reads: one for each page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from runpy import run_path
from typing import Any

from sybil import Document
from sybil.parsers.markdown import PythonCodeBlockParser

ROOT = Path(__file__).parents[2]


def pages() -> Iterator[Path]:
    """The pages that may have code in them."""
    yield ROOT / "README.md"
    yield from sorted((ROOT / "docs").rglob("*.md"))


def module_of(page: Path, folder: Path) -> Path | None:
    """The module of a page's blocks, each on the lines that it has there; None without a block.

    The blocks of a page share their names, as they do where they are run.
    """
    lines: list[str] = []
    for example in Document.parse(str(page), PythonCodeBlockParser()).examples():
        lines += [""] * (example.line - len(lines))  # the line of the fence, which is before it
        lines += str(example.parsed).splitlines()
    if not lines:
        return None
    name = "_".join(page.relative_to(ROOT).with_suffix("").parts).replace("-", "_").lower()
    module = folder / f"{name}.py"
    module.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return module


def taught(page: str, folder: Path) -> dict[str, Any]:
    """What the code of a page defines, after it was run."""
    module = module_of(ROOT / "docs" / page, folder)
    if module is None:
        raise LookupError(f"{page} has no code")
    return run_path(str(module))


def modules(folder: Path) -> list[Path]:
    """The modules of all pages that have blocks, written to a folder."""
    return [module for page in pages() if (module := module_of(page, folder)) is not None]
