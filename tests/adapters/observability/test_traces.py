"""One span for each request where tracing is configured, and nothing otherwise."""

from __future__ import annotations

import asyncio
import contextlib
import io
import subprocess
import sys
from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from adapters.observability.canaries import (
    MAIL,
    NAME,
    ROUTES,
    SECRET,
    TOKEN,
    an_app,
    answering,
    canaries_in,
    raising,
    request,
)
from billhook_adapters.http.core.asgi import App
from billhook_adapters.observability import traced
from billhook_adapters.observability.traces import ENDPOINT, EXPORTER, spanned, wanted

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


def span_of(app: App, method: str, path: str, **headers: str) -> ReadableSpan:
    """The one span of one request."""
    spans, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    with contextlib.suppress(ValueError):
        request(spanned(app, ROUTES, provider), method, path, b"", **headers)
    (span,) = spans.get_finished_spans()
    assert canaries_in(span.to_json()) == []
    return span


def test_a_span_is_named_by_its_route_and_has_method_route_and_status() -> None:
    app = an_app()
    span = span_of(app, "GET", f"/v1/invoices/{TOKEN}")
    assert span.name == "GET /v1/invoices/*"
    assert span.kind.name == "SERVER"
    assert span.attributes == {
        "http.request.method": "GET",
        "http.route": "/v1/invoices/*",
        "http.response.status_code": 401,
    }


def test_a_span_continues_the_callers_trace() -> None:
    app = an_app()
    span = span_of(
        app, "GET", "/v1/items", traceparent=f"00-{TRACE}-{PARENT}-01", baggage=f"to={MAIL}"
    )
    assert span.context is not None
    assert span.parent is not None
    assert (f"{span.context.trace_id:032x}", f"{span.parent.span_id:016x}") == (TRACE, PARENT)


@pytest.mark.parametrize("given", ["", "00-nonsense", f"00-{'0' * 32}-{PARENT}-01", MAIL])
def test_a_span_begins_a_trace_without_a_valid_parent(given: str) -> None:
    app = an_app()
    assert span_of(app, "GET", "/v1/items", traceparent=given).parent is None


def test_a_request_that_is_not_sampled_has_no_span() -> None:
    spans, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    app = an_app()
    request(spanned(app, ROUTES, provider), "GET", "/", traceparent=f"00-{TRACE}-{PARENT}-00")
    assert spans.get_finished_spans() == ()


def test_an_unknown_path_and_method_are_not_in_the_name_of_a_span() -> None:
    app = an_app()
    assert span_of(app, "CANARY", f"/{MAIL}").name == "other other"


def test_an_error_is_traced_by_its_class() -> None:
    app = answering(also=raising(ValueError(f"{NAME} {SECRET}")))
    span = span_of(app, "GET", "/v1/items")
    assert span.attributes is not None
    assert span.attributes["error.type"] == "ValueError"
    assert span.status.status_code is StatusCode.ERROR
    assert span.status.description is None
    assert span.events == ()


@pytest.mark.parametrize(("status", "code"), [(500, "ERROR"), (503, "ERROR"), (404, "UNSET")])
def test_a_5xx_response_is_an_error(status: int, code: str) -> None:
    events: list[dict[str, Any]] = [
        {"type": "http.response.start", "status": status, "headers": []},
        {"type": "http.response.body", "body": b""},
    ]
    assert span_of(answering(events), "GET", "/v1/items").status.status_code.name == code


def test_other_events_have_no_span() -> None:
    spans, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    app: Any = spanned(answering(), ROUTES, provider)
    asyncio.run(app({"type": "lifespan"}, None, None))
    assert spans.get_finished_spans() == ()


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, False),
        ({ENDPOINT: ""}, False),
        ({ENDPOINT: "http://127.0.0.1:4318"}, True),
        ({EXPORTER: "otlp"}, True),
        ({EXPORTER: "none", ENDPOINT: "http://127.0.0.1:4318"}, False),
        ({EXPORTER: "zipkin", ENDPOINT: "http://127.0.0.1:4318"}, False),
    ],
)
def test_the_environment_turns_traces_on(environ: dict[str, str], expected: bool) -> None:
    assert wanted(environ) is expected


def test_without_configuration_the_application_is_unchanged() -> None:
    app = answering()
    assert traced(app, ROUTES, {}) is app


def test_spans_are_exported_with_the_name_of_the_service(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    spans = InMemorySpanExporter()
    exporting = "opentelemetry.exporter.otlp.proto.http.trace_exporter.OTLPSpanExporter"
    monkeypatch.setattr(exporting, lambda: spans)
    monkeypatch.setattr("opentelemetry.sdk.trace.export.BatchSpanProcessor", SimpleSpanProcessor)
    app = an_app()
    request(traced(app, ROUTES, {EXPORTER: "otlp"}), "GET", "/v1/items")
    (span,) = spans.get_finished_spans()
    assert span.resource.attributes["service.name"] == "billhook"
    monkeypatch.setenv("OTEL_SERVICE_NAME", "billing")
    request(traced(app, ROUTES, {EXPORTER: "otlp", "OTEL_SERVICE_NAME": "billing"}), "GET", "/")
    assert spans.get_finished_spans()[-1].resource.attributes["service.name"] == "billing"


def test_a_missing_package_is_logged_and_the_service_runs(
    monkeypatch: pytest.MonkeyPatch, lines: io.StringIO
) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    app = answering()
    assert traced(app, ROUTES, {EXPORTER: "otlp"}) is app
    assert "pip install 'billhook[otel]'" in lines.getvalue()


_WITHOUT_TRACES = """
import sys
from billhook_adapters.observability import traced
traced(print, [], {})
assert not [name for name in sys.modules if name.startswith("opentelemetry")]
"""


def test_without_configuration_nothing_is_imported() -> None:
    subprocess.run([sys.executable, "-c", _WITHOUT_TRACES], check=True, capture_output=True)
