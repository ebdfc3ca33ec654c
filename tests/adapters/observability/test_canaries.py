"""Requests full of personal values and secrets: none is in a log, a metric or a trace."""

from __future__ import annotations

import io
import json
import logging

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from adapters.observability.canaries import (
    MAIL,
    NAME,
    ROUTES,
    SECRET,
    CanaryIds,
    CanaryService,
    canaries_in,
    exercise,
)
from billhook.application.background_jobs import BackgroundJobs
from billhook.model.customer import Medium
from billhook_adapters.engine.embedded import EmbeddedEngine
from billhook_adapters.observability import Metrics
from billhook_adapters.observability.traces import spanned


class BrokenIds(CanaryIds):
    """Raises in the middle of a delivery, with personal values in its message."""

    def jitter(self) -> float:
        raise OSError(f"{NAME} <{MAIL}> {SECRET}")


def test_no_log_metric_or_trace_holds_personal_values(
    lines: io.StringIO, capfd: pytest.CaptureFixture[str]
) -> None:
    logging.getLogger().setLevel(logging.DEBUG)
    metrics, spans, provider = Metrics(), InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    running = CanaryService(metrics)
    statuses = exercise(spanned(running.app, ROUTES, provider), running.store)
    assert statuses == [200, 200, 400, 400, 401, 400, 400, 500]
    senders = dict.fromkeys(Medium, running.sender)
    background_jobs = BackgroundJobs(running.store, running.clock, BrokenIds(), senders)
    EmbeddedEngine(background_jobs, pause=lambda _: None).drain()

    logged = lines.getvalue()
    assert "was not recorded: OSError" in logged
    assert "a request failed: ValueError" in logged
    finished = spans.get_finished_spans()
    assert len(finished) == len(statuses)
    printed = "".join(capfd.readouterr())
    traced = "".join(span.to_json() for span in finished)
    assert canaries_in(logged + metrics.exposition().decode() + printed + traced) == []


def test_every_request_has_one_record_with_its_route(lines: io.StringIO) -> None:
    running = CanaryService(Metrics())
    statuses = exercise(running.app, running.store)
    records = [json.loads(line) for line in lines.getvalue().splitlines()]
    access = [record for record in records if record["message"] == "answered"]
    assert [record["status"] for record in access] == statuses
    assert {record["route"] for record in access} == {
        "/v1/invoices",
        "/v1/invoices/*/notify_by/*",
        "other",
    }
    assert {*access[0]} == {
        "at", "level", "logger", "message", "method", "route", "status", "milliseconds",
        "request_id",
    }  # fmt: skip
