"""Host headers and trailers as RFC 9110 and 9112 have them."""

from __future__ import annotations

import pytest

from attacks.serving import Credentials, Served, head

END = b"\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    "hosts",
    [
        [b"a.example", b"a.example"],
        [b"a.example", b"b.example"],
        [b"", b"a.example"],
        [b"a.example, b.example"],
        [b"a.example,b.example"],
        [b"user@a.example"],
        [b"a.example/v1"],
        [b"a.example#b.example"],
        [b"a.example\\b.example"],
    ],
)
def test_a_request_that_may_be_meant_for_two_hosts_is_refused(
    server: Served, hosts: list[bytes]
) -> None:
    lines = b"".join(b"Host: " + host + END for host in hosts)
    refused = server.ask(b"GET /v1/invoices HTTP/1.1\r\n" + lines + END)
    assert (refused.status, set(refused.json)) == (400, {"error"})


@pytest.mark.parametrize("host", [b"a.example", b"A.example.:8080", b"[::1]:80", b"127.0.0.1"])
def test_one_host_is_taken(server: Served, host: bytes) -> None:
    assert server.ask(b"GET /healthz HTTP/1.1\r\nHost: " + host + END * 2).status == 200


def test_http_1_0_needs_no_host_and_has_no_chunks(server: Served) -> None:
    assert server.ask(b"GET /healthz HTTP/1.0\r\n\r\n").status == 200
    chunked = b"GET /healthz HTTP/1.0\r\nHost: a\r\n" + CHUNKED
    assert server.ask(chunked, b"0\r\n\r\n").status == 400


def test_the_host_of_an_absolute_target_is_the_one_that_counts(server: Served) -> None:
    target = b"GET http://a.example/healthz HTTP/1.1\r\nHost: b.example\r\n\r\n"
    assert server.ask(target).status == 200


@pytest.mark.parametrize("name", [b"", b"X-A: b\r\n"])
def test_credentials_behind_a_body_open_nothing(
    server: Served, credentials: Credentials, name: bytes
) -> None:
    sent = head("GET", "/v1/invoices", CHUNKED)
    assert server.ask(sent, b"0\r\n" + name + credentials.basic + END).status == 401
    assert (
        server.ask(head("GET", "/v1/invoices", credentials.basic, CHUNKED), b"0\r\n\r\n").status
        == 200
    )


@pytest.mark.parametrize(
    "trailer", [b"Host: b.example\r\n", b"Expect: 100-continue\r\n", b"Idempotency-Key: \xe9\r\n"]
)
def test_a_field_behind_the_body_is_dropped(
    server: Served, credentials: Credentials, trailer: bytes
) -> None:
    sent = head("GET", "/v1/invoices", credentials.basic, CHUNKED)
    assert server.ask(sent, b"0\r\n" + trailer + END).status == 200


def test_a_length_behind_the_body_is_refused(server: Served, credentials: Credentials) -> None:
    sent = head("GET", "/v1/invoices", credentials.basic, CHUNKED)
    assert server.ask(sent, b"0\r\nContent-Length: 5\r\n\r\n").status == 400


def test_what_follows_a_trailer_is_the_next_request(
    server: Served, credentials: Credentials
) -> None:
    sent = head("GET", "/v1/invoices", credentials.basic, CHUNKED) + b"0\r\nA: b\r\n\r\n"
    with server.connected() as line:
        line.sendall(sent + head("GET", "/healthz", b"Connection: close\r\n") + END)
        answers = b"".join(iter(lambda: line.recv(65536), b""))
    assert answers.count(b"HTTP/1.1 200 OK") == 2
