"""Razorpay's webhook format: an event with its objects, and the signature of the bytes."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from billhook.application.ports import WebhookContext
from billhook.lifecycle.events import PaymentRecorded
from billhook.messaging.message import Message
from billhook.messaging.webhooks import WebhookEventType
from billhook.model.invoice import Invoice
from billhook_adapters.webhooks.formats import WebhookFormat

EVENTS = (WebhookEventType.PARTIALLY_PAID, WebhookEventType.PAID, WebhookEventType.EXPIRED)
"""The events that the vendor sends; it has none for the others."""


def signature(payload: bytes, secret: str) -> str:
    """The vendor's signature: HMAC-SHA256 of the raw payload, in lower-case hex.

    >>> signature(b"{}", "secret")[:8]
    '77325902'
    """
    return hmac.new(secret.encode(), payload, sha256).hexdigest()


def event_payload(context: WebhookContext) -> bytes:
    """The payload of a webhook event; the same context always gives the same bytes."""
    # Not needed where the format is only chosen.
    from billhook_adapters.http.razorpay.payments import Paid, order_entity, payment_entity

    invoice, last = context.invoice, context.events[-1]
    at = last.event.at
    payload: dict[str, Any] = {}
    if isinstance(last.event, PaymentRecorded):
        event = last.event
        paid = Paid(event.reference, event.amount, event.at, context.payment_entry)
        attempts = sum(isinstance(one.event, PaymentRecorded) for one in context.events)
        payload["payment"] = {"entity": payment_entity(invoice, paid)}
        payload["order"] = {"entity": order_entity(invoice, attempts)}
    payload["invoice"] = {"entity": _invoice(invoice, context.messages)}
    return _json(
        {
            "entity": "event",
            "account_id": invoice.account,
            "event": context.webhook_event.event_type.value,
            "contains": list(payload),
            "payload": payload,
            "created_at": int(at.timestamp()),
        }
    )


def _json(value: object) -> bytes:
    r"""JSON as the live service writes it: UTF-8 as it is, and every `/` as `\/`.

    A receiver that signs its own form of the parsed body fails here as it does there.

    >>> _json({"short_url": "https://rzp.io/i/1", "currency_symbol": "₹"}).decode()
    '{"short_url":"https:\\/\\/rzp.io\\/i\\/1","currency_symbol":"₹"}'
    """
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return text.replace("/", r"\/").encode()  # outside its texts JSON has no `/`


def _invoice(invoice: Invoice, messages: Sequence[Message]) -> dict[str, Any]:
    from billhook_adapters.http.razorpay.serializers import entity

    shown = entity(invoice, messages)
    del shown["line_items"]
    return shown


def _headers(
    context: WebhookContext, payload: bytes, secret: str, _now: datetime
) -> Mapping[str, str]:
    return {
        "User-Agent": "Razorpay-Webhook/v1",
        "X-Razorpay-Signature": signature(payload, secret),
        "x-razorpay-event-id": context.webhook_event.id,
        "request-id": context.webhook_event.id,
    }


WEBHOOK_FORMAT = WebhookFormat(event_payload, _headers, EVENTS)
