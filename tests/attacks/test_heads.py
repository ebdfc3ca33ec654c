"""Request heads: their size, their fields, their target, and the time until they are complete."""

from __future__ import annotations

import json
from contextlib import closing

import pytest

from attacks.serving import Credentials, Served, head, reply
from billhook_adapters.http.core.limits import DEFAULT_LIMITS

MEBIBYTE = 1024 * 1024
APIS = {"razorpay": "/v1/invoices", "highlevel": "/invoices/", "native": "/api/invoices"}
END = b"\r\n"


@pytest.mark.parametrize("api", APIS)
def test_a_mebibyte_of_short_fields_is_refused_in_the_envelope_of_its_api(
    server: Served, api: str
) -> None:
    refused = server.ask(head("GET", APIS[api]), b"A:b\r\n" * (MEBIBYTE // 5))
    assert refused.status == 431
    fields = {"razorpay": {"error"}, "highlevel": {"statusCode", "message", "error"}}
    expected = fields.get(api, {"type", "title", "status", "detail", "code"})
    assert set(json.loads(refused.body)) == expected
    assert server.is_alive()


def test_an_endless_field_is_refused_and_not_kept(server: Served) -> None:
    before = server.memory
    for start in (b"A: ", b"A", b"A: b\r\n B: ", b"Cookie: a;\r\nCookie: "):
        assert server.ask(head("GET", "/v1/invoices"), start, b"x" * MEBIBYTE).status in (400, 431)
    assert server.memory - before < 32 * MEBIBYTE
    assert server.is_alive()


def test_a_field_that_comes_byte_by_byte_is_joined_in_few_steps(server: Served) -> None:
    with closing(server.connected()) as line:
        line.sendall(head("GET", "/healthz") + b"A: ")
        for _ in range(3000):
            line.sendall(b"x")
        line.sendall(END * 2)
        assert reply(line).status == 200


def test_as_many_fields_and_bytes_as_allowed_are_taken(server: Served) -> None:
    fields = [b"A%d: b\r\n" % number for number in range(DEFAULT_LIMITS.head_fields - 1)]
    assert server.ask(head("GET", "/healthz", *fields), END).status == 200
    assert server.ask(head("GET", "/healthz", *fields, b"B: c\r\n"), END).status == 431
    long = b"A: " + b"x" * (DEFAULT_LIMITS.head_bytes - 200) + END
    assert server.ask(head("GET", "/healthz", long), END).status == 200
    assert server.ask(head("GET", "/healthz", long, b"B: " + b"x" * 5000 + END), END).status == 431


@pytest.mark.parametrize("start", ["/v1/invoices?a=", "/v1/", "/v1/invoices/"])
def test_a_long_target_is_refused_in_the_envelope_of_its_api(server: Served, start: str) -> None:
    long = start + "a" * DEFAULT_LIMITS.target_bytes
    refused = server.ask(head("GET", long), END)
    assert (refused.status, set(refused.json)) == (414, {"error"})


def test_an_endless_target_or_method_is_refused(server: Served) -> None:
    assert server.ask(b"GET /v1/invoices?a=", b"x" * MEBIBYTE).status == 414
    assert server.ask(b"G" * MEBIBYTE).status == 400
    assert server.ask(b"\r\n" * MEBIBYTE).status == 431


@pytest.mark.parametrize(
    "sent",
    [head("GET", "/v1/invoices"), head("GET", "/v1/invoices") + b"A: b"],
)
def test_a_head_that_is_not_completed_in_time_is_answered_and_closed(
    server: Served, sent: bytes
) -> None:
    late = server.ask(sent)
    assert (late.status, set(late.json)) == (408, {"error"})


def test_bytes_that_trickle_in_do_not_prolong_the_time_for_a_head(server: Served) -> None:
    with closing(server.connected()) as line:
        line.sendall(head("GET", "/v1/invoices"))
        line.settimeout(0.05)
        answer = b""
        while not answer:  # for ever, if each byte began the time anew
            line.sendall(b"a")
            try:
                answer = line.recv(12)
            except TimeoutError:
                continue
        assert answer == b"HTTP/1.1 408"


@pytest.mark.parametrize("sent", [b"", b"\r\n", b"\r\n\r\n", b"GET /v1/invoices HTTP"])
def test_a_connection_without_a_request_is_closed(server: Served, sent: bytes) -> None:
    assert server.ask(sent).status in (0, 408)


@pytest.mark.parametrize(
    "framing",
    [b"Content-Length: 100\r\n\r\n{", b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n"],
)
def test_a_body_that_comes_too_slowly_is_answered_and_closed(
    server: Served, credentials: Credentials, framing: bytes
) -> None:
    for path in APIS.values():
        own = credentials.bearer if path == APIS["highlevel"] else credentials.basic
        assert server.ask(head("POST", path, own, framing)).status == 408


def test_chunk_extensions_do_not_count_as_a_body_that_arrives(
    server: Served, credentials: Credentials
) -> None:
    with closing(server.connected()) as line:
        line.sendall(
            head("POST", "/v1/invoices", credentials.basic, b"Transfer-Encoding: chunked\r\n\r\n1;")
        )
        line.settimeout(0.05)
        answer = b""
        while not answer:
            line.sendall(b"a" * 1000)
            try:
                answer = line.recv(12)
            except TimeoutError:
                continue
        assert answer in (b"HTTP/1.1 408", b"HTTP/1.1 413")


@pytest.mark.parametrize(
    "endless", [b"1;a=", b"1\r\n{\r\n0\r\nA: ", b"1\r\n{\r\n0\r\n" + b"A: b\r\n" * 20_000]
)
def test_endless_chunk_extensions_and_trailers_are_refused(
    server: Served, credentials: Credentials, endless: bytes
) -> None:
    before = server.memory
    sent = head("POST", "/v1/invoices", credentials.basic, b"Transfer-Encoding: chunked\r\n\r\n")
    assert server.ask(sent, endless, b"x" * MEBIBYTE).status == 413
    assert server.memory - before < 32 * MEBIBYTE


def test_a_body_in_chunks_of_one_byte_is_a_body(server: Served, credentials: Credentials) -> None:
    sent = head("POST", "/v1/invoices", credentials.basic, b"Transfer-Encoding: chunked\r\n\r\n")
    chunks = b"1\r\n \r\n" * 30_000 + b"0\r\n\r\n"
    assert server.ask(sent, chunks).status == 400


def test_requests_that_do_not_wait_for_responses_are_answered_in_order_and_not_kept(
    server: Served, credentials: Credentials
) -> None:
    before, requests = server.memory, 2000
    with closing(server.connected()) as line:
        one = head("GET", "/healthz") + END
        line.sendall(one * requests + head("GET", "/v1/x", b"Connection: close\r\n") + END)
        answers = b"".join(iter(lambda: line.recv(65536), b""))
    assert answers.count(b"HTTP/1.1 200 OK") == requests
    assert answers.count(b"HTTP/1.1 400") == 1
    assert answers.index(b"HTTP/1.1 400") > answers.rindex(b"HTTP/1.1 200 OK")
    assert server.memory - before < 32 * MEBIBYTE
