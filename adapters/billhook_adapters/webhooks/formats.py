"""What a webhook format is: the payload of an event, and the headers that sign it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import NamedTuple

from billhook.application.ports import WebhookContext
from billhook.messaging.webhooks import WebhookEventType


class WebhookFormat(NamedTuple):
    """How one API sends a webhook event.

    `headers` gets the context, the payload, the secret of the endpoint, and the time of sending.
    """

    payload: Callable[[WebhookContext], bytes]
    headers: Callable[[WebhookContext, bytes, str, datetime], Mapping[str, str]]
    events: tuple[WebhookEventType, ...] = tuple(WebhookEventType)
    """The events that the API has; an endpoint gets these unless it chooses fewer."""
