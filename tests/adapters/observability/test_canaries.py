"""Requests full of personal words and secrets: none is in anything that an operator keeps."""

from __future__ import annotations

import io
import json
import logging

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from adapters.observability.world import (
    MAIL,
    NAME,
    ROUTES,
    SECRET,
    CanaryIds,
    a_service,
    heard,
    walk,
)
from billhook.application.background_jobs import BackgroundJobs
from billhook.model.customer import Medium
from billhook_adapters.engine.embedded import EmbeddedEngine
from billhook_adapters.memory import CapturedSender, SettableClock
from billhook_adapters.observability import Metrics
from billhook_adapters.observability.traces import spanned
from billhook_adapters.testing import NOON


class BrokenIds(CanaryIds):
    """Breaks in the midst of a delivery, and says whose it was."""

    def jitter(self) -> float:
        raise OSError(f"{NAME} <{MAIL}> {SECRET}")


def test_nothing_that_is_kept_holds_what_a_request_said(
    lines: io.StringIO, capfd: pytest.CaptureFixture[str]
) -> None:
    logging.getLogger().setLevel(logging.DEBUG)
    metrics, spans, provider = Metrics(), InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    app, service, store = a_service(metrics)
    statuses = walk(spanned(app, ROUTES, provider), service)
    assert statuses == [200, 200, 400, 400, 401, 400, 400, 500]
    senders = {medium: CapturedSender() for medium in Medium}
    background_jobs = BackgroundJobs(store, SettableClock(NOON), BrokenIds(), senders)
    EmbeddedEngine(background_jobs, pause=lambda _: None).drain()

    told = lines.getvalue()
    assert "was not recorded: OSError" in told
    assert "a request failed: ValueError" in told
    finished = spans.get_finished_spans()
    assert len(finished) == len(statuses)
    spoken = "".join(capfd.readouterr())
    traced = "".join(span.to_json() for span in finished)
    assert heard(told + metrics.exposition().decode() + spoken + traced) == []


def test_every_request_has_one_record_with_its_route(lines: io.StringIO) -> None:
    app, service, _ = a_service(Metrics())
    statuses = walk(app, service)
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
