"""A database that cannot be used: one line that says what to do, and never a traceback."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from billhook_adapters.sql import sqlite as sql_sqlite

SECRET = "canary-secret-of-28-letters-"

COMMANDS = {
    "create": ("account", "create", "--name", "Canary", "--key-id", "k", "--key-secret", SECRET),
    "list": ("account", "list"),
    "rotate": ("account", "rotate", "acc_1"),
    "revoke": ("account", "revoke", "key_1"),
    "pay": ("pay", "inv_1", "100"),
}


def one_line(ran: Any, *parts: str) -> None:
    """The command ended with one line on stderr, which has these parts."""
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.count("\n") == 1
    assert ran.err.startswith("billhook ")
    assert "--database: " in ran.err
    assert [part for part in parts if part not in ran.err] == []
    assert "canary" not in ran.err.lower()


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("url", "parts"),
    [
        (
            "mysql://u:canary@h/db",
            ("unknown backend 'mysql'", "sqlite", "a URL such as sqlite:///"),
        ),
        ("billhook.sqlite3", ("not a URL", "give one such as sqlite:///billhook")),
        ("", ("not a URL",)),
        ("sqlite://", ("give a URL such as sqlite:///billhook",)),
        ("postgresql://u:canary@h:port/db", ("a URL such as postgresql://user@host",)),
        ("postgresql://u:canary@h", ("a URL such as postgresql://user@host",)),
        ("postgresql://u:canary@127.0.0.1:1/db", ("cannot be reached", "check that it runs")),
        ("postgresql://u:canary@/db?foo=bar", ("cannot be reached", "in the URL")),
        ("sqlite:///", ("name a file",)),
        ("memory://", ("lost", "name a file")),
        ("sqlite:///:memory:", ("name a file",)),
        ("sqlite:////no/such/folder/b.sqlite3", ("no folder /no/such/folder", "make it first")),
        ("sqlite:////dev/null/b.sqlite3", ("no folder /dev/null", "make it first")),
        ("sqlite:////dev", ("cannot be opened", "check that it is a file")),
    ],
)
def test_a_wrong_url_is_named(
    billhook: Any,
    monkeypatch: pytest.MonkeyPatch,
    command: str,
    url: str,
    parts: tuple[str, ...],
) -> None:
    if "canary" in url:  # a password is taken from the environment alone
        monkeypatch.setenv("BILLHOOK_DATABASE", url)
        one_line(billhook(*COMMANDS[command]), *parts)
    else:
        one_line(billhook(*COMMANDS[command], "--database", url), *parts)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:canary@h/db",
        "postgresql+psycopg://u:canary@h/db",
        "postgresql://h/db?password=canary",
        "postgresql://u@h/db?sslmode=require&password=canary",
        "postgresql://u:can%40ary@h:port/db",
    ],
)
@pytest.mark.parametrize("given", [("--database", "{}"), ("--database={}",)])
@pytest.mark.parametrize("command", COMMANDS)
def test_a_password_on_the_command_line_is_refused_and_not_repeated(
    billhook: Any, command: str, given: tuple[str, ...], url: str
) -> None:
    ran = billhook(*COMMANDS[command], *(one.format(url) for one in given))
    assert (ran.status, ran.out) == (2, "")
    assert "--database: must not hold the password" in ran.err
    assert "set BILLHOOK_DATABASE instead" in ran.err
    assert "ary" not in ran.err.lower()


@pytest.mark.parametrize("command", [name for name in COMMANDS if name != "create"])
def test_only_create_makes_a_database(billhook: Any, url: str, command: str) -> None:
    path = Path(url.removeprefix("sqlite:///"))
    ran = billhook(*COMMANDS[command], "--database", url)
    one_line(ran, f"no file {path}", "`billhook account create`")
    assert not path.exists()


@pytest.mark.parametrize("command", COMMANDS)
def test_another_kind_of_file_is_named_and_unchanged(billhook: Any, url: str, command: str) -> None:
    path = Path(url.removeprefix("sqlite:///"))
    path.write_text("not a database, and rather longer than a header of one would be" * 99)
    before = path.read_bytes()
    one_line(billhook(*COMMANDS[command], "--database", url), "not a SQLite database", "another")
    assert path.read_bytes() == before


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("made", "parts"),
    [
        ("CREATE TABLE accounts (x)", ("not a billhook database", "another file")),
        (
            "CREATE TABLE alembic_version (version_num); "
            "INSERT INTO alembic_version VALUES ('9999')",
            ("newer billhook", "upgrade"),
        ),
    ],
)
def test_a_database_of_others_is_named(
    billhook: Any, url: str, command: str, made: str, parts: tuple[str, ...]
) -> None:
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        connection.executescript(made)
    one_line(billhook(*COMMANDS[command], "--database", url), *parts)


@pytest.mark.parametrize("command", ["create", "rotate"])
def test_a_database_that_may_only_be_read(billhook: Any, acme: Any, url: str, command: str) -> None:
    given = [acme["account"] if word == "acc_1" else word for word in COMMANDS[command]]
    read_only = f"sqlite:///file:{url.removeprefix('sqlite:///')}?mode=ro&uri=true"
    one_line(billhook(*given, "--database", read_only), "may not be written", "give this user")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_folder_that_may_not_be_entered(
    billhook: Any, url: str, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: Any, **__: Any) -> None:
        # A test may run as a user whom no permission stops.
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "exists", refused)
    ran = billhook(*COMMANDS[command], "--database", "sqlite:////proc/nowhere/b.sqlite3")
    one_line(ran, "cannot be opened", "this user may read")


@contextmanager
def a_full_disk() -> Iterator[None]:
    """SQLite finds no room for one page more."""

    def full(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA max_page_count = 1")

    event.listen(Engine, "connect", full)
    try:
        yield
    finally:
        event.remove(Engine, "connect", full)


def test_a_full_disk_is_named_and_nothing_is_half_stored(
    billhook: Any, acme: Any, engine: Engine, url: str
) -> None:
    name = "Canary" * 40
    with a_full_disk():
        for _ in range(100):
            ran = billhook("account", "create", "--name", name, "--database", url)
            if ran.status:
                break
    one_line(ran, "the disk is full", "free some space")
    with engine.connect() as connection:
        counts = [
            connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one()  # noqa: S608  # a name from here
            for table in ("accounts", "api_keys")
        ]
    assert counts[0] == counts[1] >= 1
    assert billhook("account", "list", "--database", url).status == 0


def test_a_database_that_another_writes_to(
    billhook: Any, acme: Any, engine: Engine, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sql_sqlite, "BUSY_TIMEOUT_SECONDS", 0)
    with engine.connect() as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        one_line(billhook("account", "rotate", acme["account"], "--database", url), "try again")


def test_a_damaged_file_is_named(billhook: Any, acme: Any, url: str) -> None:
    path = Path(url.removeprefix("sqlite:///"))
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(100)
        file.write(b"\xff" * (size - 100))
    ran = billhook("account", "list", "--database", url)
    one_line(ran, "restore it from a backup")
