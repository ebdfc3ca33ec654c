"""A failure to write is remembered for a while, where the disk is the cause."""

from __future__ import annotations

import sqlite3

import psycopg
import pytest
from sqlalchemy.exc import OperationalError

from billhook_adapters.sql.health import REMEMBERED, WriteFailure


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


def failing(failure: WriteFailure, driver: Exception) -> None:
    with pytest.raises(OperationalError), failure.recorded():
        raise OperationalError("INSERT", {}, driver)


@pytest.mark.parametrize(
    "driver",
    [
        sqlite("SQLITE_FULL"),
        sqlite("SQLITE_IOERR_WRITE"),
        sqlite("SQLITE_READONLY_DBMOVED"),
        psycopg.errors.DiskFull(),
        psycopg.errors.IoError(),
        psycopg.errors.ReadOnlySqlTransaction(),
    ],
    ids=repr,
)
def test_a_disk_that_cannot_be_written_to_is_reported_for_a_while(driver: Exception) -> None:
    now = Time()
    failure = WriteFailure(now)
    failure.check()
    failing(failure, driver)
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
    failure = WriteFailure(Time())
    failing(failure, driver)
    failure.check()
