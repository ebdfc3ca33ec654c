"""Databases, a mail server, and figures that are reported."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Protocol

import pytest

from chaos.billing import Billing
from chaos.budget import SEED
from chaos.mailbox import Mails, mail_server
from chaos.workers import PAIRS, Pair


class Figures(Protocol):
    """Reports what was measured, on stdout and in the report of the tests."""

    def __call__(self, figures: dict[str, int]) -> None: ...


@pytest.fixture
def figures(request: pytest.FixtureRequest, record_property: object) -> Figures:
    assert callable(record_property)
    record = record_property

    def report(figures: dict[str, int]) -> None:
        print(f"\n{request.node.name}")
        for name, figure in {**figures, "seed": SEED}.items():
            record(name, figure)
            print(f"    {name}: {figure:,}" if name != "seed" else f"    seed: {figure}")

    return report


@pytest.fixture(params=PAIRS, ids=str)
def pair(request: pytest.FixtureRequest) -> Pair:
    """Each engine, over each database that it runs on."""
    pair: Pair = request.param
    return pair


@pytest.fixture
def url(pair: Pair, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """An empty database of that kind."""
    if pair.database == "sqlite":
        return f"sqlite:///{tmp_path}/billhook.sqlite3"
    url: str = request.getfixturevalue("postgresql_url")
    return url


@pytest.fixture
def billing(pair: Pair, url: str) -> Iterator[Billing]:
    with closing(Billing(url, pair.engine)) as billing:
        yield billing


@pytest.fixture
def mails() -> Iterator[Mails]:
    with mail_server() as mails:
        yield mails
