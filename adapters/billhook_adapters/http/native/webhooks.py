"""The native webhook format: Standard Webhooks, with the invoice in the domain's terms."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from billhook.application.ports import WebhookContext
from billhook.messaging.webhooks import WebhookEventType
from billhook.model.canonical_json import canonical
from billhook_adapters.webhooks.formats import WebhookFormat


def event_payload(context: WebhookContext) -> bytes:
    """The name and the time of the event, and the invoice."""
    return canonical(
        {
            "type": context.webhook_event.event_type,
            "timestamp": context.events[-1].event.at,
            "data": {**dict(context.invoice), "due": context.invoice.due},
        }
    )


def _headers(
    context: WebhookContext, payload: bytes, secret: str, now: datetime
) -> Mapping[str, str]:
    # Not needed where the API is served, but no webhook is sent.
    from billhook_adapters.webhooks.signing import standard_headers

    # The standard lets receivers refuse what was signed more than five minutes ago.
    return standard_headers(context.webhook_event.id, now, payload, secret)


WEBHOOK_FORMAT = WebhookFormat(event_payload, _headers, tuple(WebhookEventType))
