"""A vendor API of someone else: one route, errors as plain text, a webhook format of its own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from billhook.application.ports import WebhookContext
from billhook.lifecycle.errors import DomainError
from billhook_adapters.http.core.http_api import HttpApi, RequestFailure
from billhook_adapters.http.core.request import Request
from billhook_adapters.http.core.response import Response, json_response
from billhook_adapters.http.core.vendor_api import ApiContext, VendorApi
from billhook_adapters.webhooks.formats import WebhookFormat


def _text(status: int, text: str) -> Response:
    return Response(status, text.encode(), (), b"text/plain")


class ExampleApi(HttpApi):
    """Serves `/bills/today`."""

    routes = frozenset({"/bills/today"})

    def __init__(self, context: ApiContext) -> None:
        self._clock = context.clock

    async def serve(self, request: Request) -> Response:
        """The present day."""
        if (request.method, request.path) != ("GET", ("bills", "today")):
            return _text(404, "no such bill")
        return json_response({"today": self._clock.now().date().isoformat()})

    def failed(self, failure: RequestFailure) -> Response:
        """A failure in one word."""
        return _text(503, failure.value)


def _error_response(error: DomainError) -> Response:
    return _text(400, error.code)


def _payload(context: WebhookContext) -> bytes:
    return context.invoice.id.encode()


def _headers(
    context: WebhookContext, payload: bytes, secret: str, now: datetime
) -> Mapping[str, str]:
    return {"X-Example": context.webhook_event.id}


API = VendorApi(
    name="example",
    application=ExampleApi,
    routes=lambda: ExampleApi.routes,
    error_response=_error_response,
    webhook_formats={"example": WebhookFormat(_payload, _headers)},
)
