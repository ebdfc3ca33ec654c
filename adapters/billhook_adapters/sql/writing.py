"""A transaction that writes, for what is no part of the store."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine


@contextmanager
def writing(engine: Engine) -> Generator[Connection]:
    """One transaction under the write lock; what raises leaves nothing.

    A refusal has to be decided before the first write: leaving the block commits.
    """
    with engine.connect() as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        yield connection
        connection.commit()
