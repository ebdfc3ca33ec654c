"""HighLevel's webhook format: the invoice itself, signed with RSA over the bytes that are sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from billhook.application.ports import WebhookContext
from billhook.messaging.webhooks import WebhookEventType
from billhook_adapters.http.highlevel.location import Location, instant
from billhook_adapters.webhooks.formats import WebhookFormat

TYPES: Mapping[WebhookEventType, str] = MappingProxyType(
    {
        WebhookEventType.CREATED: "InvoiceCreate",
        WebhookEventType.UPDATED: "InvoiceUpdate",
        WebhookEventType.ISSUED: "InvoiceSent",
        WebhookEventType.PARTIALLY_PAID: "InvoicePartiallyPaid",
        WebhookEventType.PAID: "InvoicePaid",
        WebhookEventType.CANCELLED: "InvoiceVoid",
        WebhookEventType.EXPIRED: "InvoiceVoid",
        WebhookEventType.DELETED: "InvoiceDelete",
    }
)
"""The vendor's name of each event; an expired invoice is shown as void, and sent as one."""

_ADDRESS = ("addressLine1", "addressLine2", "city", "state", "postalCode", "countryCode")


def event_payload(context: WebhookContext) -> bytes:
    """The payload of a webhook event without its time; a context always gives the same bytes."""
    # Not needed where the format is only chosen.
    from billhook_adapters.http.highlevel.serializers import summarised
    from billhook_adapters.system.time_zones import zone

    invoice, endpoint = context.invoice, context.webhook_endpoint
    location = Location(
        endpoint.location or endpoint.account, zone(context.time_zone), as_days=True
    )
    shown = summarised(invoice, location)
    del shown["totalSummary"]["tax"]
    if invoice.deleted_at is not None:
        shown["status"] = "delete"
    if shown["businessDetails"].get("address"):
        address = _as_text(shown["businessDetails"]["address"])
        shown["businessDetails"] = {**shown["businessDetails"], "address": address}
    event = context.webhook_event
    named = {"type": TYPES[event.event_type], "webhookId": event.id}
    return json.dumps({**named, **shown}, separators=(",", ":")).encode()


def _as_text(address: str | Mapping[str, str]) -> str:
    """An address in one line, as the vendor's events have it."""
    if isinstance(address, str):
        return address
    return ", ".join(address[name] for name in _ADDRESS if address.get(name))


def _stamped(payload: bytes, now: datetime) -> bytes:
    # Receivers refuse an event whose time is more than about five minutes off.
    return b'{"timestamp":"' + instant(now).encode() + b'",' + payload[1:]


def _headers(
    _context: WebhookContext, payload: bytes, secret: str, _now: datetime
) -> Mapping[str, str]:
    # Not needed where the API is served, but no webhook is sent.
    from billhook_adapters.webhooks.key_pairs import signature

    return {"x-wh-signature": signature(payload, secret)}


def _secret_and_public_key() -> tuple[str, str]:
    from billhook_adapters.webhooks.key_pairs import new_key_pair

    return new_key_pair()


WEBHOOK_FORMAT = WebhookFormat(
    event_payload, _headers, tuple(TYPES), stamp=_stamped, new_secret=_secret_and_public_key
)
