"""Transactions: how each database begins one, and how it ends."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine

_WRITE = {
    # The one writer's lock is taken at the start, so decisions never race.
    "sqlite": "BEGIN IMMEDIATE",
    # Rows are locked when they are read, and every statement sees what others committed before.
    "postgresql": "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE",
}
_READ = {
    "sqlite": "BEGIN",
    "postgresql": "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
}


@contextmanager
def writing(engine: Engine) -> Generator[Connection]:
    """A transaction that may write; what raises leaves nothing.

    A refusal has to be decided before the first write: leaving the block commits.
    """
    with engine.connect() as connection:
        connection.exec_driver_sql(_WRITE[engine.dialect.name])
        yield connection
        connection.commit()


@contextmanager
def reading(engine: Engine) -> Generator[Connection]:
    """A view that stands still and locks nothing."""
    with engine.connect() as connection:
        connection.exec_driver_sql(_READ[engine.dialect.name])
        yield connection
