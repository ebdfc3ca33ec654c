"""Tells subscribers of events, each in the style that it asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple

from returns.result import Failure, Result

from billhook.application.ports import Clock, WebhookContext
from billhook.messaging.delivery import Accepted, Permanent, SendError, Transient
from billhook.model.canonical_json import canonical
from billhook_adapters.http.razorpay.webhooks import event_body
from billhook_adapters.webhooks.post import Poster
from billhook_adapters.webhooks.secret_box import SecretBox, SecretKeyMismatchError
from billhook_adapters.webhooks.signing import razorpay_signature, standard_headers

RAZORPAY, NATIVE = "razorpay", "native"


class Style(NamedTuple):
    """How one dialect tells of an event: the bytes, and the headers that sign them."""

    body: Callable[[WebhookContext], bytes]
    headers: Callable[[WebhookContext, bytes, str, datetime], Mapping[str, str]]


def _razorpay_headers(
    context: WebhookContext, body: bytes, secret: str, _now: datetime
) -> Mapping[str, str]:
    return {
        "X-Razorpay-Signature": razorpay_signature(body, secret),
        "x-razorpay-event-id": context.webhook_event.id,
    }


def _native_body(context: WebhookContext) -> bytes:
    """The event's name and time, and the invoice in the domain's own words."""
    return canonical(
        {
            "type": context.webhook_event.event_type,
            "timestamp": context.events[-1].event.at,
            "data": {**dict(context.invoice), "due": context.invoice.due},
        }
    )


def _native_headers(
    context: WebhookContext, body: bytes, secret: str, now: datetime
) -> Mapping[str, str]:
    # The standard lets receivers refuse what was signed more than five minutes ago.
    return standard_headers(context.webhook_event.id, now, body, secret)


STYLES: Mapping[str, Style] = MappingProxyType(
    {
        RAZORPAY: Style(event_body, _razorpay_headers),
        NATIVE: Style(_native_body, _native_headers),
    }
)


class HttpWebhookSender:
    """Posts events to subscribers' URLs; their secrets are opened only to sign."""

    def __init__(self, poster: Poster, box: SecretBox | None, clock: Clock) -> None:
        self._poster, self._box, self._clock = poster, box, clock

    def send(self, context: WebhookContext) -> Result[Accepted, SendError]:
        """Tell a subscriber; never raises for what it answers."""
        webhook_endpoint = context.webhook_endpoint
        style = STYLES.get(webhook_endpoint.style)
        if style is None:
            return Failure(Permanent("nobody knows how to tell it: its style is unknown"))
        if self._box is None or webhook_endpoint.sealed_secret is None:
            return Failure(Transient("there is no secret to sign with"))
        try:
            secret = self._box.open(webhook_endpoint.sealed_secret)
        except SecretKeyMismatchError:
            return Failure(Transient("the secret was sealed under another key"))
        body = style.body(context)
        headers = {
            "Content-Type": "application/json",
            **style.headers(context, body, secret, self._clock.now()),
        }
        return self._poster.post(webhook_endpoint.url, body, headers)
