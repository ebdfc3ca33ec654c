"""Invoices whose data suffice for an e-invoice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from billhook.application.hosted_invoice import HostedInvoice
from billhook.lifecycle.pay import pay
from billhook.model.invoice import Status
from billhook.model.payment_instructions import PaymentInstructions
from billhook.model.seller_profile import SellerProfile
from billhook_adapters.testing import NOON, a_customer, a_line, a_payment, an_invoice

IBAN = PaymentInstructions(iban="DE89370400440532013000", bic="COBADEFFXXX")
VAT = {"name": "VAT", "rate": 19}


def a_seller(**fields: Any) -> SellerProfile:
    """Acme in Berlin, with a VAT number."""
    given = {
        "legal_name": "Acme Books GmbH",
        "address": {
            "line1": "Hauptstr. 1",
            "city": "Berlin",
            "postal_code": "10115",
            "country": "DE",
        },
        "email": "billing@acme.example",
        "phone": "+493012345678",
        "tax_ids": [{"kind": "vat", "value": "DE136695976"}],
        "footer": "Amtsgericht Berlin HRB 12345",
    }
    return SellerProfile.model_validate({**given, **fields})


def a_buyer(country: str = "DE", **fields: Any) -> Any:
    """Ravi in some country."""
    address = {"line1": "MG Road 12", "city": "City", "postal_code": "1", "country": country}
    return a_customer(billing_address=address, **fields)


def euro(unit_amount: Any = 1000, quantity: Any = 1, **fields: Any) -> Any:
    """A line in euros with VAT of 19 percent."""
    return a_line(unit_amount, quantity, **{"currency": "EUR", "taxes": [VAT], **fields})


def hosted(
    seller: SellerProfile | None = None,
    paid: int = 0,
    status: Status = Status.ISSUED,
    payment: PaymentInstructions | None = IBAN,
    **document: Any,
) -> HostedInvoice:
    """An invoice from Acme to Ravi in euros, as its payer sees it."""
    given = {
        "currency": "EUR",
        "receipt": "R-1",
        "lines": [euro()],
        "customer": a_buyer(),
        "due_by": NOON + timedelta(days=14),
    }
    invoice = an_invoice(status, **{**given, **document})
    if paid:
        money = a_payment(paid, currency=invoice.document.currency)
        invoice = pay(invoice, money, now=NOON).unwrap()[0]
    return HostedInvoice(
        invoice,
        "Acme Books",
        payment_instructions=payment,
        profile=a_seller() if seller is None else seller,
    )
