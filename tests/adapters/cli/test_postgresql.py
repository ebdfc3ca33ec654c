"""The command line over PostgreSQL: the same commands, and what it says in trouble."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from billhook_adapters.cli.database import database
from billhook_adapters.cli.errors import CliError


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


def test_a_database_of_others_is_named(billhook: Any, url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE accounts (x int)")
    ran = billhook("account", "list", "--database", url)
    assert (ran.status, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert "not a database of billhook's; give the URL of an empty one" in ran.err


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        ("53100", "the disk is full; free some space"),
        ("53300", "no connection left"),
        ("53200", "out of memory or the like"),
        ("55P03", "another program is writing to it; ask again"),
        ("57P03", "starting or stopping; ask again"),
        ("42501", "may not do that there; let it own the tables"),
        ("25006", "read-only; give the URL of the primary"),
        ("XX001", "it is damaged; restore it from a backup"),
        ("22000", "could not be used; check the file, or the server's own log"),
    ],
)
def test_what_the_server_says_is_worded_with_the_remedy(
    url: str, state: str, sentence: str
) -> None:
    raising = f"DO $$ BEGIN RAISE 'ravi@example.com' USING ERRCODE = '{state}'; END $$"
    with pytest.raises(CliError) as stopped, database(url) as engine, engine.begin() as connection:
        connection.exec_driver_sql(raising)
    assert sentence in str(stopped.value)
    assert "ravi" not in str(stopped.value)
