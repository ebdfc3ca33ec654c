"""Markdown of the pages that are derived from the code."""

from __future__ import annotations

from collections.abc import Sequence

NOTICE = "<!-- Derived from the code by `make docs`; do not edit. -->"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
