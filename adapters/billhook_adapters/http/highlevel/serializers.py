"""HighLevel's invoice, from the domain's and from what was kept to be echoed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from billhook.model.customer import Customer, PostalAddress
from billhook.model.document import Document
from billhook.model.invoice import Invoice
from billhook.model.line_items import Line
from billhook_adapters.http.core.ids import derived_id
from billhook_adapters.http.highlevel.amounts import number, shown
from billhook_adapters.http.highlevel.echo import ECHOED, SENDING, echo_of
from billhook_adapters.http.highlevel.field_mapping import SHOWN
from billhook_adapters.http.highlevel.schemas.fields import instant
from billhook_adapters.system.phone_numbers import same_number

_DEFAULTS: Mapping[str, Any] = MappingProxyType(
    {"title": "INVOICE", "businessDetails": {}, "automaticTaxesEnabled": False}
)


def entity(invoice: Invoice, location: str) -> dict[str, Any]:
    """Every field that the vendor's API documents, and what else was given."""
    document, echo = invoice.document, echo_of(invoice.document)
    currency = document.currency
    issued_on = _day(document.date or invoice.created_at)
    result: dict[str, Any] = {
        "_id": invoice.id,
        "status": SHOWN[invoice.status].status.value,
        "domainStatus": invoice.status.value,
        "liveMode": document.live,
        "amountPaid": shown(invoice.paid, currency),
        "amountDue": shown(invoice.due, currency),
        "total": shown(invoice.amount, currency),
        "altId": location,
        "altType": "location",
        "name": document.title or document.description or "",
        "invoiceNumber": invoice.shown_number or echo.get("invoiceNumber", ""),
        "currency": currency,
        "contactDetails": _contact(invoice, echo.get("contactDetails", {})),
        "issueDate": issued_on,
        "dueDate": issued_on if document.due_by is None else _day(document.due_by),
        "invoiceItems": _items(invoice, echo.get("items", ())),
        "discount": _discount(document, echo.get("discount", {})),
        "paymentSchedule": _schedule(invoice, echo.get("paymentSchedule", {})),
        "automaticTaxesCalculated": False,
        "createdAt": instant(invoice.created_at),
        "updatedAt": instant(_updated(invoice)),
    }
    if document.description is not None:
        result["description"] = document.description
    if document.recipients is not None:
        result["sentTo"] = {
            "email": list(document.recipients.emails),
            "emailCc": list(document.recipients.cc),
            "emailBcc": list(document.recipients.bcc),
            "phoneNo": list(document.recipients.contacts),
        }
    kept = (*ECHOED, *SENDING)
    return {**result, **_DEFAULTS, **{name: echo[name] for name in kept if name in echo}}


def summarised(invoice: Invoice, location: str) -> dict[str, Any]:
    """The invoice with its sums, as get and list answer it."""
    subtotal, discount, tax, _ = invoice.document.summary
    currency = invoice.document.currency
    return {
        **entity(invoice, location),
        "totalSummary": {
            "subTotal": shown(subtotal, currency),
            "discount": shown(discount, currency),
            "tax": shown(tax, currency),
        },
    }


def _contact(invoice: Invoice, echo: dict[str, Any]) -> dict[str, Any]:
    customer = invoice.document.customer
    if customer is None:
        return {}
    same = echo.get("id") == customer.id
    written: str = echo.get("phoneNo") or ""
    contact = customer.contact or ""
    return {
        **(echo if same else {}),
        "id": customer.id or derived_id("cust", invoice.id),
        "name": customer.name or "",
        "phoneNo": written if same_number(written, contact) else contact,
        "email": customer.email or "",
        "customFields": echo.get("customFields", []) if same else [],
        "address": _address(customer, echo if same else {}),
    }


def _address(customer: Customer, echo: dict[str, Any]) -> dict[str, Any]:
    if "address" in echo:
        given: dict[str, Any] = echo["address"]
        return given
    address = customer.billing_address or PostalAddress()
    result = {
        "addressLine1": address.line1,
        "addressLine2": address.line2,
        "city": address.city,
        "state": address.state,
        "countryCode": address.country,
        "postalCode": address.postal_code,
    }
    return {name: value for name, value in result.items() if value}


def _items(invoice: Invoice, echo: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    lines = invoice.document.lines
    # Another API may have changed the lines since: then the echo of the old ones does not fit.
    same = [one.get("name") for one in echo] == [line.name for line in lines]
    return [
        _item(invoice, place, line, echo[place] if same else {}) for place, line in enumerate(lines)
    ]


def _item(invoice: Invoice, place: int, line: Line, echo: dict[str, Any]) -> dict[str, Any]:
    result = {
        "_id": derived_id("item", invoice.id, place),
        **echo,
        "name": line.name,
        "currency": line.currency,
        "amount": shown(line.unit_amount, line.currency),
        "qty": number(line.quantity),
    }
    if line.tax_inclusive or "taxInclusive" in echo:
        result["taxInclusive"] = line.tax_inclusive
    if line.description is not None:
        result["description"] = line.description
    if line.item is not None:
        result["productId"] = line.item
    given: list[dict[str, Any]] = echo.get("taxes", [{}] * len(line.taxes))
    result["taxes"] = [
        {
            "calculation": "exclusive",
            **one,
            "_id": tax.id or derived_id("tax", tax.name),
            "name": tax.name,
            "rate": number(tax.rate),
        }
        for tax, one in zip(line.taxes, given, strict=True)
    ]
    return result


def _discount(document: Document, echo: dict[str, Any]) -> dict[str, Any]:
    discount = document.discount
    if discount is None:
        return {"type": echo.get("type", "percentage"), "value": 0}
    if discount.percentage is not None:
        result: dict[str, Any] = {"type": "percentage", "value": number(discount.percentage)}
    else:
        result = {"type": "fixed", "value": shown(discount.amount or 0, document.currency)}
    return {**result, "validOnProductIds": list(discount.items)} if discount.items else result


def _schedule(invoice: Invoice, echo: dict[str, Any]) -> dict[str, Any]:
    schedule, currency = invoice.document.schedule, invoice.document.currency
    if schedule is None:
        return {}
    amounts = schedule.amounts(invoice.amount)
    paid = schedule.settled(invoice.amount, invoice.paid)
    given: list[dict[str, Any]] = echo.get("schedules", [{}] * len(amounts))
    by_amount = any(one.amount is not None for one in schedule.instalments)
    return {
        "type": "fixed" if by_amount else "percentage",
        "schedules": [
            {
                **one,
                "_id": instalment.id,
                "value": shown(instalment.amount, currency)
                if instalment.amount is not None
                else number(instalment.percentage or Decimal(0)),
                "amount": shown(amount, currency),
                "status": "paid" if settled else "pending",
            }
            for one, instalment, amount, settled in zip(
                given, schedule.instalments, amounts, paid, strict=True
            )
        ],
    }


def _updated(invoice: Invoice) -> datetime:
    times = (
        invoice.created_at,
        invoice.issued_at,
        invoice.paid_at,
        invoice.expired_at,
        invoice.cancelled_at,
        invoice.deleted_at,
    )
    return max(time for time in times if time is not None)


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d}"
