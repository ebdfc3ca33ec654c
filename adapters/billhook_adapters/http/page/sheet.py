"""What the page says: every figure and sentence as text, so that the template decides nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from billhook.desk.hosted import Hosted
from billhook.invoice import Invoice, Status
from billhook.lines import Line
from billhook.money import Currency
from billhook.pricing import priced
from billhook_adapters.wording import amount_text


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the invoice."""

    name: str
    description: str | None
    quantity: str
    price: str
    taxes: str
    amount: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """The page, in words."""

    seller: str
    title: str
    number: str | None
    payer: str | None
    dated: str
    standing: str
    tone: str
    """`due`, `done` or `over`: how the standing is set off. It never says anything by itself."""
    trial: bool
    rows: list[Row]
    sums: list[tuple[str, str]]
    payments: list[tuple[str, str, str]]
    description: str | None
    terms: str | None


def sheet(hosted: Hosted) -> Sheet:
    """The page of an invoice. It is not cancelled: nothing is shown of one that is."""
    invoice, currency = hosted.invoice, hosted.invoice.document.currency
    document = invoice.document
    tone, standing = _standing(invoice)
    prices = priced(document.lines, document.discount)
    return Sheet(
        seller=hosted.seller,
        title=document.title or "Invoice",
        number=document.receipt or invoice.number,
        payer=None if document.customer is None else document.customer.name,
        dated=_day(invoice.dated_at),
        standing=standing,
        tone=tone,
        trial=not document.live,
        rows=[
            _row(line, amount_text(price.price, currency), currency)
            for line, price in zip(document.lines, prices, strict=True)
        ],
        sums=_sums(invoice),
        payments=[
            (_day(one.at), one.payment.reference, amount_text(one.payment.amount, currency))
            for one in hosted.payments
        ],
        description=document.description,
        terms=document.terms,
    )


def _row(line: Line, amount: str, currency: Currency) -> Row:
    held = " included" if line.tax_inclusive else ""
    return Row(
        name=line.name,
        description=line.description,
        quantity=f"{line.quantity:f}",
        price=amount_text(line.unit_amount, currency),
        taxes=", ".join(f"{tax.name} {tax.rate:f} %{held}" for tax in line.taxes),
        amount=amount,
    )


def _sums(invoice: Invoice) -> list[tuple[str, str]]:
    subtotal, discount, tax, total = invoice.document.summary
    currency = invoice.document.currency
    sums = [("Total", total)]
    if discount or tax:
        parts = [("Subtotal", subtotal), ("Discount", -discount), ("Tax", tax)]
        sums = [*((name, amount) for name, amount in parts if amount), *sums]
    if invoice.paid:
        sums += [("Paid", invoice.paid), ("Due", invoice.due)]
    return [(name, amount_text(amount, currency)) for name, amount in sums]


def _standing(invoice: Invoice) -> tuple[str, str]:
    due = amount_text(invoice.due, invoice.document.currency)
    by = invoice.document.due_by
    until = "" if by is None else f" by {_day(by)}"
    match invoice.status:
        case Status.ISSUED | Status.DRAFT:  # a draft has no page
            return "due", f"{due} is due{until}."
        case Status.PARTIALLY_PAID:
            return "due", f"{due} is still due{until}."
        case Status.PAID:
            return "done", "This invoice is paid. Thank you."
        case Status.EXPIRED | Status.CANCELLED:  # what is cancelled is not shown at all
            return "over", "This invoice has expired and can no longer be paid."
        case _:
            assert_never(invoice.status)


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%B %Y}"
