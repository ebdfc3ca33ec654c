"""The outbox of a SQLite file is counted alike by the driver alone, which is quicker to load."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, event

from billhook.messaging.outbox_counts import OutboxCounts
from billhook_adapters.sql import SqlStore, open_database, outbox, schema
from billhook_adapters.sqlite import outbox as by_driver
from billhook_adapters.testing import NOON
from billhook_adapters.testing.contracts.outbox import OutboxSuite


class ByDriver(SqlStore):
    """Counts by the driver what SQLAlchemy stored."""

    def outbox_counts(self, now: datetime, most: int) -> OutboxCounts:
        """The counts of the outbox."""
        counts = by_driver.outbox_counts(self._engine.url.database or "", now, most)
        assert counts is not None
        assert counts == super().outbox_counts(now, most)
        return counts


class TestOutboxByDriver(OutboxSuite):
    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[SqlStore]:
        engine = open_database(f"sqlite:///{tmp_path / 'bills at 50% #1.sqlite3'}")
        yield ByDriver(engine)
        engine.dispose()


def test_the_statements_are_those_that_sqlalchemy_sends() -> None:
    engine = create_engine("sqlite://", paramstyle="named")
    sent: list[tuple[str, dict[str, int]]] = []

    def note(_connection: Any, _cursor: Any, statement: str, binds: Any, *_: Any) -> None:
        sent.append((_plain(statement), binds))

    with engine.connect() as connection:
        schema.create(connection)
        event.listen(engine, "before_cursor_execute", note)
        outbox.outbox_counts(connection, NOON, 7)
    engine.dispose()
    ours = by_driver.COUNTS, by_driver.DEAD, by_driver.SUPPRESSED
    assert [statement for statement, _ in sent] == [*map(_plain, ours)]
    values = {name: value for _, binds in sent for name, value in binds.items() if value}
    assert values == by_driver.counting_binds(NOON, 7)


def _plain(statement: str) -> str:
    """A statement on one line, without the offset of nothing that SQLAlchemy adds."""
    one_line = " ".join(re.sub(r" OFFSET :param_\d", "", statement).split())
    return one_line.replace("( ", "(").replace(" )", ")")


def test_they_are_of_the_newest_revision() -> None:
    assert by_driver.REVISION == schema.NEWEST


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "billhook.sqlite3"
    open_database(f"sqlite:///{file}").dispose()
    return file


def test_a_file_of_another_revision_is_left_to_be_migrated(file: Path) -> None:
    _execute(file, "UPDATE alembic_version SET version_num = '0000'")
    assert by_driver.outbox_counts(str(file), NOON, 1) is None


def test_a_locked_file_is_left_to_who_waits(file: Path) -> None:
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("BEGIN EXCLUSIVE")
        assert by_driver.outbox_counts(str(file), NOON, 1) is None
    connection.close()


def test_a_writer_is_not_waited_for(file: Path) -> None:
    with sqlite3.connect(file) as connection:
        connection.execute("BEGIN IMMEDIATE")
        assert by_driver.outbox_counts(str(file), NOON, 1) == OutboxCounts()
    connection.close()


@pytest.mark.parametrize("content", [None, b"", b"no database at all, but long enough to be read"])
def test_a_file_that_is_no_database_is_neither_created_nor_changed(
    tmp_path: Path, content: bytes | None
) -> None:
    file = tmp_path / "other.sqlite3"
    if content is not None:
        file.write_bytes(content)
    assert by_driver.outbox_counts(str(file), NOON, 1) is None
    assert (file.read_bytes() if file.exists() else None) == content


def _execute(file: Path, statement: str) -> None:
    connection = sqlite3.connect(file)
    with connection:
        connection.execute(statement)
    connection.close()
