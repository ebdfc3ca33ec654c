"""The middleware adds a request id to a response, and changes nothing else."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from typing import Any

import pytest

from adapters.observability.canaries import (
    NAME,
    ROUTES,
    SECRET,
    CanaryService,
    an_app,
    answering,
    basic,
    canaries_in,
    raising,
    request,
)
from billhook_adapters.observability import Metrics, observed

START: dict[str, Any] = {"type": "http.response.start", "status": 204}
BODY: dict[str, Any] = {"type": "http.response.body", "body": b""}


def scope_of(kind: str = "http") -> dict[str, Any]:
    return {"type": kind, "method": "GET", "path": "/v1/items", "headers": []}


async def events_of(app: Any, scope: dict[str, Any]) -> list[dict[str, Any]]:
    """What an application sends."""
    sent: list[dict[str, Any]] = []

    async def receive() -> Any:
        return {"type": "http.disconnect"}

    async def send(event: Any) -> None:
        sent.append(event)

    await app(scope, receive, send)
    return sent


def test_the_request_id_of_the_client_is_returned() -> None:
    app = an_app()
    for given in ("abc-1", "x" * 64, "A.b_c-9"):
        assert request(app, "GET", "/", x_request_id=given)[1][b"x-request-id"] == given.encode()


@pytest.mark.parametrize("bad", ["", "a b", "x" * 65, "\u00e9", "a\r\nb", "a@b"])
def test_an_invalid_request_id_is_replaced(bad: str) -> None:
    app = an_app()
    made = {request(app, "GET", "/", x_request_id=bad)[1][b"x-request-id"] for _ in range(3)}
    assert {len(one) for one in made} == {16}
    assert len(made) == 3


def test_the_record_has_the_id_of_the_answer(lines: io.StringIO) -> None:
    app = an_app()
    made = request(app, "GET", "/")[1][b"x-request-id"].decode()
    assert json.loads(lines.getvalue())["request_id"] == made


def test_the_rest_of_the_response_is_unchanged() -> None:
    start = {**START, "headers": [(b"a", b"1"), (b"a", b"2")], "trailers": False}
    (first, second) = asyncio.run(
        events_of(observed(answering([start, BODY]), Metrics(), ROUTES), scope_of())
    )
    assert len(start["headers"]) == 2  # the application's own list is unchanged
    assert first["headers"].pop()[0] == b"x-request-id"
    assert (first, second) == (start, BODY)


def test_a_response_without_headers_gets_a_request_id() -> None:
    app = observed(answering([START, BODY]), Metrics(), ROUTES)
    assert [name for name, _ in asyncio.run(events_of(app, scope_of()))[0]["headers"]] == [
        b"x-request-id"
    ]


def test_other_events_are_unchanged() -> None:
    metrics = Metrics()
    event = {"type": "lifespan.startup.complete"}
    assert asyncio.run(
        events_of(observed(answering([event]), metrics, ROUTES), scope_of("lifespan"))
    ) == [event]
    assert b'route="' not in metrics.exposition()


@pytest.mark.parametrize(
    ("error", "status", "label"),
    [
        (ValueError(f"{NAME} {SECRET}"), 500, "5xx"),
        (asyncio.CancelledError(), 0, "gone"),
    ],
)
def test_an_exception_is_counted_and_raised_again(
    error: BaseException, status: int, label: str, lines: io.StringIO
) -> None:
    metrics = Metrics()
    app = observed(answering(also=raising(error)), metrics, ROUTES)
    with pytest.raises(type(error)):
        asyncio.run(events_of(app, scope_of()))
    assert json.loads(lines.getvalue())["status"] == status
    assert f'status="{label}"' in metrics.exposition().decode()
    assert canaries_in(lines.getvalue()) == []


def test_a_response_that_began_keeps_its_status_after_an_exception(lines: io.StringIO) -> None:
    app = observed(answering([START], also=raising(OSError())), Metrics(), ROUTES)
    with pytest.raises(OSError):  # noqa: PT011  # any, as it was raised
        asyncio.run(events_of(app, scope_of()))
    assert json.loads(lines.getvalue())["status"] == 204


def test_an_unknown_method_is_not_logged(lines: io.StringIO) -> None:
    app = an_app()
    request(app, "CANARY", "/v1/items")
    assert json.loads(lines.getvalue())["method"] == "other"


def test_logging_can_be_off_while_metrics_are_on(lines: io.StringIO) -> None:
    logging.getLogger("billhook.requests").setLevel(logging.WARNING)
    metrics = Metrics()
    app = CanaryService(metrics).app
    assert request(app, "GET", "/v1/invoices", authorization=basic("wrong"))[0] == 401
    logging.getLogger("billhook.requests").setLevel(logging.NOTSET)
    assert lines.getvalue() == ""
    assert b'billhook_requests_total{route="/v1/invoices",status="4xx"} 1.0' in metrics.exposition()
