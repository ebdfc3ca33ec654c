"""The command line over PostgreSQL: the same commands, and errors with their remedies."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from billhook_adapters.cli.database import database
from billhook_adapters.cli.errors import CliError
from billhook_adapters.sql.backend import SqlBackend
from billhook_adapters.system.backend import Backend


@pytest.fixture
def url(postgresql_url: str) -> str:
    return postgresql_url


def test_an_account_is_opened_listed_and_its_key_rotated(
    billhook: Any, acme: Any, url: str
) -> None:
    rotated = billhook("account", "rotate", acme["account"], "--database", url, "--json")
    assert rotated.status == 0
    listed = billhook("account", "list", "--database", url)
    assert (listed.status, acme["account"] in listed.out) == (0, True)


def test_a_database_of_another_program_is_an_error(billhook: Any, url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE accounts (x int)")
    ran = billhook("account", "list", "--database", url)
    assert (ran.status, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert "not a billhook database; give the URL of an empty one" in ran.err


def raise_in(backend: Backend, statement: str) -> None:
    assert isinstance(backend, SqlBackend)
    with backend.database.begin() as connection:
        connection.exec_driver_sql(statement)


@pytest.mark.parametrize(
    ("state", "remedy"),
    [
        ("53100", "the disk is full; free some space"),
        ("53300", "no connection left"),
        ("53200", "out of memory or another resource"),
        ("55P03", "another program is writing to it; try again"),
        ("57P03", "starting or stopping; try again"),
        ("42501", "lacks the permission; make it the owner of the tables"),
        ("25006", "it is read-only, perhaps a standby; give the URL of the primary"),
        ("XX001", "it is damaged; restore it from a backup"),
        ("22000", "could not be used; check the file, or the log of the server"),
    ],
)
def test_an_error_of_the_server_is_explained_with_the_remedy(
    url: str, state: str, remedy: str
) -> None:
    raising = f"DO $$ BEGIN RAISE 'ravi@example.com' USING ERRCODE = '{state}'; END $$"
    with pytest.raises(CliError) as error, database(url) as backend:
        raise_in(backend, raising)
    assert remedy in str(error.value)
    assert "ravi" not in str(error.value)
