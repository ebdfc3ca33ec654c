"""Delivery reports over HTTP, each in its provider's format, at a URL that cannot be guessed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl

from returns.result import Success

from billhook.messaging.delivery import MessageKey
from billhook.messaging.delivery_reports import DeliveryReport
from billhook_adapters.http.core.batched_service import BatchedService
from billhook_adapters.http.core.http_api import HttpApi, RequestFailure
from billhook_adapters.http.core.parsing import from_json, parsed
from billhook_adapters.http.core.request import Request
from billhook_adapters.http.core.response import Response
from billhook_adapters.sms import kannel, msg91, twilio
from billhook_adapters.sms.callbacks import Callbacks

DONE = Response(204, b"", (), b"text/plain")
NOTHING = Response(404, b"There is nothing here.\n", (), b"text/plain")
LATER = Response(503, b"Try again later.\n", ((b"retry-after", b"60"),), b"text/plain")


class DeliveryCallbacksApi(HttpApi):
    """Serves `/delivery-callbacks`; a wrong signature and an unknown message get the same response.

    `twilio_token` is the account's auth token, with which Twilio signs its callbacks.
    """

    routes = frozenset({"/*/*", "/*/*/*/*"})

    def __init__(
        self, batched: BatchedService, callbacks: Callbacks, twilio_token: str | None = None
    ) -> None:
        self._batched, self._callbacks, self._twilio_token = batched, callbacks, twilio_token

    async def serve(self, request: Request) -> Response:
        """Store the delivery reports of a provider."""
        if request.method not in ("GET", "POST"):
            return NOTHING
        named = self._callbacks.named(request.path)
        if named is None:
            return NOTHING
        delivery_reports = await self._reports(request, request.path[0], named)
        if not delivery_reports:
            return NOTHING if delivery_reports is None else DONE
        kept = await self._batched.read(
            lambda service: service.record_delivery_reports(delivery_reports)
        )
        return DONE if any(isinstance(one, Success) for one in kept) else NOTHING

    def failed(self, failure: RequestFailure) -> Response:
        """That the provider should send it again later, unless it would only fail again."""
        if failure.status >= 500:
            return LATER
        return Response(failure.status, f"{failure.detail}\n".encode(), (), b"text/plain")

    async def _reports(
        self, request: Request, provider: str, named: MessageKey | str
    ) -> Sequence[DeliveryReport] | None:
        body = await request.body()
        text = request.query if request.method == "GET" else body.decode("utf-8", "replace")
        fields = _fields(text)
        match provider, named:
            case kannel.NAME, MessageKey():
                outcome = kannel.fate(_fields(request.query))
            case twilio.NAME, MessageKey() if self._is_twilios(request, fields, named):
                outcome = twilio.fate(fields)
            case msg91.NAME, str():
                return await _delivery_reports(request, body, fields)
            case _:
                return None
        return [] if outcome is None else [DeliveryReport(named, outcome)]

    def _is_twilios(self, request: Request, fields: Mapping[str, str], named: MessageKey) -> bool:
        if self._twilio_token is None or request.method != "POST":
            return False
        signature = request.header(b"x-twilio-signature") or ""
        url = self._callbacks.url(twilio.NAME, named)
        return twilio.is_signed(url, fields, signature, self._twilio_token)


def _fields(text: str) -> Mapping[str, str]:
    try:
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=100))
    except ValueError:
        return {}


async def _delivery_reports(
    request: Request, body: bytes, fields: Mapping[str, str]
) -> Sequence[DeliveryReport] | None:
    """MSG91's report: JSON, or a form whose `data` is JSON."""
    text = body if request.media_type == "application/json" else fields.get("data", "").encode()
    try:
        return list(msg91.delivery_reports(await parsed(from_json, text)))
    except ValueError:
        return None
