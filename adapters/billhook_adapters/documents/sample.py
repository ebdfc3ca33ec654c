"""A sample invoice for previews of what a payer reads."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from billhook.application.hosted_invoice import HostedInvoice
from billhook.messaging.delivery import MessageId
from billhook.messaging.message import Message
from billhook.model.base import AccountId
from billhook.model.customer import Customer, Medium
from billhook.model.document import Document
from billhook.model.invoice import Invoice, InvoiceId, Status
from billhook.model.line_items import Line, Tax
from billhook.model.money import Currency
from billhook.model.payment_instructions import PaymentInstructions

TOKEN = "4Fq0c1Zr8sT2uV6wXyA9Bg"  # noqa: S105  # of no invoice
_RUPEES = Currency("INR")


def sample(
    language: str, now: datetime, *, reminder: bool = False
) -> tuple[HostedInvoice, Message]:
    """An issued invoice on its hosted page, and a message about it."""
    tax = Tax(name="GST", rate=Decimal(18))
    book = Line(name="Book", unit_amount=49900, quantity=Decimal(2), currency=_RUPEES, taxes=(tax,))
    document = Document(
        currency=_RUPEES,
        customer=Customer(name="Ravi Kumar", email="ravi@example.com", language=language),
        lines=(book,),
        due_by=now + timedelta(days=14),
    )
    invoice = Invoice(
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
    message = Message(
        account=invoice.account,
        id=MessageId("msg_1"),
        invoice=invoice.id,
        medium=Medium.EMAIL,
        address="ravi@example.com",
        requested_at=now,
        due_at=now,
        reminder=1 if reminder else None,
    )
    return HostedInvoice(
        invoice, "Acme Books", payment_instructions=PaymentInstructions(upi="acme@okbank")
    ), message
