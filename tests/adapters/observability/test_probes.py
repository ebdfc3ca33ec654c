"""What those who watch ask, and what they are told when something is wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from adapters.observability.world import MAIL, ask, heard
from billhook_adapters.http.core.asgi import App
from billhook_adapters.http.health.api import HealthApi
from billhook_adapters.observability import Metrics


def away() -> object:
    raise OSError(MAIL)


def a_service(
    store: Callable[[], object] = lambda: None, delivering: Callable[[], bool] = lambda: True
) -> App:
    """The probes of a service."""
    return HealthApi(Metrics(), store, delivering)


def told(app: App, path: str, method: str = "GET") -> tuple[int, Any]:
    status, _, body = ask(app, method, path)
    assert heard(body.decode()) == []
    return status, json.loads(body)


def test_a_process_that_answers_is_healthy_whatever_else_is_wrong() -> None:
    assert told(a_service(away, lambda: False), "/healthz") == (200, {"status": "ok"})


def test_a_service_that_can_work_is_ready() -> None:
    assert told(a_service(), "/readyz") == (200, {"status": "ready"})


@pytest.mark.parametrize(
    ("store", "delivering", "reasons"),
    [
        (away, True, ["the database cannot be used: OSError"]),
        (lambda: None, False, ["messages are not being delivered"]),
        (away, False, [
            "the database cannot be used: OSError",
            "messages are not being delivered",
        ]),
    ],
)  # fmt: skip
def test_a_service_that_cannot_work_says_why(
    store: Callable[[], object], delivering: bool, reasons: list[str]
) -> None:
    app = a_service(store, lambda: delivering)
    assert told(app, "/readyz") == (503, {"status": "not ready", "reasons": reasons})


def test_metrics_are_in_the_form_that_prometheus_reads() -> None:
    status, headers, body = ask(a_service(), "GET", "/metrics")
    assert (status, headers[b"content-type"]) == (200, b"text/plain; version=0.0.4; charset=utf-8")
    names = {family.name for family in text_string_to_metric_families(body.decode())}
    assert {"billhook_requests", "billhook_batch_commands"} <= names


def test_a_head_request_gets_no_body() -> None:
    status, headers, body = ask(a_service(away), "HEAD", "/readyz")
    assert (status, body) == (503, b"")
    assert int(headers[b"content-length"]) > 0


def test_what_is_not_there_is_not_answered() -> None:
    app = a_service()
    assert told(app, "/healthz", "POST")[0] == 405
    assert ask(app, "POST", "/metrics")[1][b"allow"] == b"GET, HEAD"
    assert told(app, "/healthz/x")[0] == 404
