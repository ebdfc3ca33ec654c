"""What the vendor's webhooks say: an event, with the objects that it is about."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from billhook.application.ports import WebhookContext
from billhook.application.records import RecordedEvent
from billhook.lifecycle.events import PaymentRecorded
from billhook.messaging.message import Message
from billhook.messaging.webhooks import WebhookEventType
from billhook.model.invoice import Invoice
from billhook_adapters.http.core.ids import derived_id
from billhook_adapters.http.razorpay.serializers import entity

EVENTS = (WebhookEventType.PARTIALLY_PAID, WebhookEventType.PAID, WebhookEventType.EXPIRED)
"""What the vendor tells of; it is silent about the others."""


def event_body(context: WebhookContext) -> bytes:
    """The body of the vendor's webhook; the same context always gives the same bytes."""
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
        "receipt": invoice.document.receipt or invoice.number,
        "offer_id": None,
        "status": "attempted" if invoice.due else "paid",
        "attempts": sum(isinstance(stamped.event, PaymentRecorded) for stamped in events),
        "notes": [],
        "created_at": int(issued_at.timestamp()),
    }
