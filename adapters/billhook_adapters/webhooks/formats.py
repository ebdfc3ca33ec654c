"""What a webhook format is: the payload of an event, and the headers that sign it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import NamedTuple

from billhook.application.ports import WebhookContext
from billhook.messaging.webhooks import STATUS_EVENTS, WebhookEventType


class WebhookFormat(NamedTuple):
    """How one API sends a webhook event.

    `headers` gets the context, the payload, the secret of the endpoint, and the time of sending.
    """

    payload: Callable[[WebhookContext], bytes]
    headers: Callable[[WebhookContext, bytes, str, datetime], Mapping[str, str]]
    events: tuple[WebhookEventType, ...] = STATUS_EVENTS
    """The events that the API has; an endpoint gets these unless it chooses fewer."""
    stamp: Callable[[bytes, datetime], bytes] | None = None
    """Adds the time of sending to a payload, where the format has it."""
    new_secret: Callable[[], tuple[str, str]] | None = None
    """Makes the secret of an endpoint and what its receiver verifies with: a key pair.

    None where both know one secret, which the operator chooses.
    """
