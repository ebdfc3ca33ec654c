"""Databases of each kind for the benchmark, durable ones, on this machine."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg

from postgresql_server import Server, binaries

_NUMBERS = count()


class Sqlite:
    """Files in a folder of their own."""

    name = "SQLite"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def made(self) -> str:
        """The URL of a new one."""
        return f"sqlite:///{self._folder / f'{next(_NUMBERS)}.sqlite3'}"

    def copied(self, url: str) -> str:
        """The URL of a copy; no client may be connected."""
        copy = self.made()
        shutil.copy(url.removeprefix("sqlite:///"), copy.removeprefix("sqlite:///"))
        return copy


class Postgresql:
    """Databases on one server."""

    name = "PostgreSQL"

    def __init__(self, url: str) -> None:
        self._url = url

    def made(self, template: str = "template1") -> str:
        """The URL of a new one."""
        name = f"bench_{os.getpid()}_{next(_NUMBERS)}"
        with psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")  # type: ignore[arg-type]  # names of ours
        return self._url.replace("/postgres?", f"/{name}?")

    def copied(self, url: str) -> str:
        """The URL of a copy; no client may be connected."""
        return self.made(url.rpartition("?")[0].rpartition("/")[2])


Kind = Sqlite | Postgresql


@contextmanager
def kinds() -> Generator[list[Kind]]:
    """Every kind of database that this machine has; what is missing is said."""
    with tempfile.TemporaryDirectory(prefix="billhook-bench-") as folder:
        found: list[Kind] = [Sqlite(Path(folder))]
        where = binaries()
        if where is None:
            print("SKIPPED PostgreSQL: apt-get install postgresql to measure it", file=sys.stderr)
            yield found
            return
        server = Server(where, durable=True)
        try:
            server.start()
            yield [*found, Postgresql(server.url())]
        finally:
            server.remove()
