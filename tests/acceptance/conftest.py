"""A sandbox on each kind of database, for all tests that need only accounts of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from postgresql import Databases

pytest.register_assert_rewrite("acceptance.contract")

from acceptance.contract.highlevel import LOCATIONS, Vendor  # noqa: E402  # once it is rewritten
from acceptance.contract.sandbox import Sandbox, sandbox  # noqa: E402  # likewise


@pytest.fixture(scope="session", params=["SQLite", "PostgreSQL"])
def new_database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[], str]]:
    """Makes databases of one kind; whatever is tested over it is tested over the other kind too."""
    if request.param == "SQLite":
        yield lambda: f"sqlite:///{tmp_path_factory.mktemp('database') / 'billhook.sqlite3'}"
        return
    databases: Databases = request.getfixturevalue("postgresql_databases")
    made: list[str] = []

    def new() -> str:
        made.append(databases.made())
        return made[-1]

    yield new
    for url in made:
        databases.drop(url)


@pytest.fixture(scope="session", name="sandbox")
def _sandbox(new_database: Callable[[], str]) -> Iterator[Sandbox]:
    with sandbox("--database", new_database()) as started:
        yield started


@pytest.fixture(scope="session")
def client(sandbox: Sandbox) -> Any:
    """The vendor's own client, unmodified."""
    return sandbox.client()


@pytest.fixture(scope="session")
def two_vendors(new_database: Callable[[], str]) -> Iterator[Sandbox]:
    """A sandbox whose accounts are open to both vendor APIs."""
    locations = [f"{token}:{location}" for location, token in LOCATIONS.items()]
    given = [part for one in locations for part in ("--location", one)]
    with sandbox("--database", new_database(), *given) as started:
        yield started


@pytest.fixture(scope="session")
def vendor(two_vendors: Sandbox) -> Vendor:
    """HighLevel's own client, unmodified, with its own Version header."""
    return Vendor(two_vendors.url)
