"""What is remembered of a database that could not be written to."""

from __future__ import annotations

import sqlite3

import psycopg
import pytest
from sqlalchemy.exc import OperationalError

from billhook_adapters.sql.health import REMEMBERED, Trouble


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


def failing(trouble: Trouble, driver: Exception) -> None:
    with pytest.raises(OperationalError), trouble.noted():
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
def test_a_disk_that_cannot_be_written_to_is_told_for_a_while(driver: Exception) -> None:
    now = Time()
    trouble = Trouble(now)
    trouble.check()
    failing(trouble, driver)
    now.at = REMEMBERED - 0.001
    with pytest.raises(OperationalError):
        trouble.check()
    now.at = REMEMBERED
    trouble.check()


@pytest.mark.parametrize(
    "driver",
    [sqlite("SQLITE_BUSY"), psycopg.errors.LockNotAvailable(), psycopg.OperationalError("away")],
    ids=repr,
)
def test_what_passes_by_itself_is_not_told(driver: Exception) -> None:
    trouble = Trouble(Time())
    failing(trouble, driver)
    trouble.check()
