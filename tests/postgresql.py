"""Databases for tests, on a throwaway PostgreSQL server.

`BILLHOOK_TEST_POSTGRES_URL` names a server to use instead: a role that may create databases.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count

import psycopg
import pytest
from sqlalchemy import Engine, make_url

from billhook_adapters.sql import open_database
from billhook_adapters.sql.tables import metadata
from postgresql_server import MISSING, Server, binaries


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The URL of a server on which databases may be created, one for each process of tests."""
    given = os.environ.get("BILLHOOK_TEST_POSTGRES_URL")
    if given is not None:
        yield given
        return
    found = binaries()
    if found is None:
        pytest.skip(MISSING)
    server = Server(found)
    try:
        server.start()
        yield server.url()
    finally:
        server.remove()


@dataclass
class Databases:
    """Makes databases on a server, and drops them."""

    server: str
    _names: Iterator[str] = field(
        default_factory=lambda: (f"billhook_test_{os.getpid()}_{n}" for n in count())
    )

    def made(self, template: str | None = None) -> str:
        """The URL of a new database, without tables or with those of the template."""
        name = next(self._names)
        self._run(f"CREATE DATABASE {name} TEMPLATE {template or 'template0'} ENCODING 'UTF8'")
        return make_url(self.server).set(database=name).render_as_string(hide_password=False)

    def drop(self, url: str) -> None:
        """Drop it, and end the connections to it."""
        self._run(f"DROP DATABASE {make_url(url).database} WITH (FORCE)")

    @contextmanager
    def migrated(self) -> Generator[Engine]:
        """A new database with the tables, dropped in the end."""
        url = self.made()
        engine = open_database(url)
        yield engine
        engine.dispose()
        self.drop(url)

    def _run(self, statement: str) -> None:
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(statement.encode())


@pytest.fixture(scope="session")
def postgresql_databases(postgresql_server: str) -> Databases:
    """Where databases are made."""
    return Databases(postgresql_server)


@pytest.fixture
def postgresql_url(postgresql_databases: Databases) -> Iterator[str]:
    """A new database without tables."""
    url = postgresql_databases.made()
    yield url
    postgresql_databases.drop(url)


@pytest.fixture(scope="session")
def _postgresql_engine(postgresql_databases: Databases) -> Iterator[Engine]:
    with postgresql_databases.migrated() as engine:
        yield engine


@pytest.fixture
def postgresql_engine(_postgresql_engine: Engine) -> Engine:
    """A migrated database without rows: emptied, which takes a hundredth of making a new one."""
    with _postgresql_engine.begin() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())
    return _postgresql_engine
