"""The tables of the job queue: made once, and brought up to date after an upgrade."""

from __future__ import annotations

import re
from importlib.metadata import version
from pathlib import Path

from procrastinate.schema import SchemaManager
from sqlalchemy import Connection, Engine

_STEP = re.compile(r"(\d+)\.(\d+)\.(\d+)_\d+_(?:pre|post)_.*\.sql")
_LOCK = 0x62696C6C686F6F6B  # "billhook"; another process that starts at the same moment waits


def prepare(database: Engine) -> None:
    """Make the queue's tables, or bring them to the version that is installed. All or nothing.

    Workers of an older version that the new tables do not suit deliver nothing until they are
    replaced, and lose nothing: the rows are the truth.
    """
    with database.connect() as connection:
        connection.exec_driver_sql("BEGIN")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
        connection.exec_driver_sql(
            "CREATE TABLE IF NOT EXISTS billhook_queue (version text PRIMARY KEY)"
        )
        made = connection.exec_driver_sql("SELECT version FROM billhook_queue").scalar()
        installed = version("procrastinate")
        if made is None:
            _run(connection, SchemaManager.get_schema())
        else:
            for step in steps_after(made):
                _run(connection, step.read_text(encoding="utf-8"))
        if made != installed:
            connection.exec_driver_sql("DELETE FROM billhook_queue")
            connection.exec_driver_sql("INSERT INTO billhook_queue VALUES (%s)", (installed,))
        connection.commit()


def steps_after(made: str) -> list[Path]:
    """The steps that lead from the version that made the tables to the installed one."""
    steps = Path(SchemaManager.get_migrations_path()).glob("*.sql")
    return sorted(step for step in steps if _numbers(step.name) > _parts(made))


def _numbers(name: str) -> tuple[int, ...]:
    found = _STEP.fullmatch(name)
    return () if found is None else tuple(map(int, found.groups()))


def _parts(made: str) -> tuple[int, ...]:
    return tuple(map(int, made.split(".")[:3]))


def _run(connection: Connection, statements: str) -> None:
    # The driver itself takes many statements at once, as long as none has a parameter.
    raw = connection.connection.driver_connection
    assert raw is not None  # noqa: S101  # it is in use
    raw.execute(statements)
