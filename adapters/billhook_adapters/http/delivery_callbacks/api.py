"""Delivery receipts over HTTP, each in its provider's words, at a URL that nobody can guess."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl

from returns.result import Success

from billhook.messaging.delivery import MessageKey
from billhook.messaging.delivery_reports import DeliveryReport
from billhook_adapters.http.core.batched_service import BatchedService
from billhook_adapters.http.core.exchange import Request, Response
from billhook_adapters.http.core.vendor_api import Trouble, VendorApi
from billhook_adapters.sms import kannel, msg91, twilio
from billhook_adapters.sms.callbacks import Callbacks

DONE = Response(204, b"", (), b"text/plain")
NOTHING = Response(404, b"There is nothing here.\n", (), b"text/plain")
LATER = Response(503, b"Try again later.\n", ((b"retry-after", b"60"),), b"text/plain")


class DeliveryCallbacksApi(VendorApi):
    """Serves `/delivery_reports`. A wrong signature and an unknown message get one and the same answer.

    `twilio_token` is the account's auth token, with which Twilio signs what it tells.
    """

    def __init__(
        self, batched: BatchedService, callbacks: Callbacks, twilio_token: str | None = None
    ) -> None:
        self._batched, self._callbacks, self._twilio_token = batched, callbacks, twilio_token

    async def serve(self, call: Request) -> Response:
        """Keep what a provider tells."""
        if call.method not in ("GET", "POST"):
            return NOTHING
        path = call.path[1:]
        named = self._callbacks.named(path)
        if named is None:
            return NOTHING
        delivery_reports = await self._told(call, path[0], named)
        if not delivery_reports:
            return NOTHING if delivery_reports is None else DONE
        kept = await self._batched.read(
            lambda service: service.record_delivery_reports(delivery_reports)
        )
        return DONE if any(isinstance(one, Success) for one in kept) else NOTHING

    def troubled(self, trouble: Trouble) -> Response:
        """Whatever it is: the provider may tell it again."""
        del trouble
        return LATER

    async def _told(
        self, call: Request, provider: str, named: MessageKey | str
    ) -> Sequence[DeliveryReport] | None:
        body = await call.body()
        told = _fields(call.query if call.method == "GET" else body.decode("utf-8", "replace"))
        match provider, named:
            case kannel.NAME, MessageKey():
                fate = kannel.fate(_fields(call.query))
            case twilio.NAME, MessageKey() if self._is_twilios(call, told, named):
                fate = twilio.fate(told)
            case msg91.NAME, str():
                return _parsed(call, body, told)
            case _:
                return None
        return [] if fate is None else [DeliveryReport(named, fate)]

    def _is_twilios(self, call: Request, told: Mapping[str, str], named: MessageKey) -> bool:
        if self._twilio_token is None or call.method != "POST":
            return False
        signature = call.header(b"x-twilio-signature") or ""
        url = self._callbacks.url(twilio.NAME, named)
        return twilio.is_signed(url, told, signature, self._twilio_token)


def _fields(text: str) -> Mapping[str, str]:
    try:
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=100))
    except ValueError:
        return {}


def _parsed(call: Request, body: bytes, told: Mapping[str, str]) -> Sequence[DeliveryReport] | None:
    """MSG91's report: JSON, or a form whose `data` is JSON."""
    is_json = (call.header(b"content-type") or "").startswith("application/json")
    try:
        return list(msg91.delivery_reports(json.loads(body if is_json else told.get("data", ""))))
    except (ValueError, RecursionError):
        return None
