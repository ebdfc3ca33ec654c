"""Connections: how many there may be, and that idle ones keep no client out."""

from __future__ import annotations

import resource
import select
import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing
from fcntl import F_DUPFD, fcntl
from pathlib import Path

import pytest
from psycopg import Connection
from sqlalchemy.exc import DisconnectionError

from attacks.serving import Served, head
from billhook_adapters.http.core.connections import Connections, peer_of
from billhook_adapters.http.core.descriptors import RESERVED, fitted
from billhook_adapters.http.core.failures import RequestFailure
from billhook_adapters.http.core.limits import HttpLimits
from billhook_adapters.sql import postgresql


class Client:
    """A connection that only remembers whether it had to give way."""

    def __init__(self, peer: str = "192.0.2.1") -> None:
        self.peer, self.gave_way = peer, False

    def give_way(self) -> None:
        self.gave_way = True


def admitted(connections: Connections, *peers: str) -> list[Client]:
    clients = [Client(peer) for peer in peers]
    assert [connections.admit(client) for client in clients] == [None] * len(clients)
    return clients


def test_the_connection_that_waits_longest_for_its_client_gives_way() -> None:
    connections = Connections(HttpLimits(connections=3))
    first, second, third = admitted(connections, "a", "b", "c")
    connections.set_waiting(first, waiting=False)
    admitted(connections, "d")
    assert [one.gave_way for one in (first, second, third)] == [False, True, False]
    assert len(connections) == 3


def test_what_is_being_served_is_never_broken_off() -> None:
    connections = Connections(HttpLimits(connections=2))
    for client in admitted(connections, "a", "b"):
        connections.set_waiting(client, waiting=False)
    assert connections.admit(Client("c")) is RequestFailure.OVERLOADED
    assert len(connections) == 2


def test_one_peer_takes_its_own_connections_and_no_other_s() -> None:
    connections = Connections(HttpLimits(connections=9, connections_per_peer=2))
    (other,) = admitted(connections, "b")
    first, second, _ = admitted(connections, "a", "a", "a")
    assert (other.gave_way, first.gave_way, second.gave_way) == (False, True, False)


def test_a_peer_that_is_served_over_all_of_its_connections_gets_no_other() -> None:
    connections = Connections(HttpLimits(connections_per_peer=2))
    for client in admitted(connections, "a", "a"):
        connections.set_waiting(client, waiting=False)
    assert connections.admit(Client("a")) is RequestFailure.TOO_MANY_CONNECTIONS
    admitted(connections, "b")


def test_a_connection_that_ends_makes_room_and_nothing_is_left_of_it() -> None:
    connections = Connections(HttpLimits(connections=1, connections_per_peer=1))
    for peer in ("a", "b", "a"):
        (client,) = admitted(connections, peer)
        connections.set_waiting(client, waiting=False)
        connections.forget(client)
    assert len(connections) == 0


@pytest.mark.parametrize(
    ("address", "peer"),
    [
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("192.0.2.1", "192.0.2.1"),
        ("", ""),
    ],
)
def test_the_addresses_of_one_network_are_one_peer(address: str, peer: str) -> None:
    assert peer_of(address) == peer


def test_idle_connections_beyond_the_limit_keep_no_client_out(tmp_path: Path) -> None:
    settings = {"BILLHOOK_HTTP_HEAD_SECONDS": "600", "BILLHOOK_HTTP_BODY_SECONDS": "600"}
    database = f"sqlite:///{tmp_path}/billhook.sqlite3"
    body = head("POST", "/v1/invoices", b"Content-Length: 9\r\n\r\n")
    with (
        Served(database, tmp_path / "log", settings, files="200:200") as served,
        ExitStack() as idle,
    ):
        for number in range(250):
            line = idle.enter_context(closing(served.connected()))
            line.sendall((b"", head("GET", "/v1/invoices"), body)[number % 3])
        assert served.is_alive()
        assert served.is_alive()
    assert (tmp_path / "log").read_text().count("72 connections at most, not 1000") == 1


@pytest.fixture
def limits_of_files() -> Iterator[None]:
    usual = resource.getrlimit(resource.RLIMIT_NOFILE)
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, usual)


@pytest.mark.usefixtures("limits_of_files")
def test_the_limit_of_files_is_raised_as_far_as_the_connections_need() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
    assert fitted(HttpLimits(connections=300)).connections == 300
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == (300 + RESERVED, hard)
    assert fitted(HttpLimits(connections=100)).connections == 100
    assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == 300 + RESERVED


def test_where_it_cannot_be_raised_there_are_fewer_connections(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (256, 1024))
    monkeypatch.setattr(resource, "setrlimit", lambda *_: None)
    assert fitted(HttpLimits(connections=1000)).connections == 1024 - RESERVED
    (line,) = caplog.messages
    assert line.startswith("896 connections at most, not 1000: the hard limit of open files is")


class Driver:
    """What SQLAlchemy hands over of a psycopg connection."""

    closed = False

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def fileno(self) -> int:
        return self._descriptor


@pytest.mark.usefixtures("limits_of_files")
def test_a_database_connection_may_have_any_descriptor() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 1300), hard))
    near, far = socket.socketpair()
    with near, far, socket.socket(fileno=fcntl(near.fileno(), F_DUPFD, 1200)) as high:
        assert high.fileno() > 1023
        with pytest.raises(ValueError, match="out of range"):
            select.select([high], [], [], 0)
        connection: Connection[object] = Driver(high.fileno())  # type: ignore[assignment]  # all that is used
        postgresql._check_connection(connection, None, None)
        far.sendall(b"x")
        with pytest.raises(DisconnectionError):
            postgresql._check_connection(connection, None, None)
