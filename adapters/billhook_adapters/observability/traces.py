"""Traces by OpenTelemetry, where the operator wants them: extra `billhook[otel]`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from billhook_adapters.extras import needs
from billhook_adapters.http.exchange import App, Receive, Scope, Send
from billhook_adapters.observability.observed import route_of

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
"""OpenTelemetry's own variable: traces are made where it is set, and sent there."""


def traced(app: App, routes: Collection[str], environ: Mapping[str, str]) -> App:
    """The application with a span a request; itself where nobody asks for traces.

    Raises ModuleNotFoundError, naming the extra, where traces are wanted and a package is missing.
    """
    if not environ.get(ENDPOINT):
        return app
    with needs("otel"):
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return spanned(app, routes, provider)


def spanned(app: App, routes: Collection[str], provider: Any) -> App:
    """The application with a span a request by this tracer provider.

    A span has the method, the route and the status, and continues the caller's trace
    (`traceparent`): never a path, a query or an address, which are personal data.
    """
    from opentelemetry.propagate import extract
    from opentelemetry.trace import SpanKind

    tracer = provider.get_tracer("billhook")

    async def watching(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        carrier = {
            name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]
        }
        route, method = route_of(scope["path"], routes), scope["method"]
        with tracer.start_as_current_span(
            f"{method} {route}",
            context=extract(carrier),
            kind=SpanKind.SERVER,
            attributes={"http.request.method": method, "http.route": route},
            record_exception=False,
        ) as span:

            async def noting(event: Any) -> None:
                if event["type"] == "http.response.start":
                    span.set_attribute("http.response.status_code", event["status"])
                await send(event)

            await app(scope, receive, noting)

    return watching
