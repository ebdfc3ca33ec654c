"""A full disk: the caller gets an error, nothing is stored in part, and it works again with room.

The service that meets it is never restarted.
"""

from __future__ import annotations

import json
import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pytest

from billhook_adapters.cli.main import main
from chaos.budget import DEADLINE
from chaos.checks import check_sent_once, drained, stored
from chaos.conftest import Figures
from chaos.disk import Disk, small_disk
from chaos.killable_postgresql import KillableServer, killable_server
from chaos.load import Request
from chaos.mailbox import Mails
from chaos.serving import INVOICE, Account, Served, opened_account, post
from chaos.waiting import until

pytestmark = pytest.mark.slow  # run by `make chaos`

PAYER = {**INVOICE, "email_notify": True}
MANY = 3000


class Place(NamedTuple):
    """A database, the disk that it shares with others, and its server where it has one."""

    url: str
    disk: Disk
    server: KillableServer | None = None
    codes: tuple[str, ...] = ()


@contextmanager
def _sqlite() -> Generator[Place]:
    with small_disk(32) as disk:
        yield Place(f"sqlite:///{disk.folder}/billhook.sqlite3", disk, codes=("SQLITE_FULL",))


@contextmanager
def _tables_of_postgresql() -> Generator[Place]:
    with small_disk(32) as disk, killable_server() as server:
        folder = disk.folder / "tables"
        folder.mkdir()
        folder.chmod(0o700)
        os.chown(folder, server.folder.stat().st_uid, server.folder.stat().st_gid)
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute(f"CREATE TABLESPACE small LOCATION '{folder}'".encode())
            connection.execute("CREATE DATABASE billhook TEMPLATE template0 TABLESPACE small")
        yield Place(server.url("billhook"), disk, codes=("53100",))


@contextmanager
def _log_of_postgresql() -> Generator[Place]:
    with small_disk(32) as disk, killable_server(disk.folder / "log") as server:
        yield Place(server.url(), disk, server)


PLACES = {
    "sqlite": _sqlite,
    "postgresql-tables": _tables_of_postgresql,
    "postgresql-log": _log_of_postgresql,
}


@pytest.fixture(params=PLACES)
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    with PLACES[request.param]() as place:
        yield place


def test_a_full_disk_is_an_error_and_needs_no_restart(
    place: Place, tmp_path: Path, mails: Mails, figures: Figures, capsys: Any
) -> None:
    log, who = tmp_path / "log", opened_account(place.url)
    with Served(place.url, log, {**os.environ, **mails.environ()}) as service:
        done = [_billed(service, who, number) for number in range(5)]
        place.disk.fill(leave=100_000)
        refused = None
        while refused is None and len(done) < MANY:
            key = f"create-{len(done)}"
            status, answer = post(service.port, who, "/v1/invoices", PAYER, key)
            if status == 200:
                done.append(Request(key, "/v1/invoices", answer, 1))
            else:
                refused = status, json.loads(answer)["error"]["code"]
        assert refused == (503, "SERVER_ERROR")
        before = len(done)
        _check_command_line(place, capsys)
        assert _got(service, who, "/healthz") == 200
        assert _got(service, who, "/readyz") == 503

        place.disk.free()
        until(lambda: _is_ready(service, who, place))  # before any other request
        assert post(service.port, who, "/v1/invoices", PAYER, key)[0] == 200
        done += [_billed(service, who, number) for number in range(len(done), len(done) + 5)]
        for request in done:
            assert post(service.port, who, request.path, PAYER, request.key)[1] == request.answer
        came = {str(json.loads(done[-1].answer)["short_url"])}
        until(lambda: came <= mails.shown().keys())  # it delivers again, too
        assert service.terminate() == 0
    said = log.read_text()
    assert "Traceback" not in said
    assert [code for code in place.codes if code not in said] == []
    left = drained(place.url, mails)
    rows = stored(place.url, who)
    again = check_sent_once(rows, mails)
    # The request that was refused and repeated under its key had one effect, as all others.
    assert sorted(message.invoice for message in rows.messages) == sorted(rows.invoices)
    assert sorted(_id(request) for request in done) == sorted(rows.invoices)
    figures(
        {
            "acknowledged before": before,
            "acknowledged after": len(done) - before,
            "lost": 0,
            "left to the last drain": left,
            "mails that came again": again,
        }
    )


def _billed(service: Served, who: Account, number: int) -> Request:
    key = f"create-{number}"
    status, answer = post(service.port, who, "/v1/invoices", PAYER, key)
    assert status == 200, answer
    return Request(key, "/v1/invoices", answer, 1)


def _id(request: Request) -> str:
    return str(json.loads(request.answer)["id"])


def _got(service: Served, who: Account, path: str) -> int:
    connection = HTTPConnection("127.0.0.1", service.port, timeout=DEADLINE)
    connection.request("GET", path, headers={"Authorization": who.authorization})
    status = connection.getresponse().status
    connection.close()
    return status


def _is_ready(service: Served, who: Account, place: Place) -> bool:
    if place.server is not None:
        place.server.revive()  # it may give up a while after the disk has room again
    return _got(service, who, "/readyz") == 200


def _check_command_line(place: Place, capsys: Any) -> None:
    """A command that finds no room says so in one line; room that is left may hold a few."""
    for _ in range(100):
        if main(["account", "create", "--name", "A" * 250, "--database", place.url]):
            break
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    reason = "cannot be reached" if place.server is not None else "the disk is full; free some"
    assert reason in said
