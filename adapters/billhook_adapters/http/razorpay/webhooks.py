"""Razorpay's webhook format: an event with its objects, and the signature of the bytes."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from billhook.application.ports import WebhookContext
from billhook.application.records import RecordedEvent
from billhook.lifecycle.events import PaymentRecorded
from billhook.messaging.message import Message
from billhook.messaging.webhooks import WebhookEventType
from billhook.model.invoice import Invoice
from billhook_adapters.http.core.ids import derived_id
from billhook_adapters.http.razorpay.serializers import entity
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
    invoice, last = context.invoice, context.events[-1]
    at = last.event.at
    payload: dict[str, Any] = {}
    if isinstance(last.event, PaymentRecorded):
        payload["payment"] = {"entity": _payment(invoice, last.event)}
        payload["order"] = {"entity": _order(invoice, context.events)}
    payload["invoice"] = {"entity": _invoice(invoice, context.messages)}
    return json.dumps(
        {
            "entity": "event",
            "account_id": invoice.account,
            "event": context.webhook_event.event_type.value,
            "contains": list(payload),
            "payload": payload,
            "created_at": int(at.timestamp()),
        },
        separators=(",", ":"),
    ).encode()


def _invoice(invoice: Invoice, messages: Sequence[Message]) -> dict[str, Any]:
    shown = entity(invoice, messages)
    del shown["line_items"]
    return shown


def _payment(invoice: Invoice, taken: PaymentRecorded) -> dict[str, Any]:
    customer = invoice.document.customer
    absent = ("refund_status", "card_id", "bank", "wallet", "vpa", "fee", "tax", "method",
              "error_code", "error_description")  # fmt: skip
    return {
        "id": taken.reference,
        "entity": "payment",
        "amount": taken.amount,
        "currency": invoice.document.currency,
        "status": "captured",
        "order_id": derived_id("order", invoice.id),
        "invoice_id": invoice.id,
        "international": False,
        "amount_refunded": 0,
        "captured": True,
        "description": f"Invoice #{invoice.id}",
        "email": customer and customer.email,
        "contact": customer and customer.contact,
        "notes": [],
        **dict.fromkeys(absent),
        "created_at": int(taken.at.timestamp()),
    }


def _order(invoice: Invoice, events: Sequence[RecordedEvent]) -> dict[str, Any]:
    issued_at = invoice.issued_at or invoice.created_at
    return {
        "id": derived_id("order", invoice.id),
        "entity": "order",
        "amount": invoice.amount,
        "amount_paid": invoice.paid,
        "amount_due": invoice.due,
        "currency": invoice.document.currency,
        "receipt": invoice.shown_number,
        "offer_id": None,
        "status": "attempted" if invoice.due else "paid",
        "attempts": sum(isinstance(stamped.event, PaymentRecorded) for stamped in events),
        "notes": [],
        "created_at": int(issued_at.timestamp()),
    }


def _headers(
    context: WebhookContext, payload: bytes, secret: str, _now: datetime
) -> Mapping[str, str]:
    return {
        "X-Razorpay-Signature": signature(payload, secret),
        "x-razorpay-event-id": context.webhook_event.id,
    }


WEBHOOK_FORMAT = WebhookFormat(event_payload, _headers, EVENTS)
