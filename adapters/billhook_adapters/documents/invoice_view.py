"""The content of page and PDF, every amount and sentence as text: templates decide nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, assert_never

from billhook.application.hosted_invoice import HostedInvoice
from billhook.model.document import Document
from billhook.model.gst import gst_parts, place_of_supply
from billhook.model.instalments import InstalmentState
from billhook.model.invoice import Invoice, Status
from billhook.model.line_items import Line
from billhook.model.pricing import TaxSum, priced, tax_sums
from billhook.model.tax_ids import TaxId, TaxIdKind
from billhook_adapters.documents.how_to_pay import HowToPay, how_to_pay
from billhook_adapters.documents.language import SOURCE, Language, read_by
from billhook_adapters.documents.parties import Entry, Party, buyer_of, seller_of
from billhook_adapters.documents.untrusted_text import label, without_direction_controls

Tone = Literal["due", "late", "done", "over"]
"""How a status is highlighted; the text alone says it too."""


_TAXES = {TaxIdKind.GSTIN: "gst", TaxIdKind.VAT: "vat"}
"""The taxes that sellers with such a tax id are registered for."""


@dataclass(frozen=True, slots=True)
class Item:
    """One item of the invoice; `hsn_sac` and `taxes` are empty where it has none."""

    name: str
    description: str | None
    hsn_sac: str
    quantity: str
    price: str
    taxes: str
    amount: str


@dataclass(frozen=True, slots=True)
class Sum:
    """A line below the items. Those of the kind `part` add up to the one of the kind `total`."""

    name: str
    amount: str
    kind: Literal["part", "total", "included", "paid", "due"]


@dataclass(frozen=True, slots=True)
class InstalmentText:
    """One instalment: its number, date and amount, what is due of it, and its status."""

    number: str
    day: str
    amount: str
    due: str
    status: str
    tone: Tone


@dataclass(frozen=True, slots=True)
class PaymentText:
    """One payment received."""

    day: str
    reference: str
    amount: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """The invoice as texts in the payer's language.

    No text of the seller's or the payer's sets the direction of others; names are on one line.
    """

    language: Language
    heading: str
    """The title and the seller, each isolated: it is text alone, without elements."""
    title: str
    """The seller's own, else such as Invoice, Tax invoice or Receipt."""
    number: str | None
    details: Sequence[Entry]
    """The number and the dates, with their names."""
    seller: Party
    buyer: Party | None
    status: str
    """In a word or two, such as Paid."""
    status_text: str
    """In a sentence, with the amount and the date."""
    tone: Tone
    due: str | None
    """The amount that is requested; None where nothing can be paid."""
    due_name: str
    """What that amount is: all that is due, or what is to be paid first."""
    due_by: str | None
    """By when it is due, in a few words."""
    test: bool
    items: Sequence[Item]
    has_hsn_sac: bool
    """Whether any item has an HSN or SAC code: then there is a column for it."""
    has_taxes: bool
    """The same for taxes."""
    tax_name: str
    """The heading of that column: the tax that the seller is registered for."""
    totals: Sequence[Sum]
    instalments: Sequence[InstalmentText]
    payments: Sequence[PaymentText]
    how_to_pay: HowToPay | None
    description: str | None
    comment: str | None
    terms: str | None
    footer: str | None
    """What the seller writes at the end of every invoice."""


def sheet(hosted: HostedInvoice, default: str = SOURCE) -> Sheet:
    """The content for an invoice that is not cancelled: cancelled ones are not shown."""
    invoice, document = hosted.invoice, hosted.invoice.document
    language, currency = read_by(document, default), document.currency
    tone, status, status_text = _status(hosted, language)
    seller, title = seller_of(hosted, language), _title(hosted, language)
    can_be_paid = tone in ("due", "late")
    whole = hosted.requested == invoice.due
    return Sheet(
        language=language,
        heading=language.say(
            "from", title=language.isolated(title), seller=language.isolated(seller.name or "")
        ),
        title=title,
        number=_optional(label, invoice.shown_number),
        details=tuple(_details(hosted, language)),
        seller=seller,
        buyer=None if document.customer is None else buyer_of(document.customer, language),
        status=status,
        status_text=status_text,
        tone=tone,
        due=language.amount(hosted.requested, currency) if can_be_paid else None,
        due_name=language.phrases["due" if whole else "due_first"],
        due_by=_due_by(invoice, language) if can_be_paid else None,
        test=not document.live,
        items=_items(hosted, language),
        has_hsn_sac=any(line.hsn_sac for line in document.lines),
        has_taxes=any(line.taxes for line in document.lines),
        tax_name=language.phrases[_tax_phrase(hosted)],
        totals=tuple(_totals(hosted, language, can_be_paid=can_be_paid)),
        instalments=[
            _instalment(number, one, hosted, language)
            for number, one in enumerate(invoice.instalments, 1)
        ],
        payments=[
            PaymentText(
                language.day(one.at),
                label(one.payment.reference),
                language.amount(one.payment.amount, currency),
            )
            for one in hosted.payments
        ],
        how_to_pay=how_to_pay(hosted, language),
        description=_optional(without_direction_controls, document.description),
        comment=_optional(without_direction_controls, document.comment),
        terms=_optional(without_direction_controls, document.terms),
        footer=_optional(without_direction_controls, hosted.profile.footer),
    )


def _optional(clean: Callable[[str], str], text: str | None) -> str | None:
    return None if text is None else clean(text) or None


def _title(hosted: HostedInvoice, language: Language) -> str:
    """The seller's own title wins; a receipt is for money that came."""
    document = hosted.invoice.document
    if document.title and (own := label(document.title)):
        return own
    if hosted.invoice.paid_at is not None:
        return language.phrases["receipt"]
    return language.phrases["tax_invoice" if _is_tax_invoice(hosted) else "invoice"]


def _tax_phrase(hosted: HostedInvoice) -> str:
    kinds = {one.kind for one in hosted.profile.tax_ids}
    return next((f"tax_{name}" for kind, name in _TAXES.items() if kind in kinds), "tax")


def _is_tax_invoice(hosted: HostedInvoice) -> bool:
    """Whether its seller is registered for the taxes that it charges."""
    taxed = any(tax.rate for line in hosted.invoice.document.lines for tax in line.taxes)
    return taxed and any(one.kind in _TAXES for one in hosted.profile.tax_ids)


def _details(hosted: HostedInvoice, language: Language) -> Iterator[Entry]:
    invoice, words = hosted.invoice, language.phrases
    if number := label(invoice.shown_number or ""):
        yield Entry(words["tax_number" if _is_tax_invoice(hosted) else "number"], number)
    yield Entry(words["issued"], language.day(invoice.dated_at))
    if invoice.paid_at is not None:
        yield Entry(words["paid_on"], language.day(invoice.paid_at))
    elif invoice.due_dates:
        yield Entry(words["due_date"], language.day(invoice.due_dates[0]))
    place = place_of_supply(hosted.profile.tax_ids, _buyer_tax_ids(hosted))
    if place is not None:
        yield Entry(words["place_of_supply"], place)


def _items(hosted: HostedInvoice, language: Language) -> list[Item]:
    document = hosted.invoice.document
    return [
        _item(line, language.amount(price.price, document.currency), hosted, language)
        for line, price in zip(
            document.lines, priced(document.lines, document.discount), strict=True
        )
    ]


def _item(line: Line, amount: str, hosted: HostedInvoice, language: Language) -> Item:
    taxes = [TaxSum(tax.name, tax.rate, line.tax_inclusive, 0) for tax in line.taxes]
    return Item(
        name=label(line.name),
        description=_optional(without_direction_controls, line.description),
        hsn_sac=line.hsn_sac or "",
        quantity=language.number(line.quantity),
        price=language.amount(line.unit_amount, line.currency),
        taxes=", ".join(_tax(tax, language) for tax in _parts(taxes, hosted)),
        amount=amount,
    )


def _totals(hosted: HostedInvoice, language: Language, *, can_be_paid: bool) -> Iterator[Sum]:
    """What stands below the items: what is above the total adds up to it.

    Taxes that the prices include are named as such below the total.
    """
    invoice, document, words = hosted.invoice, hosted.invoice.document, language.phrases

    def text(
        name: str, amount: int, kind: Literal["part", "total", "included", "paid", "due"]
    ) -> Sum:
        return Sum(name, language.amount(amount, document.currency), kind)

    discount, total = document.summary.discount, document.summary.total
    subtotal = sum(row.price for row in priced(document.lines, document.discount))
    taxes = _parts(tax_sums(document.lines, document.rounding, document.discount), hosted)
    added = [tax for tax in taxes if not tax.included]
    rounding = total - (subtotal - discount + sum(tax.amount for tax in added))
    if discount or added or rounding:
        yield text(words["subtotal"], subtotal, "part")
        if discount:
            yield text(_discount(document, language), -discount, "part")
        for tax in added:
            yield text(_tax(tax, language), tax.amount, "part")
        if rounding:
            yield text(words["rounding"], rounding, "part")
    yield text(words["total"], total, "total")
    for tax in taxes:
        if tax.included:
            yield text(_tax(tax, language), tax.amount, "included")
    if invoice.paid:
        yield text(words["paid"], -invoice.paid, "paid")
    if invoice.paid or can_be_paid:
        yield text(words["due"], invoice.due, "due")


def _instalment(
    number: int, one: InstalmentState, hosted: HostedInvoice, language: Language
) -> InstalmentText:
    words, currency = language.phrases, hosted.invoice.document.currency
    late = one.due_by is not None and hosted.at is not None and one.due_by < hosted.at
    tone: Tone = "late" if late else "due"
    status = "status_late" if late else "status_part" if one.paid else "status_due"
    if not one.due:
        tone, status = "done", "status_paid"
    return InstalmentText(
        number=language.number(Decimal(number)),
        day="" if one.due_by is None else language.day(one.due_by),
        amount=language.amount(one.amount, currency),
        due=language.amount(one.due, currency),
        status=words[status],
        tone=tone,
    )


def _discount(document: Document, language: Language) -> str:
    word, discount = language.phrases["discount"], document.discount
    if discount is None or discount.percentage is None:
        return word
    return f"{word} {language.percentage(discount.percentage)}"


def _parts(taxes: Sequence[TaxSum], hosted: HostedInvoice) -> list[TaxSum]:
    """The taxes as an invoice names them: GST by its parts."""
    return gst_parts(taxes, hosted.profile.tax_ids, _buyer_tax_ids(hosted))


def _buyer_tax_ids(hosted: HostedInvoice) -> Sequence[TaxId]:
    customer = hosted.invoice.document.customer
    return () if customer is None else customer.tax_ids


def _tax(tax: TaxSum, language: Language) -> str:
    """The name of a tax with its rate, and whether the prices include it."""
    text = f"{language.isolated(label(tax.name))} {language.percentage(tax.rate)}"
    return language.say("included", tax=text) if tax.included else text


def _due_by(invoice: Invoice, language: Language) -> str | None:
    due_by = next(iter(invoice.due_dates), None)
    return None if due_by is None else language.say("due_by", day=language.day(due_by))


def _status(hosted: HostedInvoice, language: Language) -> tuple[Tone, str, str]:
    invoice, words = hosted.invoice, language.phrases
    amount = language.amount(hosted.requested, invoice.document.currency)
    due_by = next(iter(invoice.due_dates), None)
    late = due_by is not None and hosted.at is not None and due_by < hosted.at
    tone: Tone = "late" if late else "due"
    until, day = ("", "") if due_by is None else ("_by", language.day(due_by))
    match invoice.status:
        case Status.ISSUED | Status.DRAFT:  # a draft has no page
            status = words["status_late" if late else "status_due"]
            return tone, status, language.say(f"is_due{until}", amount=amount, day=day)
        case Status.PARTIALLY_PAID:
            status = words["status_late" if late else "status_part"]
            return tone, status, language.say(f"is_still_due{until}", amount=amount, day=day)
        case Status.PAID:
            return "done", words["status_paid"], language.say("is_paid")
        case Status.EXPIRED | Status.CANCELLED:  # cancelled invoices are not shown
            return "over", words["status_expired"], language.say("is_expired")
        case _:
            assert_never(invoice.status)
