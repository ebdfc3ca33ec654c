"""Razorpay's invoice entity, from an invoice and its messages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from billhook.messaging.message import Message, medium_status
from billhook.model.customer import Customer, Medium, PostalAddress
from billhook.model.invoice import Invoice
from billhook.model.line_items import Line
from billhook.model.money import half_up
from billhook.model.pricing import Priced, priced
from billhook.model.tax_ids import gstin_of
from billhook_adapters.http.core.ids import derived_id, order_id
from billhook_adapters.http.razorpay.ids import line_id
from billhook_adapters.http.razorpay.schemas.customers import echoed
from billhook_adapters.http.razorpay.schemas.items import codes
from billhook_adapters.http.razorpay.schemas.links import type_of

_SYMBOLS = {"INR": "₹", "USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}


_NEVER = (
    "idempotency_key", "ref_num", "user_id", "supply_state_code", "subscription_status",
    "reminder_status",
)  # fmt: skip


def entity(invoice: Invoice, messages: Sequence[Message]) -> dict[str, Any]:
    """Every field of the vendor's invoice; what is absent is null."""
    document, customer_details = invoice.document, _customer(invoice)
    issued = invoice.issued_at is not None
    summary, type_ = document.summary, type_of(document)
    prices = priced(document.lines, document.discount)
    lines = () if type_ == "link" else document.lines
    return {
        "id": invoice.id,
        "entity": "invoice",
        "type": type_,
        "receipt": invoice.shown_number,
        "invoice_number": invoice.shown_number,
        "customer_id": customer_details["id"],
        "customer_details": customer_details,
        "order_id": order_id(invoice.id) if issued else None,
        "line_items": [_line(invoice, n, line, prices[n]) for n, line in enumerate(lines)],
        "payment_id": invoice.first_payment,
        "status": invoice.status.value,
        "expire_by": _seconds(document.expire_by),
        "issued_at": _seconds(invoice.issued_at),
        "paid_at": _seconds(invoice.paid_at),
        "cancelled_at": _seconds(invoice.cancelled_at),
        "expired_at": _seconds(invoice.expired_at),
        "sms_status": _medium_status(invoice, messages, Medium.SMS),
        "email_status": _medium_status(invoice, messages, Medium.EMAIL),
        "date": _seconds(document.date or invoice.created_at),
        "terms": document.terms,
        "partial_payment": document.partial_payment,
        "gross_amount": summary.subtotal,
        "tax_amount": summary.tax,
        "taxable_amount": 0 if type_ == "link" else summary.total - summary.tax,
        "amount": invoice.amount,
        "amount_paid": invoice.paid if issued else None,
        "amount_due": invoice.due if issued else None,
        "first_payment_min_amount": document.first_payment_min_amount,
        "currency": document.currency,
        "currency_symbol": _SYMBOLS.get(document.currency, document.currency),
        "description": document.description,
        "notes": dict(document.notes) or [],
        "comment": document.comment,
        "short_url": invoice.short_url if issued else None,
        "view_less": True,
        "billing_start": None,
        "billing_end": None,
        "group_taxes_discounts": False,
        "created_at": _seconds(invoice.created_at),
        **dict.fromkeys(_NEVER),
    }


def _medium_status(invoice: Invoice, messages: Sequence[Message], medium: Medium) -> str | None:
    requested = (
        invoice.issued_at is not None
        and medium in invoice.document.media
        and invoice.document.address(medium) is not None
    )
    return medium_status(messages, medium, requested=requested)


_NO_CUSTOMER = Customer()


def customer_id(invoice: Invoice, customer: Customer) -> str | None:
    """The customer's id; one from an invoice of another API may have none of its own.

    None for a link that was not made for anybody.
    """
    if customer == _NO_CUSTOMER:
        return None
    return customer.id or derived_id("cust", invoice.id)


def _customer(invoice: Invoice) -> dict[str, Any]:
    customer = invoice.document.customer
    echo = echoed(invoice)
    if customer is None:
        names = ("name", "email", "contact", "gstin", "billing_address", "shipping_address",
                 "customer_name", "customer_email", "customer_contact")  # fmt: skip
        return dict.fromkeys(("id", *names))
    contact = echo.get("contact") or customer.contact
    return {
        "id": customer_id(invoice, customer),
        "name": customer.name,
        "email": customer.email,
        "contact": contact,
        "gstin": echo.get("gstin") or gstin_of(customer.tax_ids),
        "billing_address": _address(invoice, "billing", customer.billing_address),
        "shipping_address": _address(invoice, "shipping", customer.shipping_address),
        "customer_name": customer.name,
        "customer_email": customer.email,
        "customer_contact": contact,
    }


def _address(invoice: Invoice, kind: str, address: PostalAddress | None) -> dict[str, Any] | None:
    if address is None:
        return None
    return {
        "id": derived_id("addr", invoice.id, kind),
        "type": f"{kind}_address",
        "primary": True,
        "line1": address.line1,
        "line2": address.line2,
        "zipcode": address.postal_code,
        "city": address.city,
        "state": address.state,
        "country": address.country.lower() if address.country else None,
    }


def shown_amount(line: Line) -> int:
    """The unit amount as this API shows it: the vendor has whole smallest units only.

    >>> shown_amount(Line(name="Call", unit_amount="0.5", currency="INR"))
    1
    """
    return half_up(Decimal(line.unit_amount))


def _line(invoice: Invoice, position: int, line: Line, price: Priced) -> dict[str, Any]:
    return {
        "id": line_id(invoice.id, position),
        "item_id": line.item,
        "ref_id": None,
        "ref_type": None,
        "name": line.name,
        "description": line.description,
        "amount": shown_amount(line),
        "unit_amount": shown_amount(line),
        "gross_amount": price.price,
        "tax_amount": price.tax,
        "taxable_amount": price.net - price.tax,
        "net_amount": price.net,
        "currency": line.currency,
        "type": "invoice",
        "tax_inclusive": line.tax_inclusive,
        **codes(line.hsn_sac),
        "tax_rate": None,
        "unit": None,
        "quantity": int(line.quantity) if line.quantity % 1 == 0 else float(line.quantity),
        "taxes": [{"name": tax.name, "rate": float(tax.rate)} for tax in line.taxes],
    }


def _seconds(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp())
