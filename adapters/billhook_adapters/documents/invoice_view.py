"""The content of page and PDF, every amount and sentence as text: templates decide nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import assert_never

from billhook.application.hosted_invoice import HostedInvoice
from billhook.model.document import Document
from billhook.model.invoice import Invoice, Status
from billhook.model.line_items import Line
from billhook.model.pricing import Priced, priced, tax_sums
from billhook_adapters.documents.language import SOURCE, Language, read_by
from billhook_adapters.documents.untrusted_text import (
    isolated,
    on_one_line,
    without_direction_controls,
)


@dataclass(frozen=True, slots=True)
class Row:
    """One item of the invoice."""

    name: str
    description: str | None
    quantity: str
    price: str
    taxes: str
    amount: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """The invoice as texts in the payer's language.

    No text of the seller's or the payer's sets the direction of others; names are on one line.
    """

    language: Language
    heading: str
    """The title and the seller, each isolated: it is text alone, without elements."""
    seller: str
    title: str
    number: str | None
    payer: str | None
    dated: str
    status_text: str
    tone: str
    """`due`, `done` or `over`: how the status is highlighted; the text alone says it too."""
    due: str | None
    """The amount that is requested; None where nothing can be paid."""
    test: bool
    items: list[Row]
    totals: list[tuple[str, str]]
    instalments: list[tuple[str, str, str, str]]
    """Of each one its number, its date, its amount, and what is due of it."""
    payments: list[tuple[str, str, str]]
    description: str | None
    terms: str | None


def sheet(hosted: HostedInvoice, default: str = SOURCE) -> Sheet:
    """The content for an invoice that is not cancelled: cancelled ones are not shown."""
    invoice, document = hosted.invoice, hosted.invoice.document
    language, currency = read_by(document, default), document.currency
    tone, status_text = _status_text(hosted, language)
    prices = priced(document.lines, document.discount)
    seller = _label(hosted.seller)
    title = _label(document.title or language.phrases["invoice"])
    rtl = language.direction == "rtl"
    return Sheet(
        language=language,
        heading=language.say(
            "from", title=isolated(title, rtl=rtl), seller=isolated(seller, rtl=rtl)
        ),
        seller=seller,
        title=title,
        number=_optional(_label, invoice.shown_number),
        payer=_optional(_label, None if document.customer is None else document.customer.name),
        dated=language.day(invoice.dated_at),
        status_text=status_text,
        tone=tone,
        due=language.amount(hosted.requested, currency) if tone == "due" else None,
        test=not document.live,
        items=[
            _row(line, language.amount(price.price, currency), language)
            for line, price in zip(document.lines, prices, strict=True)
        ],
        totals=_totals(invoice, prices, language),
        instalments=_instalments(invoice, language),
        payments=[
            (
                language.day(one.at),
                _label(one.payment.reference),
                language.amount(one.payment.amount, currency),
            )
            for one in hosted.payments
        ],
        description=_optional(without_direction_controls, document.description),
        terms=_optional(without_direction_controls, document.terms),
    )


def _label(text: str) -> str:
    return on_one_line(without_direction_controls(text))


def _optional(clean: Callable[[str], str], text: str | None) -> str | None:
    return None if text is None else clean(text) or None


def _row(line: Line, amount: str, language: Language) -> Row:
    taxes = [_tax(tax.name, tax.rate, language, included=line.tax_inclusive) for tax in line.taxes]
    return Row(
        name=_label(line.name),
        description=_optional(without_direction_controls, line.description),
        quantity=f"{line.quantity:f}",
        price=language.amount(line.unit_amount, line.currency),
        taxes=", ".join(taxes),
        amount=amount,
    )


def _totals(invoice: Invoice, rows: Sequence[Priced], language: Language) -> list[tuple[str, str]]:
    """What stands below the items: what is above the total adds up to it.

    Taxes that the prices include are named as such below the total.
    """
    document, words = invoice.document, language.phrases
    discount, total = document.summary.discount, document.summary.total
    subtotal = sum(row.price for row in rows)
    taxes = tax_sums(document.lines, document.rounding, document.discount)
    added = [(_tax(tax.name, tax.rate, language), tax.amount) for tax in taxes if not tax.included]
    rounding = total - (subtotal - discount + sum(amount for _, amount in added))
    totals = [(words["total"], total)]
    if discount or added or rounding:
        above = [(words["subtotal"], subtotal)]
        if discount:
            above.append((_discount(document, language), -discount))
        above += added
        if rounding:
            above.append((words["rounding"], rounding))
        totals = [*above, *totals]
    totals += [
        (_tax(tax.name, tax.rate, language, included=True), tax.amount)
        for tax in taxes
        if tax.included
    ]
    if invoice.paid:
        totals += [(words["paid"], invoice.paid), (words["due"], invoice.due)]
    return [(name, language.amount(amount, document.currency)) for name, amount in totals]


def _instalments(invoice: Invoice, language: Language) -> list[tuple[str, str, str, str]]:
    currency = invoice.document.currency
    rows: list[tuple[str, str, str, str]] = []
    for number, one in enumerate(invoice.instalments, 1):
        due = language.amount(one.due, currency) if one.due else language.phrases["paid"]
        day = "" if one.due_by is None else language.day(one.due_by)
        rows.append((str(number), day, language.amount(one.amount, currency), due))
    return rows


def _discount(document: Document, language: Language) -> str:
    word, discount = language.phrases["discount"], document.discount
    if discount is None or discount.percentage is None:
        return word
    return f"{word} {discount.percentage:f} %"


def _tax(name: str, rate: Decimal, language: Language, *, included: bool = False) -> str:
    """The name of a tax with its rate, and whether the prices include it."""
    text = f"{isolated(_label(name), rtl=language.direction == 'rtl')} {rate:f} %"
    return language.say("included", tax=text) if included else text


def _status_text(hosted: HostedInvoice, language: Language) -> tuple[str, str]:
    invoice = hosted.invoice
    amount = language.amount(hosted.requested, invoice.document.currency)
    due_by = next(iter(invoice.due_dates), None)
    until, day = ("", "") if due_by is None else ("_by", language.day(due_by))
    match invoice.status:
        case Status.ISSUED | Status.DRAFT:  # a draft has no page
            return "due", language.say(f"is_due{until}", amount=amount, day=day)
        case Status.PARTIALLY_PAID:
            return "due", language.say(f"is_still_due{until}", amount=amount, day=day)
        case Status.PAID:
            return "done", language.say("is_paid")
        case Status.EXPIRED | Status.CANCELLED:  # cancelled invoices are not shown
            return "over", language.say("is_expired")
        case _:
            assert_never(invoice.status)
