"""One judge for the body of every request: no route and no method reads more than the limit."""

from __future__ import annotations

import json

import pytest

from attacks.in_process import BASIC, BEARER, FORM, JSON, LOCATION, InProcess
from attacks.serving import Credentials, Served, head
from billhook_adapters.http.core.bodies import LARGEST_BODY
from billhook_adapters.http.core.parsing import MOST_FIELDS, MOST_VALUES

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW")
PIECE = b" " * 65536
TOO_MANY = [PIECE] * (LARGEST_BODY // len(PIECE) + 20)


@pytest.mark.parametrize("method", METHODS)
def test_a_body_that_is_declared_too_large_is_refused_unread_on_every_route(
    service: InProcess, method: str
) -> None:
    for path, given in service.routes():
        answered = service.ask(method, path, given, [PIECE], declared=LARGEST_BODY + 1)
        assert (answered.status, answered.taken) == (413, 0), path


@pytest.mark.parametrize("method", METHODS)
def test_a_body_in_chunks_is_counted_on_every_route(service: InProcess, method: str) -> None:
    for path, given in service.routes():
        answered = service.ask(method, path, [*given, JSON], TOO_MANY)
        assert answered.status == 413, path
        assert answered.taken <= LARGEST_BODY + len(PIECE), path


@pytest.mark.parametrize("path", ["/v1/invoices", "/api/invoices", "/invoices/"])
def test_a_stranger_cannot_make_the_service_keep_a_body(service: InProcess, path: str) -> None:
    assert service.ask("POST", path, [JSON], [PIECE, PIECE]).status == 401
    assert service.ask("POST", path, [JSON], TOO_MANY).status == 413


def test_a_body_up_to_the_limit_leaves_the_response_as_it_is(service: InProcess) -> None:
    for path, given in service.routes():
        empty = service.ask("GET", path, given)
        full = service.ask("GET", path, given, TOO_MANY[: LARGEST_BODY // len(PIECE)])
        assert (full.status, full.taken) == (empty.status, LARGEST_BODY), path


def test_an_error_about_a_body_is_in_the_envelope_of_its_api(service: InProcess) -> None:
    def said(path: str) -> dict[str, object]:
        body = service.ask("GET", path, (), [b"x"], declared=2 * LARGEST_BODY).body
        found: dict[str, object] = json.loads(body)
        return found

    assert set(said("/v1/invoices")) == {"error"}
    assert said("/invoices/inv_1")["statusCode"] == 413
    assert said("/api/contacts")["code"] == "too_large"


def test_a_server_stops_reading_what_it_has_refused(
    server: Served, credentials: Credentials
) -> None:
    put = head("PUT", "/api/contacts", credentials.basic)
    assert server.ask(put, b"\r\n").status == 422
    before = server.memory
    declared = put + b"Content-Length: 300000000\r\n\r\n"
    assert server.ask(declared, b"x" * LARGEST_BODY).status == 413
    chunked = head("PUT", "/api/contacts", b"Transfer-Encoding: chunked\r\n\r\n")
    chunk = b"10000\r\n" + PIECE + b"\r\n"
    assert server.ask(chunked, chunk * 40).status == 413
    assert server.memory - before < 32 * LARGEST_BODY


def test_a_client_that_expects_100_is_refused_before_it_sends_a_body(
    server: Served,
) -> None:
    fields = (b"Expect: 100-continue\r\n", b"Content-Length: 100\r\n\r\n")
    assert server.ask(head("POST", "/v1/invoices", *fields)).status == 401


CREATE = {
    "razorpay": ("/v1/invoices", BASIC, 400),
    "highlevel": (f"/invoices/?altId={LOCATION}&altType=location", BEARER, 400),
    "native": ("/api/invoices", BASIC, 400),
    "sandbox": ("/sandbox/clock", [], 400),
}


@pytest.mark.parametrize("api", CREATE)
@pytest.mark.parametrize(
    "body",
    [
        b'{"a":[' + b"0," * MOST_VALUES + b"0]}",
        b'{"a":[' + b"{}," * (2 * MOST_VALUES) + b"{}]}",
        b"[" * 33 + b"]" * 33,
        b"[" * LARGEST_BODY,
        b'{"a":' * 200_000,
        b'"' * LARGEST_BODY,
        b'"' + b'\\"' * (LARGEST_BODY // 2 - 1),
        b"\\" * LARGEST_BODY,
    ],
    ids=["values", "objects", "levels", "open lists", "open objects", "quotes", "text", "escapes"],
)
def test_a_body_is_measured_before_anything_is_made_of_it(
    service: InProcess, api: str, body: bytes
) -> None:
    path, given, status = CREATE[api]
    assert service.ask("POST", path, [*given, JSON], [body]).status == status


@pytest.mark.parametrize(
    "body",
    [
        b"&".join(b"a%d=1" % number for number in range(MOST_FIELDS + 1)),
        b"a" + b"[b]" * 40 + b"=1",
        b"&" * LARGEST_BODY,
        b"a=" + b"%41" * 300_000,
    ],
    ids=["fields", "levels", "separators", "escapes"],
)
def test_a_form_is_bounded_too(service: InProcess, body: bytes) -> None:
    assert service.ask("POST", "/v1/invoices", [*BASIC, FORM], [body]).status == 400


@pytest.mark.parametrize("path", ["/v1/invoices", "/invoices/", "/api/invoices"])
def test_a_query_of_more_than_a_hundred_parameters_is_invalid(
    service: InProcess, path: str
) -> None:
    given = BEARER if path == "/invoices/" else BASIC
    answered = service.ask("GET", f"{path}?{'&'.join(['count=1'] * 102)}", given)
    assert answered.status in (400, 422)
