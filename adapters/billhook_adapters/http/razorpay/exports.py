"""The vendor's exported invoices: the items of `GET /v1/invoices`, old and new forms of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, cast

from pydantic import BeforeValidator, ConfigDict, Field

from billhook.model.base import Value
from billhook.model.customer import Customer, Medium
from billhook.model.document import Document
from billhook.model.invoice import InvoiceId, Status
from billhook.model.line_items import Line, Rounding, Tax
from billhook.model.payment import Payment, Reference
from billhook.model.tax_ids import gstin_tax_ids
from billhook_adapters.http.razorpay.schemas.customers import COUNTRY, AddressIn, extras
from billhook_adapters.http.razorpay.schemas.fields import (
    LISTED,
    Flag,
    Integer,
    Notes,
    NumberOrLine,
    Paragraph,
    Receipt,
    Seconds,
    cleared,
    instant,
)
from billhook_adapters.http.razorpay.schemas.links import link_extras, link_line
from billhook_adapters.importing.command import ImportedInvoice, ImportedPayment
from billhook_adapters.system.ids import is_id
from billhook_adapters.system.phone_numbers import country_of_currency, with_e164

CURRENCY = "INR"
"""The currency of an invoice that names none."""


def _opened(given: Any) -> Any:
    """The items of a collection; nothing is an empty list, and one thing a list of it."""
    if isinstance(given, Mapping):
        fields = cast("Mapping[str, Any]", given)
        return fields.get("items", [fields]) if fields else []
    return [] if given is None else given


class _Row(Value):
    """What is read of an exported object; its other fields are let pass."""

    model_config = ConfigDict(extra="ignore")


_Cleared = BeforeValidator(cleared)
_Line = Annotated[NumberOrLine | None, _Cleared]
_Time = Annotated[Seconds | None, BeforeValidator(lambda given: given or None)]


class _TaxRow(_Row):
    name: NumberOrLine = "Tax"
    rate: Decimal


class _LineRow(_Row):
    name: _Line = None
    description: Annotated[Paragraph | None, _Cleared] = None
    amount: Integer | None = None
    unit_amount: Integer | None = None
    quantity: Decimal = Decimal(1)
    currency: _Line = None
    item_id: _Line = None
    tax_inclusive: Flag | None = None
    taxes: Annotated[tuple[_TaxRow, ...], BeforeValidator(_opened)] = ()
    tax_rate: Decimal | None = None

    def line(self, currency: str) -> Line:
        """The line item. Raises ValidationError."""
        taxes = [Tax(name=tax.name, rate=tax.rate) for tax in self.taxes]
        if not taxes and self.tax_rate:
            taxes = [Tax(name="GST", rate=self.tax_rate)]
        return Line.model_validate(
            {
                "name": self.name or "Item",
                "description": self.description,
                "unit_amount": self.amount if self.unit_amount is None else self.unit_amount,
                "quantity": self.quantity,
                "currency": self.currency or currency,
                "item": self.item_id,
                "tax_inclusive": self.tax_inclusive or False,
                "taxes": taxes,
            }
        )


class _CustomerRow(_Row):
    id: _Line = None
    name: _Line = None
    email: _Line = None
    contact: _Line = None
    gstin: _Line = None
    billing_address: AddressIn | None = None
    shipping_address: AddressIn | None = None
    customer_name: _Line = None
    customer_email: _Line = None
    customer_contact: _Line = None

    def customer(self, id: str | None) -> Customer:
        """The customer, by the names of the fields today or as they were. Raises ValueError."""
        return Customer(
            id=self.id or id,
            name=self.name or self.customer_name,
            email=self.email or self.customer_email,
            contact=self.contact or self.customer_contact,
            billing_address=self.billing_address and self.billing_address.domain(),
            shipping_address=self.shipping_address and self.shipping_address.domain(),
            tax_ids=gstin_tax_ids(self.gstin),
        )


class _PaymentRow(_Row):
    id: NumberOrLine
    amount: Annotated[Integer, Field(gt=0)]
    status: _Line = "captured"
    created_at: _Time = None
    captured_at: _Time = None


class _InvoiceRow(_Row):
    id: NumberOrLine
    entity: Literal["invoice"] = "invoice"
    type: Literal["invoice", "link"] | None = None
    status: Literal["draft", "issued", "partially_paid", "paid", "cancelled", "expired"]
    receipt: Receipt = None
    invoice_number: Receipt = None
    customer_id: _Line = None
    customer_details: Annotated[_CustomerRow | None, _Cleared] = None
    line_items: Annotated[tuple[_LineRow, ...], BeforeValidator(_opened), LISTED] = ()
    amount: Integer | None = None
    amount_paid: Integer | None = None
    currency: _Line = None
    description: Annotated[Paragraph | None, _Cleared] = None
    terms: Annotated[Paragraph | None, _Cleared] = None
    comment: Annotated[Paragraph | None, _Cleared] = None
    notes: Annotated[Notes | None, _Cleared] = None
    partial_payment: Flag | None = None
    first_payment_min_amount: Annotated[Integer | None, BeforeValidator(lambda it: it or None)] = (
        None
    )
    payment_id: _Line = None
    payments: Annotated[tuple[_PaymentRow, ...], BeforeValidator(_opened)] = ()
    short_url: _Line = None
    date: _Time = None
    created_at: Seconds
    issued_at: _Time = None
    paid_at: _Time = None
    cancelled_at: _Time = None
    expired_at: _Time = None
    expire_by: _Time = None


def read_export(given: Any, country: str | None) -> ImportedInvoice:
    """The invoice of one exported object, for an account of this country. Raises ValueError."""
    if not isinstance(given, dict):
        raise ValueError("not an invoice: it must be a JSON object")  # of the row
    row = _InvoiceRow.model_validate(given)
    if not is_id(row.id):
        raise ValueError("id: must be 1 to 64 letters, digits, `_` or `-`")
    status = Status(row.status)
    created, issued = datetime.fromtimestamp(row.created_at, UTC), instant(row.issued_at)
    if issued is None and status not in (Status.DRAFT, Status.CANCELLED):
        issued = created
    if status is Status.DRAFT:
        issued = None
    # The vendor writes down a row up to seconds after it was issued.
    created = created if issued is None else min(created, issued)
    begun = issued or created
    return ImportedInvoice(
        id=InvoiceId(row.id),
        document=_document(row, status, country),
        status=status,
        created_at=created,
        issued_at=issued,
        short_url=row.short_url,
        payments=tuple(_payments(row, status, begun)),
        cancelled_at=_at_least(begun, row.cancelled_at) if status is Status.CANCELLED else None,
        # An expiry is recorded when the invoice was to expire, or later.
        expired_at=_at_least(begun, row.expired_at, row.expire_by)
        if status is Status.EXPIRED
        else None,
    )


def _at_least(earliest: datetime, *given: int | None) -> datetime:
    """The latest of these times."""
    return max(earliest, *(instant(one) or earliest for one in given))


def _document(row: _InvoiceRow, status: Status, country: str | None) -> Document:
    currency = row.currency or CURRENCY
    is_link = row.type == "link"
    if row.line_items:
        lines = tuple(line.line(currency) for line in row.line_items)
    elif row.amount:
        lines = (link_line(row.amount, currency, row.description),)
    else:
        lines = ()
    details = row.customer_details or _CustomerRow()
    customer: Customer | None = details.customer(row.customer_id)
    if customer == Customer() and status is Status.DRAFT and not is_link:
        customer = None
    echo = {"contact": details.contact or details.customer_contact, "gstin": details.gstin}
    fields = {
        "customer": customer,
        "lines": lines,
        "currency": currency,
        "description": row.description,
        "receipt": row.receipt or row.invoice_number,
        "date": instant(row.date),
        "expire_by": instant(row.expire_by),
        "partial_payment": row.partial_payment or False,
        "first_payment_min_amount": row.first_payment_min_amount,
        "terms": row.terms,
        "comment": row.comment,
        "notes": row.notes or {},
        # What was sent is not sent again; a draft is sent by both, as the vendor does by default.
        "media": tuple(Medium) if status is Status.DRAFT else (),
        "extras": {**extras(customer, echo), **link_extras(None, link=is_link)},
    }
    document = _with_total(fields, row.amount)
    address = None if customer is None else customer.billing_address
    return with_e164(
        document,
        country or COUNTRY,
        None if address is None else address.country,
        country_of_currency(currency),
    )


def _with_total(fields: Mapping[str, Any], amount: int | None) -> Document:
    """The document under the rounding that makes the exported amount. Raises ValueError."""
    found = [Document.model_validate({**fields, "rounding": rounding}) for rounding in Rounding]
    if amount is None:
        return found[0]
    fitting = next((one for one in found if one.total == amount), None)
    if fitting is None:
        raise ValueError(f"amount: it is {amount}, but the line items make {found[0].total}")
    return fitting


def _payments(row: _InvoiceRow, status: Status, begun: datetime) -> Iterator[ImportedPayment]:
    """What was paid, the earliest first. Raises ValueError where it is not known."""
    listed = [one for one in row.payments if one.status == "captured"]
    paid = row.amount_paid
    if paid is None:
        paid = row.amount if status is Status.PAID else sum(one.amount for one in listed)
    rest = (paid or 0) - sum(one.amount for one in listed)
    if rest < 0:
        raise ValueError(f"amount_paid: it is {paid}, and the payments are more")
    if not paid and status in (Status.PAID, Status.PARTIALLY_PAID):
        raise ValueError(f"amount_paid: it is missing, and the status is {status}")
    if rest:
        known = {one.id for one in listed}
        name = row.payment_id if row.payment_id not in (None, *known) else f"{row.id}_payment"
        listed.append(_PaymentRow(id=str(name), amount=rest, created_at=row.paid_at))
    currency = row.currency or CURRENCY
    made = (
        ImportedPayment(
            Payment(reference=Reference(one.id), amount=one.amount, currency=currency),
            _at_least(begun, one.created_at or one.captured_at or row.paid_at),
        )
        for one in listed
    )
    yield from sorted(made, key=lambda one: one.at)
