"""Builders: a valid value in one call, showing only what matters to the test at hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from billhook.account import AccountId
from billhook.change import Change
from billhook.invoice import Document, Invoice, InvoiceId, Status
from billhook.lines import Line
from billhook.money import Currency
from billhook.operations.cancel import cancel
from billhook.operations.draft import draft
from billhook.operations.expire import expire
from billhook.operations.issue import issue
from billhook.operations.pay import pay
from billhook.party import Customer
from billhook.payment import Payment, Reference

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
"""When the builders' invoices are made."""

TOMORROW = NOON + timedelta(days=1)
"""When an invoice built as expired ran out."""

INR = Currency("INR")


def a_customer(**fields: Any) -> Customer:
    """Ravi, with an e-mail address and a phone number.

    >>> a_customer(contact=None).email
    'ravi@example.com'
    """
    known = {"name": "Ravi", "email": "ravi@example.com", "contact": "+919876543210"}
    return Customer.model_validate({**known, **fields})


def a_line(unit_amount: int = 49900, quantity: Decimal | int = 2, **fields: Any) -> Line:
    """Two books at 499.00 rupees.

    >>> a_line().total
    99800
    """
    given = {"name": "Book", "unit_amount": unit_amount, "currency": INR, "quantity": quantity}
    return Line.model_validate({**given, **fields})


def a_document(**fields: Any) -> Document:
    """A document over 998.00 rupees for Ravi, who may pay in parts.

    >>> a_document().total
    99800
    """
    given = {
        "currency": INR,
        "customer": a_customer(),
        "lines": (a_line(),),
        "partial_payment": True,
    }
    return Document.model_validate({**given, **fields})


def a_payment(amount: int = 100, reference: str = "pay_1", currency: str = "INR") -> Payment:
    """One rupee under the reference pay_1, unless you say otherwise.

    >>> a_payment(500).amount
    500
    """
    return Payment(reference=Reference(reference), amount=amount, currency=Currency(currency))


def an_invoice(
    status: Status = Status.ISSUED,
    *,
    account: str = "acc_1",
    id: str = "inv_1",
    **document: Any,
) -> Invoice:
    """An invoice in this status, led there by the domain's own verbs; fields go to its document.

    >>> an_invoice(Status.PAID).due
    0
    """
    if status is Status.EXPIRED:
        document.setdefault("expire_by", TOMORROW)
    drafted = _after(
        draft(a_document(**document), account=AccountId(account), id=InvoiceId(id), now=NOON)
    )
    if status is Status.DRAFT:
        return drafted
    issued = _after(issue(drafted, now=NOON, short_url=f"https://bill.example/i/{id}"))
    match status:
        case Status.ISSUED:
            return issued
        case Status.PARTIALLY_PAID:
            return _after(pay(issued, a_payment(1), now=NOON))
        case Status.PAID:
            return _after(pay(issued, a_payment(issued.due), now=NOON))
        case Status.EXPIRED:
            return _after(expire(issued, now=as_of_expiry(issued)))
        case Status.CANCELLED:
            return _after(cancel(issued, now=NOON))


def as_of_expiry(invoice: Invoice) -> datetime:
    """The instant at which an invoice runs out; TOMORROW where it never does."""
    return invoice.document.expire_by or TOMORROW


def _after(result: Any) -> Invoice:
    change: Change = result.unwrap()
    return change.invoice
