"""The metrics that Prometheus reads: few labels, correct sums, across processes too."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import prometheus_client
import pytest
from prometheus_client.parser import text_string_to_metric_families

from adapters.observability.canaries import (
    CanaryService,
    exercise,
    request,
)
from billhook_adapters.observability import Metrics
from billhook_adapters.observability.metrics import MANY


def samples(exposition: bytes) -> dict[tuple[str, ...], float]:
    """Every sample by its name and its labels' values."""
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(exposition.decode())
        for sample in family.samples
    }


def test_requests_are_counted_by_route_and_class_of_status() -> None:
    metrics = Metrics()
    running = CanaryService(metrics)
    exercise(running.app, running.store)
    found = samples(metrics.exposition())
    assert found["billhook_requests_total", "/v1/invoices", "2xx"] == 1
    assert found["billhook_requests_total", "/v1/invoices", "4xx"] == 3
    assert found["billhook_requests_total", "/v1/invoices", "5xx"] == 1
    assert found["billhook_requests_total", "other", "4xx"] == 1
    assert found["billhook_request_seconds_count", "/v1/invoices"] == 5


def test_unknown_paths_and_methods_add_no_labels() -> None:
    metrics = Metrics()
    app = CanaryService(metrics).app
    request(app, "GET", "/")
    before = {*samples(metrics.exposition())}
    for number in range(50):
        request(app, "GET", f"/{number}/x")
        request(app, f"METHOD{number}", f"/{number}")
    assert {*samples(metrics.exposition())} == before


def test_batches_and_deliveries_are_counted() -> None:
    metrics = Metrics()
    metrics.batch_decided(3)
    metrics.batch_decided(300)
    for outcome in ("attempted", "attempted", "suppressed"):
        metrics.handled(outcome)
    found = samples(metrics.exposition())
    assert found["billhook_batch_commands_sum",] == 303
    assert found["billhook_batch_commands_bucket", "4.0"] == 1
    assert found["billhook_messages_handled_total", "attempted"] == 2
    assert found["billhook_messages_handled_total", "suppressed"] == 1


def test_a_request_whose_client_went_away_is_counted_as_gone() -> None:
    metrics = Metrics()
    metrics.answered("/v1/items", 0, 0.1)
    metrics.answered("/v1/items", 799, 0.1)
    found = samples(metrics.exposition())
    assert found["billhook_requests_total", "/v1/items", "gone"] == 1
    assert found["billhook_requests_total", "/v1/items", "5xx"] == 1


def test_labels_are_cached(monkeypatch: pytest.MonkeyPatch) -> None:
    metrics = Metrics()
    for _ in range(2):
        metrics.answered("/v1/items", 200, 0.1)
        metrics.handled("attempted")
        monkeypatch.setattr(metrics._requests, "labels", None)
        monkeypatch.setattr(metrics._seconds, "labels", None)
        monkeypatch.setattr(metrics._handled, "labels", None)


def test_two_services_in_one_process_have_separate_metrics() -> None:
    one, other = Metrics(), Metrics()
    one.batch_decided(1)
    assert samples(other.exposition())["billhook_batch_commands_count",] == 0
    assert b"billhook" not in prometheus_client.generate_latest()


_WORKER = """
import sys
from billhook_adapters.observability.metrics import Metrics
metrics = Metrics()
metrics.answered("/v1/items", 200, 0.2)
metrics.batch_decided(4)
metrics.handled("attempted")
sys.stdout.buffer.write(metrics.exposition())
"""


def test_metrics_of_several_processes_are_added_up(tmp_path: Path) -> None:
    environ: dict[str, Any] = {**os.environ, MANY: str(tmp_path)}
    exposition = b""
    for _ in range(3):
        exposition = subprocess.run(
            [sys.executable, "-W", "error", "-c", _WORKER],
            env=environ,
            check=True,
            capture_output=True,
        ).stdout
    found = samples(exposition)
    assert found["billhook_requests_total", "/v1/items", "2xx"] == 3
    assert found["billhook_request_seconds_count", "/v1/items"] == 3
    assert found["billhook_batch_commands_sum",] == 12
    assert found["billhook_messages_handled_total", "attempted"] == 3
