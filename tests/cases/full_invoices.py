"""An invoice that has everything that an invoice can show."""

from __future__ import annotations

from datetime import timedelta

from billhook.application.hosted_invoice import HostedInvoice
from billhook.application.records import RecordedPayment
from billhook.lifecycle.pay import pay
from billhook.model.base import AccountId
from billhook.model.customer import PostalAddress
from billhook.model.invoice import InvoiceId
from billhook.model.payment_instructions import PaymentInstructions
from billhook.model.seller_profile import SellerProfile
from billhook.model.tax_ids import TaxId
from billhook_adapters.testing import NOON, a_customer, a_line, a_payment, an_invoice

KARNATAKA, MAHARASHTRA = "29AAGCB7383J1Z4", "27AAPFU0939F1ZV"

INSTRUCTIONS = PaymentInstructions(
    upi="acme@okbank", iban="DE89370400440532013000", bic="COBADEFFXXX"
)
INDIAN = SellerProfile(
    legal_name="Acme Books Private Limited",
    address=PostalAddress(
        line1="12 MG Road", city="Bengaluru", state="Karnataka", postal_code="560001", country="IN"
    ),
    email="billing@acme.example",
    phone="+919876543210",
    website="https://acme.example",
    tax_ids=[TaxId(kind="gstin", value=KARNATAKA), TaxId(kind="pan", value="AAGCB7383J")],
    accent_color="#ff9900",
    footer="Registered in Bengaluru",
    payment_text="Or by cheque to Acme Books.",
    payment_link="https://pay.acme.example/inv",
)
GERMAN = SellerProfile(
    legal_name="Acme Bücher GmbH",
    address=PostalAddress(line1="Hauptstr. 1", city="Berlin", postal_code="10115", country="DE"),
    email="rechnung@acme.example",
    tax_ids=[TaxId(kind="vat", value="DE136695976")],
    payment_text="Bitte innerhalb von 14 Tagen.",
)


def full_invoice(
    language: str = "en", currency: str = "INR", *, buyer: str = MAHARASHTRA, name: str = "Licence"
) -> HostedInvoice:
    """A part-paid invoice in two instalments, of which the first is overdue."""
    in_rupees = currency == "INR"
    tax = {"name": "GST", "rate": 18} if in_rupees else {"name": "USt.", "rate": 19}
    code = "997331" if in_rupees else None
    lines = [
        a_line(149900, 3, name=name, description="Three seats", taxes=[tax], hsn_sac=code,
               currency=currency),
        a_line(25000, "1.5", name="Consulting hour", taxes=[tax], currency=currency),
    ]  # fmt: skip
    home = PostalAddress(
        line1="4 Marine Drive", city="Mumbai", state="Maharashtra", postal_code="400002",
        country="IN",
    )  # fmt: skip
    customer = a_customer(
        name="Ravi Kumar Traders",
        language=language,
        billing_address=home,
        shipping_address=home.model_copy(update={"line1": "9 Dock Road"}),
        tax_ids=[TaxId(kind="gstin", value=buyer)],
    )
    halves = [
        {"id": "a", "percentage": 50, "due_by": NOON + timedelta(days=5)},
        {"id": "b", "percentage": 50, "due_by": NOON + timedelta(days=30)},
    ]
    invoice = an_invoice(
        currency=currency,
        lines=lines,
        discount={"percentage": "12.5"},
        customer=customer,
        receipt="INV/2026-27/00042",
        terms="Payment within 30 days.",
        description="Order 4711",
        schedule={"instalments": halves},
    )
    payment = a_payment(invoice.amount // 4, "pay_29QQoUBi66xm2f", currency=currency)
    return HostedInvoice(
        pay(invoice, payment, now=NOON).unwrap().invoice,
        "Acme Books",
        [RecordedPayment(AccountId("acc_1"), InvoiceId("inv_1"), payment, NOON, answer=3)],
        INSTRUCTIONS,
        profile=INDIAN if in_rupees else GERMAN,
        at=NOON + timedelta(days=6),
    )
