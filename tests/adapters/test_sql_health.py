"""A failure of the disk or the file is remembered for a while."""

from __future__ import annotations

import sqlite3

import psycopg
import pytest
from sqlalchemy.exc import OperationalError

from billhook_adapters.sql.health import REMEMBERED, LastingFailure


class Time:
    """A time in seconds that is set."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


def sqlite(name: str) -> Exception:
    error = sqlite3.OperationalError("at /srv/acme")
    error.sqlite_errorname = name
    return error


@pytest.mark.parametrize(
    "driver",
    [
        sqlite("SQLITE_FULL"),
        sqlite("SQLITE_IOERR_WRITE"),
        sqlite("SQLITE_READONLY_DBMOVED"),
        sqlite("SQLITE_CORRUPT_INDEX"),
        sqlite("SQLITE_NOTADB"),
        psycopg.errors.DataCorrupted(),
        psycopg.errors.DiskFull(),
        psycopg.errors.IoError(),
        psycopg.errors.ReadOnlySqlTransaction(),
    ],
    ids=repr,
)
def test_a_disk_that_cannot_be_written_to_is_reported_for_a_while(driver: Exception) -> None:
    now = Time()
    failure = LastingFailure(now)
    failure.check()
    failure.seen(OperationalError("INSERT", {}, driver))
    now.at = REMEMBERED - 0.001
    with pytest.raises(OperationalError):
        failure.check()
    now.at = REMEMBERED
    failure.check()


@pytest.mark.parametrize(
    "driver",
    [sqlite("SQLITE_BUSY"), psycopg.errors.LockNotAvailable(), psycopg.OperationalError("away")],
    ids=repr,
)
def test_a_passing_error_is_not_reported(driver: Exception) -> None:
    failure = LastingFailure(Time())
    failure.seen(OperationalError("INSERT", {}, driver))
    failure.check()
