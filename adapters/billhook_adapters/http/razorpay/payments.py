"""Payments and orders as the vendor shows them, in webhooks and by its API.

How a payment was made is kept beside it, as the entry with its reference, where a gateway took it.
Other money came without one, so that it cost no fee: the vendor's name for it is a bank transfer.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from pydantic import ValidationError

from billhook.application.records import Entry
from billhook.model.base import Value
from billhook.model.invoice import Invoice
from billhook_adapters.http.core.ids import order_id

Method = Literal["card", "netbanking", "upi", "wallet"]

METHODS: Mapping[Method, str] = MappingProxyType(
    {"card": "card_id", "netbanking": "bank", "upi": "vpa", "wallet": "wallet"}
)
"""The field that says with what a payment by each method was made."""

_ABSENT = ("refund_status", "card_id", "bank", "wallet", "vpa", "error_code", "error_description")
_WITHOUT_GATEWAY: Mapping[str, Any] = MappingProxyType(
    {"method": "bank_transfer", "fee": 0, "tax": 0}
)


class _Kept(Value):
    """What is kept beside a payment."""

    method: Method
    source: str
    fee: int
    tax: int


class Paid(NamedTuple):
    """One payment: its reference, its amount, when it was recorded, and the entry beside it."""

    reference: str
    amount: int
    at: datetime
    entry: Entry | None


def payment_entity(invoice: Invoice, paid: Paid) -> dict[str, Any]:
    """The vendor's payment."""
    customer = invoice.document.customer
    return {
        "id": paid.reference,
        "entity": "payment",
        "amount": paid.amount,
        "currency": invoice.document.currency,
        "status": "captured",
        "order_id": order_id(invoice.id),
        "invoice_id": invoice.id,
        "international": False,
        "amount_refunded": 0,
        "captured": True,
        "description": f"Invoice #{invoice.id}",
        "email": customer and customer.email,
        "contact": customer and customer.contact,
        "notes": [],
        **dict.fromkeys(_ABSENT),
        **_method(paid.entry),
        "created_at": int(paid.at.timestamp()),
    }


def _method(entry: Entry | None) -> Mapping[str, Any]:
    if entry is None:
        return _WITHOUT_GATEWAY
    try:
        kept = _Kept.model_validate_json(entry.body)
    except ValidationError:  # another API keeps what it knows of a payment in its own form
        return _WITHOUT_GATEWAY
    return {
        "method": kept.method,
        METHODS[kept.method]: kept.source,
        "fee": kept.fee,
        "tax": kept.tax,
    }


def order_entity(invoice: Invoice, attempts: int) -> dict[str, Any]:
    """The vendor's order, which every issued invoice has."""
    issued_at = invoice.issued_at or invoice.created_at
    status = "paid" if not invoice.due else "attempted" if attempts else "created"
    return {
        "id": order_id(invoice.id),
        "entity": "order",
        "amount": invoice.amount,
        "amount_paid": invoice.paid,
        "amount_due": invoice.due,
        "currency": invoice.document.currency,
        "receipt": invoice.shown_number,
        "offer_id": None,
        "status": status,
        "attempts": attempts,
        "notes": [],
        "created_at": int(issued_at.timestamp()),
    }
