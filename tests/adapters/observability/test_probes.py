"""The health endpoints, and their answers when something fails."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from adapters.observability.canaries import MAIL, canaries_in, request
from billhook_adapters.http.core.asgi import App
from billhook_adapters.http.health.api import HealthApi
from billhook_adapters.observability import Metrics


def unreachable() -> object:
    raise OSError(MAIL)


def probes(
    store: Callable[[], object] = lambda: None, delivering: Callable[[], bool] = lambda: True
) -> App:
    """The probes of a service."""
    return HealthApi(Metrics(), store, delivering)


def answer_to(app: App, path: str, method: str = "GET") -> tuple[int, Any]:
    status, _, body = request(app, method, path)
    assert canaries_in(body.decode()) == []
    return status, json.loads(body)


def test_a_process_that_answers_is_healthy_whatever_else_fails() -> None:
    assert answer_to(probes(unreachable, lambda: False), "/healthz") == (200, {"status": "ok"})


def test_a_service_that_can_work_is_ready() -> None:
    assert answer_to(probes(), "/readyz") == (200, {"status": "ready"})


@pytest.mark.parametrize(
    ("store", "delivering", "reasons"),
    [
        (unreachable, True, ["the database cannot be used: OSError"]),
        (lambda: None, False, ["messages are not being delivered"]),
        (unreachable, False, [
            "the database cannot be used: OSError",
            "messages are not being delivered",
        ]),
    ],
)  # fmt: skip
def test_a_service_that_cannot_work_says_why(
    store: Callable[[], object], delivering: bool, reasons: list[str]
) -> None:
    app = probes(store, lambda: delivering)
    assert answer_to(app, "/readyz") == (503, {"status": "not ready", "reasons": reasons})


def test_metrics_are_in_the_form_that_prometheus_reads() -> None:
    status, headers, body = request(probes(), "GET", "/metrics")
    assert (status, headers[b"content-type"]) == (200, b"text/plain; version=0.0.4; charset=utf-8")
    names = {family.name for family in text_string_to_metric_families(body.decode())}
    assert {"billhook_requests", "billhook_batch_commands"} <= names


def test_a_head_request_gets_no_body() -> None:
    status, headers, body = request(probes(unreachable), "HEAD", "/readyz")
    assert (status, body) == (503, b"")
    assert int(headers[b"content-length"]) > 0


def test_other_paths_and_methods_are_refused() -> None:
    app = probes()
    assert answer_to(app, "/healthz", "POST")[0] == 405
    assert request(app, "POST", "/metrics")[1][b"allow"] == b"GET, HEAD"
    assert answer_to(app, "/healthz/x")[0] == 404
