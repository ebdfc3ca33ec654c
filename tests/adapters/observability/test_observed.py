"""What the wrapper adds: an id. What it changes else: nothing."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from typing import Any

import pytest

from adapters.observability.world import (
    NAME,
    ROUTES,
    SECRET,
    a_service,
    answering,
    ask,
    asked,
    basic,
    heard,
    raising,
)
from billhook_adapters.observability import Metrics, observed

START: dict[str, Any] = {"type": "http.response.start", "status": 204}
BODY: dict[str, Any] = {"type": "http.response.body", "body": b""}


def scope_of(kind: str = "http") -> dict[str, Any]:
    return {"type": kind, "method": "GET", "path": "/v1/items", "headers": []}


async def seen(app: Any, scope: dict[str, Any]) -> list[dict[str, Any]]:
    """What an application sends."""
    sent: list[dict[str, Any]] = []

    async def receive() -> Any:
        return {"type": "http.disconnect"}

    async def send(event: Any) -> None:
        sent.append(event)

    await app(scope, receive, send)
    return sent


def test_a_request_id_of_the_callers_is_given_back() -> None:
    app, _, _ = a_service(Metrics())
    for given in ("abc-1", "x" * 64, "A.b_c-9"):
        assert ask(app, "GET", "/", x_request_id=given)[1][b"x-request-id"] == given.encode()


@pytest.mark.parametrize("bad", ["", "a b", "x" * 65, "\u00e9", "a\r\nb", "a@b"])
def test_another_is_made_where_it_has_not_the_shape(bad: str) -> None:
    app, _, _ = a_service(Metrics())
    made = {ask(app, "GET", "/", x_request_id=bad)[1][b"x-request-id"] for _ in range(3)}
    assert {len(one) for one in made} == {16}
    assert len(made) == 3


def test_the_record_has_the_id_of_the_answer(lines: io.StringIO) -> None:
    app, _, _ = a_service(Metrics())
    made = ask(app, "GET", "/")[1][b"x-request-id"].decode()
    assert json.loads(lines.getvalue())["request_id"] == made


def test_the_answer_is_else_as_it_was() -> None:
    start = {**START, "headers": [(b"a", b"1"), (b"a", b"2")], "trailers": False}
    (first, second) = asyncio.run(
        seen(observed(answering([start, BODY]), Metrics(), ROUTES), scope_of())
    )
    assert len(start["headers"]) == 2  # what the application holds is not touched
    assert first["headers"].pop()[0] == b"x-request-id"
    assert (first, second) == (start, BODY)


def test_an_answer_without_headers_is_an_answer() -> None:
    app = observed(answering([START, BODY]), Metrics(), ROUTES)
    assert [name for name, _ in asyncio.run(seen(app, scope_of()))[0]["headers"]] == [
        b"x-request-id"
    ]


def test_what_is_no_request_passes_by() -> None:
    metrics = Metrics()
    event = {"type": "lifespan.startup.complete"}
    assert asyncio.run(
        seen(observed(answering([event]), metrics, ROUTES), scope_of("lifespan"))
    ) == [event]
    assert b'route="' not in metrics.exposition()


@pytest.mark.parametrize(
    ("error", "told", "label"),
    [
        (ValueError(f"{NAME} {SECRET}"), 500, "5xx"),
        (asyncio.CancelledError(), 0, "gone"),
    ],
)
def test_a_request_that_ends_in_an_exception_is_counted_and_raised_on(
    error: BaseException, told: int, label: str, lines: io.StringIO
) -> None:
    metrics = Metrics()
    app = observed(answering(also=raising(error)), metrics, ROUTES)
    with pytest.raises(type(error)):
        asyncio.run(seen(app, scope_of()))
    assert json.loads(lines.getvalue())["status"] == told
    assert f'status="{label}"' in metrics.exposition().decode()
    assert heard(lines.getvalue()) == []


def test_an_answer_that_began_keeps_its_status_whatever_follows(lines: io.StringIO) -> None:
    app = observed(answering([START], also=raising(OSError())), Metrics(), ROUTES)
    with pytest.raises(OSError):  # noqa: PT011  # any, as it was raised
        asyncio.run(seen(app, scope_of()))
    assert json.loads(lines.getvalue())["status"] == 204


def test_a_method_of_a_strangers_making_is_not_written_down(lines: io.StringIO) -> None:
    app, _, _ = a_service(Metrics())
    ask(app, "CANARY", "/v1/items")
    assert json.loads(lines.getvalue())["method"] == "other"


def test_records_can_be_switched_off_while_counting_goes_on(lines: io.StringIO) -> None:
    logging.getLogger("billhook.requests").setLevel(logging.WARNING)
    metrics = Metrics()
    app, _, _ = a_service(metrics)
    assert asyncio.run(asked(app, "GET", "/v1/invoices", authorization=basic("wrong")))[0] == 401
    logging.getLogger("billhook.requests").setLevel(logging.NOTSET)
    assert lines.getvalue() == ""
    assert b'billhook_requests_total{route="/v1/invoices",status="4xx"} 1.0' in metrics.exposition()
