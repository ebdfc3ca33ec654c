"""An invoice in the terms of EN 16931, or all reasons why it cannot be."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from returns.result import Failure, Result, Success

from billhook.application.hosted_invoice import HostedInvoice
from billhook.model.customer import Customer
from billhook.model.document import Document
from billhook.model.invoice import Invoice
from billhook.model.line_items import Line, is_sac
from billhook.model.money import EXACT, Currency, major
from billhook.model.pricing import NetSum, net_prices, net_sums
from billhook_adapters.documents.untrusted_text import on_one_line
from billhook_adapters.einvoice.code_lists import has_currency
from billhook_adapters.einvoice.parties import buyer, seller
from billhook_adapters.einvoice.reasons import (
    MissingItemName,
    MissingNumber,
    MissingPaymentDate,
    NotIssued,
    NotLive,
    Reason,
    TaxTooFarRounded,
    UnsupportedCurrency,
)
from billhook_adapters.einvoice.semantic_model import (
    CategoryCode,
    EInvoice,
    Item,
    PaymentMeans,
    Totals,
    VatBreakdown,
    VatCategory,
)
from billhook_adapters.einvoice.vat import vat_categories
from billhook_adapters.einvoice.xml_text import xml_text
from billhook_adapters.system.time_zones import zone

_CENT = Decimal("0.01")
_PRICE_STEP = Decimal("0.000001")
_LEAST_RATE = Decimal("0.5")


def e_invoice(hosted: HostedInvoice) -> Result[EInvoice, tuple[Reason, ...]]:
    """The e-invoice of an invoice as its payer sees it, or every reason why it has none."""
    invoice, document = hosted.invoice, hosted.invoice.document
    customer = document.customer or Customer()
    reasons: list[Reason] = []
    if invoice.issued_at is None or invoice.cancelled_at is not None:
        reasons.append(NotIssued())
    if not document.live:
        reasons.append(NotLive())
    number = xml_text(invoice.shown_number)
    if number is None:
        reasons.append(MissingNumber())
    if not has_currency(document.currency):
        reasons.append(UnsupportedCurrency(document.currency))
    due, terms = _due(invoice), _terms(invoice)
    if invoice.due and due is None and terms is None:
        reasons.append(MissingPaymentDate())
    named = [xml_text(on_one_line(line.name)) for line in document.lines]
    if unnamed := tuple(position for position, name in enumerate(named) if name is None):
        reasons.append(MissingItemName(unnamed))
    vat, without_vat = vat_categories(document.lines, domestic=_is_domestic(hosted, customer))
    codes: set[CategoryCode] = {one.code for one in vat}
    sold, bought = seller(hosted.profile, hosted.seller, codes), buyer(customer, codes)
    reasons += [*sold.swap().value_or([]), *bought.swap().value_or([]), *without_vat]
    sums: dict[VatCategory, NetSum] = {}
    if not without_vat:  # else the taxes are not known yet
        sums = net_sums(document.lines, vat, document.rounding, document.discount)
    if any(_is_rounded_too_far(one.rate, sums[one], document.currency) for one in sums):
        reasons.append(TaxTooFarRounded())
    if reasons:
        return Failure(tuple(reasons))
    return Success(
        EInvoice(
            number=number or "",
            issued=_day(invoice, invoice.dated_at),
            currency=document.currency,
            seller=sold.unwrap(),
            buyer=bought.unwrap(),
            items=_items(document, [name or "" for name in named], vat),
            vat=[_breakdown(one, sums[one], document.currency) for one in sums],
            totals=_totals(invoice, sums.values()),
            due=due,
            terms=terms,
            note=xml_text(document.description),
            payment=_payment(hosted, number or ""),
        )
    )


def _is_domestic(hosted: HostedInvoice, customer: Customer) -> bool:
    ours, theirs = hosted.profile.address, customer.billing_address
    return ours is not None and theirs is not None and ours.country == theirs.country


def _is_rounded_too_far(rate: Decimal, sums: NetSum, currency: Currency) -> bool:
    """Whether the rules of EN 16931 would not accept the tax (BR-CO-17).

    They allow a difference below one unit of the currency, and no tax at a rate below 0.5 percent.
    """
    tax, taxable = major(sums.tax, currency), major(sums.price - sums.discount, currency)
    wanted = EXACT.multiply(taxable, rate).scaleb(-2).quantize(_CENT, ROUND_HALF_UP, EXACT)
    return abs(tax - wanted) >= 1 or (rate < _LEAST_RATE and tax >= _LEAST_RATE)


def _day(invoice: Invoice, moment: datetime) -> date:
    """The day of a time as its payer reads it, as on the page."""
    customer = invoice.document.customer
    return moment.astimezone(zone(None if customer is None else customer.time_zone)).date()


def _due(invoice: Invoice) -> date | None:
    """The day by which all is due: the last one of the instalments."""
    dates = invoice.due_dates
    return _day(invoice, dates[-1]) if dates else None


def _terms(invoice: Invoice) -> str | None:
    """The terms, and each instalment with its date."""
    currency = invoice.document.currency
    rows = [xml_text(invoice.document.terms) or ""]
    for number, one in enumerate(invoice.instalments, 1):
        day = "" if one.due_by is None else f"{_day(invoice, one.due_by)}: "
        rows.append(f"{number}. {day}{currency} {major(one.amount, currency):f}")
    return "\n".join(row for row in rows if row) or None


def _payment(hosted: HostedInvoice, number: str) -> PaymentMeans | None:
    """The bank account, or else how to pay in words."""
    given, text = hosted.payment_instructions, xml_text(hosted.profile.payment_text)
    if given is not None and given.iban is not None:
        sepa = hosted.invoice.document.currency == "EUR"
        return PaymentMeans("58" if sepa else "30", number, text, given.iban, given.bic)
    return None if text is None else PaymentMeans("1", number, text)


def _items(document: Document, names: Sequence[str], vat: Sequence[VatCategory]) -> list[Item]:
    rows = zip(document.lines, names, vat, net_prices(document.lines), strict=True)
    items: list[Item] = []
    for number, (line, name, category, amount) in enumerate(rows, 1):
        net = major(amount, document.currency)
        price, price_quantity = _price(line, net)
        items.append(
            Item(
                id=str(number),
                name=name,
                quantity=line.quantity,
                price=price,
                price_quantity=price_quantity,
                net=net,
                vat=category,
                description=xml_text(line.description),
                seller_id=line.item,
                classification=_classification(line),
            )
        )
    return items


def _price(line: Line, net: Decimal) -> tuple[Decimal, Decimal | None]:
    """The price without VAT, and the quantity that it is for; None is one.

    Where a price includes VAT, that of one may have no end of decimals: it is then given for the
    whole quantity, so that quantity times price is the amount of the line.
    """
    if not line.tax_inclusive:
        return major(line.unit_amount, line.currency), None
    each = EXACT.divide(net, line.quantity)
    rounded = each.quantize(_PRICE_STEP, context=EXACT)
    if rounded == each:
        return max(rounded.normalize(EXACT), rounded.quantize(_CENT), key=_decimals), None
    return net, line.quantity


def _classification(line: Line) -> tuple[str, str] | None:
    """The HSN code as one of the Harmonised System, a SAC as one that both parties know."""
    if line.hsn_sac is None:
        return None
    return ("ZZZ" if is_sac(line.hsn_sac) else "HS"), line.hsn_sac


def _breakdown(vat: VatCategory, sums: NetSum, currency: Currency) -> VatBreakdown:
    return VatBreakdown(
        vat,
        allowance=major(sums.discount, currency),
        taxable=major(sums.price - sums.discount, currency),
        tax=major(sums.tax, currency),
    )


def _totals(invoice: Invoice, sums: Collection[NetSum]) -> Totals:
    """The totals; what rounding adds to the sums is no part of the total with VAT."""
    lines, allowances = sum(one.price for one in sums), sum(one.discount for one in sums)
    tax = sum(one.tax for one in sums)
    gross = lines - allowances + tax
    amounts = (
        lines, allowances, lines - allowances, tax, gross,
        invoice.paid, invoice.amount - gross, invoice.due,
    )  # fmt: skip
    return Totals(*(major(amount, invoice.document.currency) for amount in amounts))


def _decimals(number: Decimal) -> int:
    return len(f"{number:f}".partition(".")[2])
