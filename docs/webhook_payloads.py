"""What the page of the native webhook payloads shows, from the code that sends them."""

from __future__ import annotations

import json

from api_names import attributes, definition
from api_reference import code, meaning_of, table

from billhook import (
    Change,
    Payment,
    RecordedEvent,
    WebhookEndpoint,
    WebhookEvent,
    WebhookEventType,
    cancel,
    examples,
    or_raise,
    pay,
)
from billhook.application.ports import WebhookContext
from billhook.messaging.webhooks import STATUS_EVENTS, event_type_of
from billhook_adapters.http.native.webhooks import event_payload
from billhook_adapters.testing import a_webhook_endpoint, a_webhook_event

WHEN = {
    WebhookEventType.CREATED: "a draft was made",
    WebhookEventType.UPDATED: "fields of the invoice changed",
    WebhookEventType.DELETED: "a draft was deleted; `data` is the invoice as it last was",
    WebhookEventType.ISSUED: "it was issued",
    WebhookEventType.PARTIALLY_PAID: "a payment was applied, and something is still due",
    WebhookEventType.PAID: "it was paid in full",
    WebhookEventType.EXPIRED: "its `expire_by` passed, and a sweep recorded it",
    WebhookEventType.CANCELLED: "it was cancelled",
}


def payload(change: Change) -> str:
    """What is posted about a change, indented for readers."""
    endpoint: WebhookEndpoint = a_webhook_endpoint()
    of_type = event_type_of(change)
    event: WebhookEvent = a_webhook_event(event_type=of_type, version=change.invoice.version)
    recorded = RecordedEvent(change.invoice.key, change.invoice.version, change.event, None)
    context = WebhookContext(event, endpoint, change.invoice, [recorded], [])
    return json.dumps(json.loads(event_payload(context)), indent=2, ensure_ascii=False)


def _fields() -> str:
    """The fields of `data`, as the invoice has them."""
    invoice = definition("billhook", "Invoice")
    rows = [
        [f"`{one.name}`", code(one.type, "api/"), " ".join(meaning_of("Invoice", one).split())]
        for one in attributes(invoice)
    ]
    rows.append(["`due`", "`int`", "What is still to be paid, in smallest units."])
    return table(["field", "type", "meaning"], rows)


def webhook_payloads() -> dict[str, str]:
    """The parts of the page that are derived from the code, by their marks."""
    payment = Payment(reference="pay_1", amount=40000, currency="INR")
    paid = or_raise(pay(examples.issued(), payment, now=examples.NOON))
    cancelled = or_raise(cancel(examples.issued(), now=examples.NOON))
    example, other = payload(paid), payload(cancelled)
    different = [line for line in other.splitlines() if line not in example.splitlines()]
    types = [
        [f"`{one}`", WHEN[one], "yes" if one in STATUS_EVENTS else "no"] for one in WebhookEventType
    ]
    return {
        "events": table(["type", "when", "sent unless chosen otherwise"], types),
        "example": f"```json\n{example}\n```\n",
        "difference": "```text\n" + "\n".join(different) + "\n```\n",
        "fields": _fields(),
    }
