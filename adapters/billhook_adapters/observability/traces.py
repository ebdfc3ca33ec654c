"""Traces by OpenTelemetry, where the operator wants them: extra `billhook[otel]`."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from typing import Any

from billhook_adapters.http.core.asgi import App, Receive, Scope, Send
from billhook_adapters.observability.routes import Routes, method_of
from billhook_adapters.system.optional_dependencies import needs

_log = logging.getLogger(__name__)

ENDPOINT, EXPORTER = "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_TRACES_EXPORTER"
"""OpenTelemetry's own variables: traces are made where one is set, and go where it says."""

_SERVICE = "OTEL_SERVICE_NAME"
_CONTEXT = {b"traceparent": "traceparent", b"tracestate": "tracestate"}


def wanted(environ: Mapping[str, str]) -> bool:
    """Whether this environment enables traces.

    >>> wanted({}), wanted({"OTEL_TRACES_EXPORTER": "otlp"})
    (False, True)
    >>> wanted({ENDPOINT: "http://127.0.0.1:4318", "OTEL_TRACES_EXPORTER": "none"})
    False
    """
    exporter = environ.get(EXPORTER, "").strip().lower()
    if exporter not in ("", "none", "otlp"):
        _log.warning("no traces: %s can only be otlp or none", EXPORTER)
    return exporter == "otlp" or (exporter == "" and bool(environ.get(ENDPOINT)))


def traced(app: App, routes: Collection[str], environ: Mapping[str, str]) -> App:
    """The application with a span a request; itself where traces are not enabled.

    Where they are wanted and a package is missing, a warning names the extra, and the service
    runs without: a platform may set these variables for whatever it starts.
    """
    if not wanted(environ):
        return app
    try:
        with needs("otel"):
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
            from opentelemetry.sdk.resources import Resource
            from opentelemetry.sdk.trace import TracerProvider
            from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ModuleNotFoundError as missing:
        _log.warning("no traces: %s", str(missing))
        return app
    named = {} if environ.get(_SERVICE) else {"service.name": "billhook"}
    provider = TracerProvider(resource=Resource.create(named))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return spanned(app, routes, provider)


def spanned(app: App, routes: Collection[str], provider: Any) -> App:
    """The application with a span a request by this tracer provider.

    A span has the method, the route and the status, and continues the caller's trace
    (`traceparent`): never a path, a query, an address or an error's words.
    """
    from opentelemetry.trace import SpanKind, StatusCode
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    tracer, known = provider.get_tracer("billhook"), Routes(routes)
    context = TraceContextTextMapPropagator()  # not the baggage, which may hold anything

    async def watching(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        carrier = {
            _CONTEXT[name]: value.decode("latin-1")
            for name, value in scope["headers"]
            if name in _CONTEXT
        }
        route, method = known.of(scope["path"]), method_of(scope["method"])
        with tracer.start_as_current_span(
            f"{method} {route}",
            context=context.extract(carrier),
            kind=SpanKind.SERVER,
            attributes={"http.request.method": method, "http.route": route},
            record_exception=False,
            set_status_on_exception=False,  # it would quote the error
        ) as span:

            async def noting(event: Any) -> None:
                if event["type"] == "http.response.start":
                    span.set_attribute("http.response.status_code", event["status"])
                    if event["status"] >= 500:
                        span.set_status(StatusCode.ERROR)
                await send(event)

            try:
                await app(scope, receive, noting)
            except Exception as bug:
                span.set_attribute("error.type", type(bug).__name__)
                span.set_status(StatusCode.ERROR)
                raise

    return watching
