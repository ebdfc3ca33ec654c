"""Sample invoices for the examples in the documentation.

For your own tests use `billhook_adapters.testing`, whose builders accept every field.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from billhook.lifecycle.draft import draft
from billhook.lifecycle.issue import issue
from billhook.model.base import AccountId
from billhook.model.customer import Customer
from billhook.model.document import Document
from billhook.model.invoice import Invoice, InvoiceId
from billhook.model.line_items import Line
from billhook.model.money import Currency

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
"""The time at which the samples are created and issued."""


def drafted(due_by: datetime | None = None) -> Invoice:
    """A draft of 998.00 rupees for the customer Ravi, with partial payment allowed."""
    rupee = Currency("INR")
    document = Document(
        currency=rupee,
        customer=Customer(name="Ravi", email="ravi@example.com", contact="+919876543210"),
        lines=(Line(name="Book", unit_amount=49900, currency=rupee, quantity=Decimal(2)),),
        partial_payment=True,
        due_by=due_by,
    )
    change = draft(document, account=AccountId("acc_1"), id=InvoiceId("inv_1"), now=NOON)
    return change.unwrap().invoice


def issued(due_by: datetime | None = None) -> Invoice:
    """The same invoice, issued."""
    return issue(drafted(due_by), now=NOON, short_url="https://bill.example/i/x").unwrap().invoice
