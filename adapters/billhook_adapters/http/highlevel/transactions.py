"""HighLevel's transactions and orders: the domain's payments and invoices, stored nowhere else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from billhook.application.records import Entry, RecordedPayment
from billhook.model.invoice import Invoice
from billhook.model.money import Currency
from billhook_adapters.http.core.ids import order_id
from billhook_adapters.http.core.payments import Taken
from billhook_adapters.http.highlevel.amounts import shown
from billhook_adapters.http.highlevel.field_mapping import ORDERS, SHOWN
from billhook_adapters.http.highlevel.location import Location, instant
from billhook_adapters.http.highlevel.schemas.users import user_id
from billhook_adapters.http.highlevel.serializers import contact_id, entity

SOURCE = "invoice"
"""The only source of transactions and orders: no funnel and no calendar takes payments."""


def transaction_entity(taken: Taken, location: Location) -> dict[str, Any]:
    """The vendor's transaction: the fields of the list and of the one."""
    recorded, invoice = taken.payment, taken.invoice
    payment, details = recorded.payment, _details(taken.entry)
    # Parts of an unapplied payment are transactions of their own; what is left of it is this one.
    amount = payment.amount if recorded.applied else recorded.unapplied + recorded.refunded
    at = instant(recorded.at)
    fulfilled = details.get("fulfilledAt")
    mode = details.get("mode") or details.get("method") or "other"
    result: dict[str, Any] = {
        "_id": payment.reference,
        **_tenancy(location),
        "currency": payment.currency,
        "amount": shown(amount, Currency(payment.currency)),
        "amountRefunded": shown(recorded.refunded, Currency(payment.currency)),
        "status": "succeeded",
        "liveMode": invoice is None or invoice.document.live,
        "entityType": SOURCE,
        "entityId": recorded.invoice,
        "entitySourceType": SOURCE,
        "entitySourceId": recorded.invoice,
        "entitySource": {"type": SOURCE, "id": recorded.invoice},
        "invoiceId": recorded.invoice,
        "chargeId": payment.reference,
        "chargeSnapshot": details,
        "paymentProviderType": "manual",
        "paymentProvider": {"type": "manual"},
        "paymentMethod": mode,
        "createdBy": user_id(recorded.account),
        "isParent": False,
        "createdAt": at,
        "updatedAt": at,
        "fulfilledAt": fulfilled if isinstance(fulfilled, str) and fulfilled else at,
    }
    if invoice is None:
        return result
    return {
        **result,
        **_contact(invoice, location),
        "entitySourceName": _name(invoice),
        "entitySourceMeta": _meta(invoice),
        "entitySource": _source(invoice),
    }


def order_entity(invoice: Invoice, location: Location) -> dict[str, Any]:
    """The vendor's order: the fields of the list and of the one."""
    document = invoice.document
    subtotal, discount, tax, _ = document.summary
    currency = document.currency
    sums = {
        "subtotal": shown(subtotal, currency),
        "discount": shown(discount, currency),
        "tax": shown(tax, currency),
    }
    return {
        "_id": order_id(invoice.id),
        **_tenancy(location),
        **_contact(invoice, location),
        "currency": currency,
        "amount": shown(invoice.amount, currency),
        "subtotal": sums["subtotal"],
        "discount": sums["discount"],
        "amountSummary": sums,
        "amountPaid": shown(invoice.paid, currency),
        "amountDue": shown(invoice.due, currency),
        "status": ORDERS[SHOWN[invoice.status].status],
        "liveMode": document.live,
        "totalProducts": len(document.lines),
        "onetimeProducts": len(document.lines),
        "recurringProducts": 0,
        "sourceType": SOURCE,
        "sourceName": _name(invoice),
        "sourceId": invoice.id,
        "sourceMeta": _meta(invoice),
        "source": _source(invoice),
        "items": entity(invoice, location)["invoiceItems"],
        "fulfillmentStatus": "unfulfilled",
        "automaticTaxesCalculated": False,
        "createdBy": user_id(invoice.account),
        "createdAt": instant(invoice.issued_at or invoice.created_at),
        "updatedAt": instant(invoice.updated_at),
    }


def _tenancy(location: Location) -> dict[str, str]:
    return {"altId": location.id, "altType": "location"}


def _contact(invoice: Invoice, location: Location) -> dict[str, Any]:
    shown_as: Mapping[str, Any] = entity(invoice, location)["contactDetails"]
    if not shown_as:
        return {}
    name, email = shown_as["name"], shown_as["email"]
    return {
        "contactId": contact_id(invoice),
        "contactName": name,
        "contactEmail": email,
        "contactSnapshot": {
            "id": contact_id(invoice),
            "name": name,
            "email": email,
            "phone": shown_as["phoneNo"],
        },
    }


def _name(invoice: Invoice) -> str:
    return invoice.document.title or invoice.document.description or ""


def _meta(invoice: Invoice) -> dict[str, str]:
    return {"invoiceNumber": invoice.shown_number or ""}


def _source(invoice: Invoice) -> dict[str, Any]:
    named = {"type": SOURCE, "id": invoice.id, "name": _name(invoice)}
    return {**named, "meta": _meta(invoice)}


def _details(entry: Entry | None) -> dict[str, Any]:
    """What is kept beside a payment, in the form of the API that took it."""
    try:
        given: object = json.loads(entry.body) if entry is not None else {}
    except ValueError:  # another API keeps what it likes
        return {}
    return cast("dict[str, Any]", given) if isinstance(given, dict) else {}


def newest_first(payments: list[RecordedPayment]) -> list[RecordedPayment]:
    """Payments in the order of a list."""

    def place(one: RecordedPayment) -> tuple[datetime, str]:
        return one.at, one.payment.reference

    return sorted(payments, key=place, reverse=True)
