"""Requests that no SDK sends: each is answered in the envelope, and none changes what is stored."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from acceptance.bad_input import encodings, fields, headers, listing, routes, sizes
from acceptance.bad_input.case import BASE, JSON, OURS, PRIVATE, Case, case, text
from acceptance.bad_input.server import Seen, Server, sandbox

ENVELOPE = {"code", "description", "source", "step", "reason", "metadata"}
INNARDS = (
    b"Traceback",
    b'File "',
    b".py",
    b"site-packages",
    b"sqlite",
    b"psycopg",
    b"SELECT",
    b"pydantic",
)
KEPT = frozenset({"idempotency_records"})
"""The one table that a refused request may write to, and only one with a key."""


@pytest.fixture(scope="module")
def started(
    tmp_path_factory: pytest.TempPathFactory, new_database: Callable[[], str]
) -> Iterator[Server]:
    with sandbox(tmp_path_factory.mktemp("sandbox"), new_database()) as server:
        yield server


@pytest.fixture
def server(started: Server) -> Server:
    started.logged()  # what a test before this one left there is not this one's
    return started


def each(*topics: Any) -> list[Any]:
    """The cases of these topics, those that are known to fail marked with why."""
    return [
        pytest.param(
            one,
            id=one.name.encode("ascii", "replace").decode(),
            marks=[pytest.mark.xfail(strict=True, reason=one.broken)] if one.broken else [],
        )
        for topic in topics
        for one in topic.cases()
    ]


PROBLEM = {"type", "title", "status", "detail", "code"}
OURS_AND_THE_VENDORS = re.compile(rb"/(v1|sandbox)([/%?]|$)")


def check_refusal(server: Server, seen: Seen, example: Case) -> None:
    """It says what is wrong, and nothing about the server or the people."""
    for secret in PRIVATE:
        assert secret.encode() not in seen.body
        assert secret not in seen.headers
    for innard in (*INNARDS, str(server.log.parent).encode(), str(Path.cwd()).encode()):
        assert innard not in seen.body
    if example.method == b"HEAD":
        assert seen.body == b""
        return
    if OURS_AND_THE_VENDORS.match(example.target) is None:  # it belongs to no API
        assert seen.headers.lower().count("content-type: application/problem+json") == 1
        assert {*json.loads(seen.body)} == PROBLEM
        return
    assert seen.headers.lower().count("content-type: application/json") == 1
    error = json.loads(seen.body)["error"]
    assert isinstance(error["code"], str)
    assert isinstance(error["description"], str)
    assert error["code"]
    assert error["description"]
    if not example.target.startswith(b"/sandbox"):
        assert set(error) - {"field"} == ENVELOPE


def check_log(server: Server) -> None:
    logged = server.logged()
    assert "Traceback" not in logged
    assert '"level": "error"' not in logged
    for secret in PRIVATE:
        assert secret not in logged


@pytest.mark.parametrize("example", each(encodings, fields, headers, listing, routes, sizes))
def test_a_request_has_its_status_and_a_refused_one_changes_nothing(
    server: Server, example: Case
) -> None:
    kept = KEPT if any(name == b"Idempotency-Key" for name, _ in example.headers) else frozenset()
    before = server.rows(but=kept)
    seen = server.send(example)
    assert seen.status in example.expected, seen.body
    if seen.status >= 300:
        assert server.rows(but=kept) == before
        unread = len(example.expected) > 2 and b"text/plain" in seen.headers.encode()
        if not unread:
            check_refusal(server, seen, example)
    if seen.status == 401:
        assert seen.whole == server.send(case("", "GET", "/v1/invoices", auth=None)).whole
    check_log(server)


@pytest.mark.parametrize("name", headers.GARBAGE)
def test_an_invalid_request_is_refused_and_changes_nothing(server: Server, name: str) -> None:
    before = server.rows()
    seen = server.exchange(headers.GARBAGE[name])
    assert seen.status in range(400, 500)
    assert server.rows() == before
    for innard in INNARDS:
        assert innard not in seen.body
    check_log(server)


LINE_OF_THEIRS = text({"line_items": [{"id": "@theirline", "name": "Mine"}]})
ITEM_OF_THEIRS = text({**BASE, "line_items": [{"item_id": "@theiritem"}]})
CUSTOMER_OF_THEIRS = text({"draft": "1", "customer_id": "@theircustomer"})


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        *(
            (method, f"/v1/invoices/{named}{rest}", body)
            for named in ("@theirs", "@theirdraft")
            for method, rest, body in (
                ("GET", "", b""),
                ("GET", "/", b""),
                ("PATCH", "", b"{}"),
                ("PATCH", "", b'{"notes":{"a":"b"}}'),
                ("PATCH", "", b'{"line_items":[{"id":"li_x"}]}'),
                ("PATCH", "", b'{"description":7}'),
                ("PATCH", "", b"{"),
                ("DELETE", "", b""),
                ("DELETE", "", b"{}"),
                ("POST", "/issue", b""),
                ("POST", "/cancel", b""),
                ("POST", "/notify_by/sms", b""),
                ("POST", "/notify_by/email", b""),
                ("POST", "/notify_by/fax", b""),
                ("GET", "/issue", b""),
            )
        ),
        ("GET", "/v1/customers/@theircustomer", b""),
        ("GET", "/v1/items/@theiritem", b""),
        ("GET", "/v1/invoices?customer_id=@theircustomer", b""),
        ("PATCH", "/v1/invoices/@draft", LINE_OF_THEIRS),
        ("PATCH", "/v1/invoices/@draft", CUSTOMER_OF_THEIRS),
        ("PATCH", "/v1/invoices/@draft", ITEM_OF_THEIRS.replace(b'"type": "invoice", ', b"")),
        ("POST", "/v1/invoices", ITEM_OF_THEIRS),
        ("POST", "/v1/invoices", CUSTOMER_OF_THEIRS),
    ],
)
def test_resources_of_another_account_are_answered_like_unknown_ones(
    server: Server, method: str, path: str, body: bytes
) -> None:
    before = server.rows()
    theirs = server.send(case("", method, path, body, 400))
    unknown = {
        b"@theirs": b"inv_AAAAAAAAAAAAAA",
        b"@theirdraft": b"inv_AAAAAAAAAAAAAA",
        b"@theircustomer": b"cust_AAAAAAAAAAAAAA",
        b"@theiritem": b"item_AAAAAAAAAAAAAA",
        b"@theirline": b"li_AAAAAAAAAAAAAA",
    }
    known, server.ids = server.ids, {**server.ids, **unknown}
    try:
        unknown = server.send(case("", method, path, body, 400))
    finally:
        server.ids = known
    assert theirs.whole == unknown.whole
    assert theirs.status == (200 if "?" in path else 400)
    assert server.rows() == before
    check_log(server)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (b"X-HTTP-Method-Override", b"DELETE"),
        (b"X-HTTP-Method", b"DELETE"),
        (b"X-Forwarded-Host", b"evil.example"),
        (b"X-Forwarded-Proto", b"gopher"),
        (b"X-Original-URL", b"/v1/invoices/@draft/cancel"),
        (b"Forwarded", b"host=evil.example"),
        (b"Host", b"evil.example"),
        (b"Cookie", b"a=b; " * 1000),
        (b"Accept", b"text/html"),
        (b"Accept-Encoding", b"br"),
        (b"Range", b"bytes=0-1"),
        (b"If-None-Match", b"*"),
        (b"Origin", b"https://evil.example"),
    ],
)
def test_a_misleading_header_is_ignored(server: Server, name: bytes, value: bytes) -> None:
    before = server.rows()
    plain = server.send(case("", "GET", "/v1/invoices/@issued"))
    host = None if name == b"Host" else b"127.0.0.1"
    led = server.send(case("", "GET", "/v1/invoices/@issued", host=host, more=[(name, value)]))
    assert plain.status == 200
    assert led.whole == plain.whole
    assert server.rows() == before


@pytest.mark.parametrize("host", [b"evil.example", b"", b"a b", b"127.0.0.1:1", b"x" * 5000, None])
def test_the_host_of_a_request_is_not_in_the_response(server: Server, host: bytes | None) -> None:
    issued = text({**BASE, "draft": "0"})
    seen = server.send(case("", "POST", "/v1/invoices", issued, host=host))
    assert seen.status == 200
    base_url = f"http://127.0.0.1:{server.port}/i/"
    assert json.loads(seen.body)["short_url"].startswith(base_url)
    assert b"evil" not in seen.body


@pytest.mark.parametrize("declared", [len(text(BASE)) + 1, 1024 * 1024])
def test_a_request_that_is_broken_off_stores_nothing(server: Server, declared: int) -> None:
    before = server.rows()
    head = b"POST /v1/invoices HTTP/1.1\r\nHost: x\r\nAuthorization: %b\r\nContent-Type: %b\r\n"
    with socket.create_connection(("127.0.0.1", server.port), 10) as line:
        line.sendall(head % (OURS, JSON) + b"Content-Length: %d\r\n\r\n" % declared + text(BASE))
        line.shutdown(socket.SHUT_WR)
        assert line.recv(1) == b""
    assert server.send(case("", "GET", "/v1/invoices/@draft")).status == 200
    assert server.rows() == before
    check_log(server)


def test_the_same_key_and_request_get_the_same_answer_and_another_request_is_refused(
    server: Server,
) -> None:
    key = [(b"Idempotency-Key", b"order-1")]
    first = server.send(case("", "POST", "/v1/invoices/", text(BASE), more=key))
    before = server.rows()
    again = server.send(case("", "POST", "/v1/invoices", text(BASE), more=key))
    assert (first.status, again.whole) == (200, first.whole)
    other = text({**BASE, "description": "x"})
    refused = server.send(case("", "POST", "/v1/invoices", other, more=key))
    assert (refused.status, server.rows()) == (400, before)
    said = json.loads(refused.body)["error"]["description"]
    assert said.startswith("The idempotency key was used")


def test_two_key_headers_are_one_key(server: Server) -> None:
    both = [(b"Idempotency-Key", b"left"), (b"Idempotency-Key", b"right")]
    made = [
        json.loads(server.send(case("", "POST", "/v1/invoices", text(BASE), more=keys)).body)["id"]
        for keys in (both, both, both[:1], both[1:])
    ]
    assert made[0] == made[1]
    assert len(set(made)) == 3
