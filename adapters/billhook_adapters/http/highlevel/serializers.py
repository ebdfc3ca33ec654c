"""HighLevel's invoice, from the domain's and from what was kept to be echoed."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from billhook.model.customer import PostalAddress
from billhook.model.document import Document
from billhook.model.instalments import Instalment
from billhook.model.instants import utc
from billhook.model.invoice import Invoice
from billhook.model.line_items import Line
from billhook.model.seller_profile import SellerProfile
from billhook_adapters.http.core.ids import derived_id
from billhook_adapters.http.highlevel.amounts import number, shown
from billhook_adapters.http.highlevel.echo import (
    ECHOED,
    SENDING,
    belonging,
    belonging_to_each,
    echo_of,
)
from billhook_adapters.http.highlevel.field_mapping import SHOWN
from billhook_adapters.http.highlevel.location import Location, instant
from billhook_adapters.system.phone_numbers import same_number

_DEFAULTS: Mapping[str, Any] = MappingProxyType(
    {"title": "INVOICE", "automaticTaxesEnabled": False, "attachments": []}
)


def entity(invoice: Invoice, location: Location) -> dict[str, Any]:
    """Every field that the vendor's API documents, and what else was given."""
    document, echo = invoice.document, echo_of(invoice.document)
    currency, total = document.currency, shown(invoice.amount, document.currency)
    dated_at = invoice.dated_at
    result: dict[str, Any] = {
        "_id": invoice.id,
        "status": SHOWN[invoice.status].status.value,
        "domainStatus": invoice.status.value,
        "liveMode": document.live,
        "amountPaid": shown(invoice.paid, currency),
        "amountDue": shown(invoice.due, currency),
        "total": total,
        "invoiceTotal": total,
        "companyId": invoice.account,
        "altId": location.id,
        "altType": "location",
        "name": document.title or document.description or "",
        "invoiceNumber": invoice.shown_number or echo.get("invoiceNumber", ""),
        "currency": currency,
        "businessDetails": _business(document.seller, echo.get("businessDetails", {})),
        "contactDetails": _contact(invoice, echo.get("contactDetails", {})),
        "issueDate": location.shown(dated_at),
        "dueDate": location.shown(document.due_by or utc(location.end_of(dated_at))),
        "invoiceItems": _items(invoice, echo.get("items", [])),
        "discount": _discount(document, echo.get("discount", {})),
        "paymentSchedule": _schedule(invoice, echo.get("paymentSchedule", {}), location),
        "automaticTaxesCalculated": False,
        "tipsReceived": [],
        "externalTransactions": [],
        "syncDetails": [],
        "createdAt": instant(invoice.created_at),
        "updatedAt": instant(invoice.updated_at),
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


def summarised(invoice: Invoice, location: Location) -> dict[str, Any]:
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


def _business(seller: SellerProfile | None, kept: Mapping[str, Any]) -> dict[str, Any]:
    """The seller as it was given here, or as another API has it since."""
    if seller is None:
        return {}
    result: dict[str, Any] = {
        "name": seller.legal_name,
        "phoneNo": seller.phone,
        "website": seller.website,
        "address": seller.address and _address(seller.address),
    }
    own = {name: value for name, value in result.items() if value}
    return belonging(seller, kept) or own


def _contact(invoice: Invoice, kept: Mapping[str, Any]) -> dict[str, Any]:
    customer = invoice.document.customer
    if customer is None:
        return {}
    echo = belonging(customer, kept)
    written: str = echo.get("phoneNo") or ""
    contact = customer.contact or ""
    return {
        **echo,
        "id": contact_id(invoice),
        "name": customer.name or "",
        "phoneNo": written if same_number(written, contact) else contact,
        "email": customer.email or "",
        "customFields": echo.get("customFields", []),
        "address": echo.get("address") or _address(customer.billing_address or PostalAddress()),
    }


def contact_id(invoice: Invoice) -> str:
    """The id of the contact; one of another API may have none of its own."""
    customer = invoice.document.customer
    return (customer and customer.id) or derived_id("cust", invoice.id)


def _address(address: PostalAddress) -> dict[str, Any]:
    result = {
        "addressLine1": address.line1,
        "addressLine2": address.line2,
        "city": address.city,
        "state": address.state,
        "countryCode": address.country,
        "postalCode": address.postal_code,
    }
    return {name: value for name, value in result.items() if value}


def _items(invoice: Invoice, kept: list[dict[str, Any]]) -> list[dict[str, Any]]:
    lines = invoice.document.lines
    echoes = belonging_to_each(lines, kept)
    return [_item(invoice, place, line, echoes[place]) for place, line in enumerate(lines)]


def _item(invoice: Invoice, place: int, line: Line, echo: Mapping[str, Any]) -> dict[str, Any]:
    result = {
        "_id": derived_id("item", invoice.id, place),
        **echo,
        "name": line.name,
        "currency": line.currency,
        "amount": shown(line.unit_amount, line.currency),
        "qty": number(line.quantity),
        "taxInclusive": line.tax_inclusive,
    }
    if line.description is not None:
        result["description"] = line.description
    if line.item is not None:
        result["productId"] = line.item
    # The echo belongs to this very line, so that its taxes are these.
    given: list[dict[str, Any]] = echo.get("taxes") or [{}] * len(line.taxes)
    result["taxes"] = [
        {
            "calculation": "exclusive",
            **one,
            "_id": tax.id or tax_id(tax.name),
            "name": tax.name,
            "rate": number(tax.rate),
        }
        for tax, one in zip(line.taxes, given, strict=True)
    ]
    return result


def tax_id(name: str) -> str:
    """The id of a tax that has none of its own."""
    return derived_id("tax", name)


def _discount(document: Document, echo: dict[str, Any]) -> dict[str, Any]:
    discount = document.discount
    if discount is None:
        return {"type": echo.get("type", "percentage"), "value": 0}
    if discount.percentage is not None:
        result: dict[str, Any] = {"type": "percentage", "value": number(discount.percentage)}
    else:
        result = {"type": "fixed", "value": shown(discount.amount or 0, document.currency)}
    return {**result, "validOnProductIds": list(discount.items)} if discount.items else result


def _schedule(invoice: Invoice, kept: Mapping[str, Any], location: Location) -> dict[str, Any]:
    schedule, currency = invoice.document.schedule, invoice.document.currency
    if schedule is None:
        return {}
    amounts = schedule.amounts(invoice.amount)
    paid = [not one.due for one in invoice.instalments]
    # What is kept belongs to this very schedule, so that its instalments are these.
    given: list[dict[str, Any]] = belonging(schedule, kept).get("schedules") or [{}] * len(amounts)
    by_amount = any(one.amount is not None for one in schedule.instalments)
    return {
        "type": "fixed" if by_amount else "percentage",
        "schedules": [
            {
                **one,
                "_id": instalment.id,
                "value": shown(amount if instalment.amount is None else instalment.amount, currency)
                if by_amount
                else number(instalment.percentage or Decimal(0)),
                **_due_date(instalment, location),
                "amount": shown(amount, currency),
                "status": "paid" if settled else "pending",
            }
            for one, instalment, amount, settled in zip(
                given, schedule.instalments, amounts, paid, strict=True
            )
        ],
    }


def _due_date(instalment: Instalment, location: Location) -> dict[str, str]:
    return {} if instalment.due_by is None else {"dueDate": location.shown(instalment.due_by)}
