"""The walk of docs/explanation/architecture.md: its functions exist, and its hops are few."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[2] / "docs" / "explanation" / "architecture.md").read_text()
WALK = PAGE.partition("## One SMS from the route to the provider")[2].partition("\n## ")[0]
TO_ROW, TO_PROVIDER = (
    part.partition("\n")[2]
    for part in (WALK.split("### From the ")[1], WALK.split("### From the ")[2])
)
HOP = re.compile(r"^\d+\. `([\w.]+)`", re.MULTILINE)
DOTTED = re.compile(r"`([a-z_]+(?:\.\w+)+)`")


def _exists(name: str) -> bool:
    """Whether a dotted name below one of the two roots is an attribute of a module."""
    parts = name.split(".")
    for root in ("billhook", "billhook_adapters"):
        for depth in range(len(parts) - 1, 0, -1):
            try:
                found: object = import_module(".".join((root, *parts[:depth])))
            except ModuleNotFoundError:
                continue
            for part in parts[depth:]:
                found = getattr(found, part, None)
            if callable(found):
                return True
    return False


@pytest.mark.parametrize("name", DOTTED.findall(WALK))
def test_every_function_of_the_walk_exists(name: str) -> None:
    assert _exists(name)


def test_a_function_that_is_not_there_is_noticed() -> None:
    assert not _exists("application.service.InvoiceService.executes")
    assert not _exists("application.services.InvoiceService.execute")


def test_every_hop_is_named_once() -> None:
    hops = HOP.findall(WALK)
    assert hops
    assert len(set(hops)) == len(hops)


@pytest.mark.parametrize(
    ("part", "most"),
    [
        pytest.param(TO_ROW, 15, id="from the route to the row"),
        pytest.param(TO_PROVIDER, 12, id="from the row to the provider"),
    ],
)
def test_the_hops_are_few(part: str, most: int) -> None:
    assert 0 < len(HOP.findall(part)) <= most
