"""Sends webhook events, each in the format that its endpoint names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from returns.result import Failure, Result

from billhook.application.ports import Clock, WebhookContext
from billhook.messaging.delivery import Accepted, Permanent, SendError, Transient
from billhook_adapters.webhooks.formats import WebhookFormat
from billhook_adapters.webhooks.secret_box import SecretBox, SecretKeyMismatchError


class Posts(Protocol):
    """What posts a body once, such as a `Poster`."""

    def post(
        self, url: str, body: bytes, headers: Mapping[str, str]
    ) -> Result[Accepted, SendError]:
        """Post once, and report the true result."""
        ...


class HttpWebhookSender:
    """Posts events to the URLs of webhook endpoints; a secret is opened only to sign.

    `formats` are those of the registered APIs, by style.
    """

    def __init__(
        self,
        poster: Posts,
        box: SecretBox | None,
        clock: Clock,
        formats: Mapping[str, WebhookFormat],
    ) -> None:
        self._poster, self._box, self._clock, self._formats = poster, box, clock, formats

    def send(self, context: WebhookContext) -> Result[Accepted, SendError]:
        """Post one event; never raises for the response of an endpoint."""
        endpoint = context.webhook_endpoint
        webhook_format = self._formats.get(endpoint.style)
        if webhook_format is None:
            return Failure(Permanent("no registered API has a webhook format of this style"))
        if self._box is None or endpoint.sealed_secret is None:
            return Failure(Transient("there is no secret to sign with"))
        try:
            secret = self._box.open(endpoint.sealed_secret)
        except SecretKeyMismatchError:
            return Failure(Transient("the secret was sealed under another key"))
        payload, now = webhook_format.payload(context), self._clock.now()
        if webhook_format.stamp is not None:
            payload = webhook_format.stamp(payload, now)
        headers = {
            "Content-Type": "application/json",
            **webhook_format.headers(context, payload, secret, now),
        }
        return self._poster.post(endpoint.url, payload, headers)
