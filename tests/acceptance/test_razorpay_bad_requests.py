"""Requests that no SDK sends: each is answered in the envelope, and none breaks the server."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any

import pytest

from billhook_adapters.demo.world import OURS, SECRET, World, small_world

BASE = {
    "type": "invoice",
    "customer": {"name": "Ravi"},
    "line_items": [{"name": "Book", "amount": 100}],
}


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with small_world() as started:
        yield started


def ask(
    world: World, method: str, path: str, body: bytes | None = None, **headers: str
) -> tuple[int, Any]:
    pair = b64encode(f"key_{OURS}:{SECRET}".encode()).decode()
    connection = HTTPConnection(world.url.removeprefix("http://"), timeout=30)
    sent = {
        "Authorization": f"Basic {pair}",
        **{k.replace("_", "-"): v for k, v in headers.items()},
    }
    connection.request(method, path, body=body, headers=sent)
    response = connection.getresponse()
    answer = json.loads(response.read())
    connection.close()
    return response.status, answer


def rows(world: World) -> Any:
    count = "select (select count(*) from invoices), (select count(*) from messages)"
    with world.service.database.connect() as connection:
        return connection.exec_driver_sql(count).one()


def changed(**fields: Any) -> bytes:
    return json.dumps({**BASE, **fields}).encode()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"1",
        b"{",
        b"\xff\xfe",
        b'{"a":NaN}',
        b"[" * 100_000,
        b'{"customer":' + b'{"a":' * 5000 + b"1" + b"}" * 5001,
        b"1" * 5000,
        b'{"customer":{"name":"\\ud800xx"}}',
        b'{"expire_by":1e400}',
        changed(line_items=[{"name": "Book", "amount": 10**400}]),
        changed(line_items=[{"name": "Book", "amount": 2**60}]),
        changed(line_items=[{"name": "Book", "amount": True}]),
        changed(line_items=[{"name": "Book", "amount": 2**53 - 1, "quantity": 10**9}]),
        changed(line_items=[{"name": "Book", "amount": 1}] * 51),
        changed(expire_by=99999999999999),
        changed(notes={"a": True}),
        changed(customer={"name": "Ravi", "contact": "123"}),
        changed(first_payment_min_amount=0),
        changed(description="a" * 2049),
    ],
)
def test_a_bad_body_is_a_400_in_the_envelope_and_stores_nothing(world: World, body: bytes) -> None:
    before = rows(world)
    status, answer = ask(world, "POST", "/v1/invoices", body)
    assert status == 400
    assert set(answer["error"]) - {"field"} == {
        "code", "description", "source", "step", "reason", "metadata",
    }  # fmt: skip
    assert answer["error"]["code"] == "BAD_REQUEST_ERROR"
    assert rows(world) == before


def test_a_body_over_a_mebibyte_is_a_413(world: World) -> None:
    status, answer = ask(world, "POST", "/v1/invoices", b"x" * 2**21)
    assert (status, answer["error"]["code"]) == (413, "BAD_REQUEST_ERROR")


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/"), ("PUT", "/v1/invoices/x"), ("POST", "/v1/invoices/x/notify_by/a/b")],
)
def test_an_unknown_route_is_said_in_the_envelope(world: World, method: str, path: str) -> None:
    status, answer = ask(world, method, path)
    described = answer["error"]["description"]
    assert (status, described) == (400, "The requested URL was not found on the server.")


@pytest.mark.parametrize("unknown", ["%00", "%ED%A0%80", "a" * 5000, "inv_x%20OR%201=1", "..%2f"])
def test_an_ill_formed_id_is_an_unknown_one_or_no_route(world: World, unknown: str) -> None:
    status, answer = ask(world, "GET", f"/v1/invoices/{unknown}")
    assert status == 400
    assert answer["error"]["description"] in (
        "The id provided does not exist",
        "The requested URL was not found on the server.",
    )


@pytest.mark.parametrize("key", ["", "k" * 256, "\xe9"])
def test_an_idempotency_key_that_cannot_be_kept_is_refused(world: World, key: str) -> None:
    status, answer = ask(world, "POST", "/v1/invoices", changed(), Idempotency_Key=key)
    assert status == 400
    assert "Idempotency-Key" in answer["error"]["description"]


def test_the_same_key_and_request_get_the_same_answer_and_another_request_is_refused(
    world: World,
) -> None:
    first = ask(world, "POST", "/v1/invoices/", changed(), Idempotency_Key="order-1")
    before = rows(world)
    assert ask(world, "POST", "/v1/invoices", changed(), Idempotency_Key="order-1") == first
    status, answer = ask(
        world, "POST", "/v1/invoices", changed(description="x"), Idempotency_Key="order-1"
    )
    assert (status, rows(world)) == (400, before)
    assert answer["error"]["description"].startswith("The idempotency key was used")
