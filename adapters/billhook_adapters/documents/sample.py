"""Sample invoices for previews of what a payer reads."""

from __future__ import annotations

import tomllib
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from billhook.application.hosted_invoice import HostedInvoice
from billhook.application.records import RecordedPayment
from billhook.lifecycle.pay import pay
from billhook.messaging.delivery import MessageId
from billhook.messaging.message import Message
from billhook.model.base import AccountId
from billhook.model.customer import Customer, Medium
from billhook.model.document import Document
from billhook.model.instalments import Instalment, PaymentSchedule
from billhook.model.invoice import Invoice, InvoiceId, Status
from billhook.model.line_items import Line, Tax
from billhook.model.logo import Logo, LogoFormat
from billhook.model.money import Currency
from billhook.model.payment import Payment
from billhook.model.payment_instructions import PaymentInstructions
from billhook.model.seller_profile import SellerProfile

TOKEN = "4Fq0c1Zr8sT2uV6wXyA9Bg"  # noqa: S105  # of no invoice
_RUPEES = Currency("INR")
_TEXTS = Path(__file__).parent / "samples.toml"
_MANY = 500
_LOGO = Logo(
    format=LogoFormat.SVG,
    data=(
        b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">'
        b'<rect width="64" height="64" rx="14" fill="#0f766e"/>'
        b'<path d="M32 20c-5-5-12-6-18-6v30c6 0 13 1 18 6 5-5 12-6 18-6V14c-6 0-13 1-18 6z" '
        b'fill="#fff"/><path d="M31 22h2v26h-2z" fill="#0f766e"/></svg>'
    ),
)


class SampleKind(StrEnum):
    """What a sample shows."""

    ONE_LINE = "one-line"
    """One item, of a seller without a profile."""
    TAX = "tax"
    """Four items with tax, of a seller with a profile; in English and Hindi with GST."""
    PART_PAID = "part-paid"
    """The same in three instalments; the first one is paid in part, and overdue."""
    LONG = "long"
    """500 items."""


def sample(
    language: str,
    now: datetime,
    *,
    reminder: bool = False,
    kind: SampleKind = SampleKind.ONE_LINE,
) -> tuple[HostedInvoice, Message]:
    """An issued invoice on its hosted page, and a message about it."""
    hosted = _one_line(language, now) if kind is SampleKind.ONE_LINE else _full(language, now, kind)
    message = Message(
        account=hosted.invoice.account,
        id=MessageId("msg_1"),
        invoice=hosted.invoice.id,
        medium=Medium.EMAIL,
        address="ravi@example.com",
        requested_at=now,
        due_at=now,
        reminder=1 if reminder else None,
    )
    return hosted, message


def _one_line(language: str, now: datetime) -> HostedInvoice:
    tax = Tax(name="GST", rate=Decimal(18))
    book = Line(name="Book", unit_amount=49900, quantity=Decimal(2), currency=_RUPEES, taxes=(tax,))
    document = Document(
        currency=_RUPEES,
        customer=Customer(name="Ravi Kumar", email="ravi@example.com", language=language),
        lines=(book,),
        due_by=now + timedelta(days=14),
    )
    return HostedInvoice(
        _issued(document, now),
        "Acme Books",
        payment_instructions=PaymentInstructions(upi="acme@okbank"),
    )


def _full(language: str, now: datetime, kind: SampleKind) -> HostedInvoice:
    texts = _texts()
    said = texts.get(language.partition("-")[0], texts["en"])
    document = _document(said, language, now, many=kind is SampleKind.LONG)
    invoice, payments = _issued(document, now), list[RecordedPayment]()
    if kind is SampleKind.PART_PAID:
        invoice = _issued(_in_instalments(document, now), now)
        payment = Payment(
            reference="pay_8XzQ2mT4",
            amount=document.total // 10,
            currency=document.currency,
        )
        invoice = pay(invoice, payment, now=now).unwrap().invoice
        payments.append(RecordedPayment(invoice.account, invoice.id, payment, now, answer=3))
    return HostedInvoice(
        invoice,
        said["seller"],
        payments,
        PaymentInstructions.model_validate(said["pay"]) if "pay" in said else None,
        SellerProfile.model_validate({**said["profile"], "accent_color": "#0f766e"}),
        _LOGO,
        at=now,
    )


def _document(said: dict[str, Any], language: str, now: datetime, *, many: bool) -> Document:
    buyer, (tax_name, rate) = said["buyer"], said["tax"]
    items = said["items"] * (_MANY // len(said["items"]) if many else 1)
    return Document.model_validate(
        {
            "currency": said["currency"],
            "customer": {
                "name": buyer["name"],
                "email": "ravi@example.com",
                "language": language,
                "billing_address": buyer["address"],
                "tax_ids": buyer.get("tax_ids", ()),
            },
            "lines": [
                {
                    "name": f"{number}. {name}" if many else name,
                    "description": description or None,
                    "hsn_sac": code or None,
                    "unit_amount": price,
                    "quantity": quantity,
                    "currency": said["currency"],
                    "taxes": [{"name": tax_name, "rate": rate}],
                }
                for number, (name, description, code, price, quantity) in enumerate(items, 1)
            ],
            "terms": said["terms"],
            "due_by": now + timedelta(days=14),
        }
    )


def _in_instalments(document: Document, now: datetime) -> Document:
    third = document.total // 3
    parts = ((third, -3), (third, 30), (document.total - 2 * third, 60))
    instalments = tuple(
        Instalment(id=f"part_{number}", amount=amount, due_by=now + timedelta(days=days))
        for number, (amount, days) in enumerate(parts, 1)
    )
    schedule = PaymentSchedule(instalments=instalments)
    fields = {name: value for name, value in document if name != "due_by"}
    return Document.model_validate({**fields, "schedule": schedule, "partial_payment": True})


def _issued(document: Document, now: datetime) -> Invoice:
    return Invoice(
        account=AccountId("acc_1"),
        id=InvoiceId("inv_1"),
        version=2,
        status=Status.ISSUED,
        document=document,
        amount=document.total,
        paid=0,
        number="INV-0001",
        short_url=f"https://bill.example/i/{TOKEN}",
        created_at=now,
        updated_at=now,
        issued_at=now,
    )


@cache
def _texts() -> dict[str, Any]:
    return tomllib.loads(_TEXTS.read_text("utf-8"))
