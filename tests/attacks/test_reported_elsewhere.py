"""Faults that were reported of other servers and parsers, each as a request to this one.

The address of each report stands with its test.
"""

from __future__ import annotations

from contextlib import closing, suppress

import pytest

from attacks.in_process import BASIC, JSON, InProcess
from attacks.serving import Credentials, Served, head, reply
from billhook_adapters.http.core.limits import DEFAULT_LIMITS

MEBIBYTE = 1024 * 1024
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
CREATE = "/v1/invoices"


def test_repeated_fields_are_not_joined_for_ever(server: Served) -> None:
    """https://github.com/tornadoweb/tornado/pull/3553"""
    most = DEFAULT_LIMITS.head_fields - 1
    assert server.ask(head("GET", CREATE, b"A: b\r\n" * most), b"\r\n").status == 401
    assert server.ask(head("GET", CREATE, b"A: b\r\n" * 50_000), b"\r\n").status == 431


def test_a_field_cannot_be_continued_line_by_line(server: Served) -> None:
    """https://github.com/ooni/probe/issues/304"""
    assert server.ask(head("GET", CREATE, b"A: b\r\n"), b" \r\n" * 300_000).status in (400, 431)


def test_an_endless_trailer_ends(server: Served, credentials: Credentials) -> None:
    """https://github.com/nodejs/http-parser/issues/33"""
    sent = head("POST", CREATE, credentials.basic, CHUNKED)
    assert server.ask(sent, b"1\r\n{\r\n0\r\noverflow: ", b"x" * MEBIBYTE).status == 413


def test_chunk_extensions_between_small_chunks_are_counted_together(
    server: Served, credentials: Credentials
) -> None:
    """https://github.com/nginx/nginx/pull/1619"""
    sent = head("POST", CREATE, credentials.basic, CHUNKED)
    assert server.ask(sent, (b"1;" + b"a" * 500 + b"\r\n \r\n") * 4000).status == 413


def test_a_trailer_is_not_merged_into_the_header_section(
    server: Served, credentials: Credentials
) -> None:
    """https://github.com/httpwg/http-core/issues/16, CVE-2013-5704"""
    sent = head("GET", CREATE, b"Trailer: Authorization\r\n", CHUNKED)
    assert server.ask(sent, b"1\r\n \r\n0\r\n" + credentials.basic + b"\r\n").status == 401


def test_a_trailer_that_looks_like_a_request_is_none(
    server: Served, credentials: Credentials
) -> None:
    """https://github.com/Field-of-Dream-Studio/hotaru/issues/37"""
    sent = (
        head("GET", CREATE, credentials.basic, CHUNKED) + b"0\r\nGET /healthz HTTP/1.1: x\r\n\r\n"
    )
    assert server.ask(sent).status == 400


@pytest.mark.parametrize(
    "size", [b"80000000", b"7fffffffffffffff", b"ffffffffffffffff", b"1" * 40, b"-1", b"+1", b"0x1"]
)
def test_the_size_of_a_chunk_reserves_nothing_and_overflows_nothing(
    server: Served, credentials: Credentials, size: bytes
) -> None:
    """https://github.com/ithewei/libhv/pull/874"""
    before = server.memory
    sent = head("POST", CREATE, credentials.basic, CHUNKED)
    assert server.ask(sent, size + b"\r\n", b"x" * 2 * MEBIBYTE).status in (400, 413)
    assert server.memory - before < 64 * MEBIBYTE


@pytest.mark.parametrize("same", [True, False])
def test_a_second_host_is_refused_even_if_it_is_the_same(server: Served, same: bool) -> None:
    """https://github.com/mtrudel/bandit/pull/619, https://github.com/oven-sh/bun/pull/33717"""
    second = b"Host: bill.example\r\n" if same else b"Host: other.example\r\n"
    assert server.ask(head("GET", CREATE, second), b"\r\n").status == 400


def test_a_client_that_is_still_sending_can_read_that_its_body_is_too_large(
    server: Served, credentials: Credentials
) -> None:
    """https://github.com/true-async/server/issues/287"""
    chunk = b"%x\r\n" % MEBIBYTE + b"x" * MEBIBYTE + b"\r\n"
    with closing(server.connected()) as line:
        line.sendall(head("POST", CREATE, credentials.basic, CHUNKED) + chunk)
        line.sendall(b"8\r\nxxxxxxxx\r\n")
        line.sendall(b"8\r\nxxxxxxxx\r\n")
        assert reply(line).status == 413


def test_what_goes_on_for_ever_after_a_response_is_cut_off(server: Served) -> None:
    """https://github.com/yhirose/cpp-httplib/pull/2504"""
    with closing(server.connected()) as line:
        line.sendall(head("POST", CREATE, CHUNKED))
        with suppress(ConnectionError):
            while True:
                line.sendall(b"10000\r\n" + b"x" * 65536 + b"\r\n")
    assert server.is_alive()


@pytest.mark.parametrize("start", [b"", b"GET ", head("GET", CREATE), head("GET", CREATE) + b"A"])
def test_no_phase_of_a_request_lasts_for_ever(server: Served, start: bytes) -> None:
    """https://github.com/guzba/mummy/issues/141"""
    assert server.ask(start).status in (0, 408)


@pytest.mark.parametrize(
    "number",
    [
        b"1E2000000",
        b"1E1000000000",
        b"0E999999999999999999999999",
        b"1e536870000",
        b"9" * 200_000,
        b"-0." + b"9" * 200_000,
    ],
)
def test_a_number_is_no_larger_than_its_text(service: InProcess, number: bytes) -> None:
    """https://github.com/shopspring/decimal/pull/427, https://github.com/creytiv/re/issues/69,
    https://github.com/stleary/JSON-java/issues/1063,
    https://github.com/protocolbuffers/protobuf/issues/26032
    """
    body = b'{"line_items":[{"name":"a","amount":%b}]}' % number
    assert service.ask("POST", CREATE, [*BASIC, JSON], [body]).status == 400


@pytest.mark.parametrize("text", [b'"' + b"\\" * MEBIBYTE, b'"' + b'\\"' * (MEBIBYTE // 2)])
def test_escapes_without_an_end_are_read_once(service: InProcess, text: bytes) -> None:
    """https://github.com/web2py/web2py/pull/2627"""
    body = (b"[" * 40 + text)[:MEBIBYTE]
    assert service.ask("POST", CREATE, [*BASIC, JSON], [body]).status == 400
