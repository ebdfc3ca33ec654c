"""Page, PDF, e-mail, SMS and both APIs show one and the same amount."""

from __future__ import annotations

import re
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from babel.numbers import get_currency_symbol
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.documents.pictures import Printed
from billhook.application.hosted_invoice import HostedInvoice
from billhook.model.invoice import Invoice
from billhook.model.money import major
from billhook_adapters.documents.invoice_view import sheet
from billhook_adapters.documents.language import Language, language_of
from billhook_adapters.documents.pdf import Printer
from billhook_adapters.documents.templating import Templates
from billhook_adapters.http.highlevel.location import Location
from billhook_adapters.http.highlevel.serializers import entity as highlevel
from billhook_adapters.http.hosted_page.rendering import page
from billhook_adapters.http.native.serializers import InvoiceOut
from billhook_adapters.http.razorpay.serializers import entity as razorpay
from billhook_adapters.testing import a_line, a_message, an_invoice

pytestmark = pytest.mark.slow

PRINTER, TEMPLATES = Printer(), Templates()
LEAST, LARGEST = 1, 9_999_999_999

TAXES: list[dict[str, Any]] = [{"name": "GST", "rate": 18}, {"name": "CESS", "rate": "0.5"}]

lines = st.lists(
    st.builds(
        dict,
        unit_amount=st.integers(0, LARGEST)
        | st.decimals(0, LARGEST, places=12).map(lambda price: price.normalize()),
        quantity=st.decimals("0.001", "99.999", places=3),
        taxes=st.lists(st.sampled_from(TAXES), max_size=2, unique_by=lambda tax: tax["name"]),
        tax_inclusive=st.booleans(),
    ),
    min_size=1,
    max_size=4,
)  # fmt: skip
discounts = st.none() | st.builds(dict, percentage=st.sampled_from(["5", "12.5", "33.333"]))


def squeezed(text: str) -> str:
    """The text without white space and marks of direction: lines break where they like."""
    return re.sub(r"[\s\u200e\u200f\u061c\u2066-\u2069]", "", unescape(text))


def amounts(text: str, currency: str, language: Language) -> set[Decimal]:
    """Every amount of a text in a language, with the sign or the code of the currency."""
    symbols = language.locale.number_symbols["latn"]
    signs = f"{currency}|{re.escape(get_currency_symbol(currency, language.locale))}"
    number = "[0-9](?:[0-9.,\u202f]*[0-9])?"
    plain = re.sub("[\u200e\u200f\u2066-\u2069]", "", unescape(text))
    found = re.findall(rf"(?:{signs})\s?({number})|({number})\s(?:{signs})", plain)
    return {
        Decimal(
            one.replace(symbols["group"], "").replace("\u202f", "").replace(symbols["decimal"], ".")
        )
        for one in ("".join(parts) for parts in found)
    }


@settings(max_examples=60)
@given(
    currency=st.sampled_from(["INR", "EUR", "JPY", "KWD", "CLF"]),
    language=st.sampled_from(["en", "en-IN", "hi", "ar", "de", "fr", "es", "ta"]),
    billed=lines,
    discount=discounts,
)
def test_all_show_the_same_amount(
    currency: str, language: str, billed: list[dict[str, Any]], discount: Any
) -> None:
    items = [a_line(currency=currency, **one) for one in billed]
    customer = {"name": "Ravi", "email": "ravi@example.com", "language": language}
    # An invoice of amount zero cannot be issued.
    items.append(a_line(LEAST + 999, 1, currency=currency))
    invoice = an_invoice(currency=currency, lines=items, discount=discount, customer=customer)
    due = major(invoice.due, invoice.document.currency)
    hosted, reader = HostedInvoice(invoice, "Acme"), language_of(language)
    view = sheet(hosted)
    letter = TEMPLATES.letter(a_message(), invoice, "Acme")
    sms = TEMPLATES.sms(a_message(), invoice, "Acme")
    assert squeezed(reader.coded_amount(invoice.due, invoice.document.currency)) in squeezed(sms)
    for text in (letter.subject, letter.text, letter.html or ""):
        assert amounts(text, currency, reader) == {due}, text
    assert view.due == reader.amount(invoice.due, invoice.document.currency)
    shown = squeezed(page(view, "token").body.decode())
    printed = squeezed(Printed(PRINTER.printed(hosted)).text)
    figures = [view.due, *(one.amount for one in view.totals)]
    figures += [text for one in view.items for text in (one.price, one.amount)]
    for figure in figures:
        assert squeezed(figure) in shown
        # Readers of PDFs turn the order around of what stands from right to left.
        assert language == "ar" or squeezed(figure) in printed, (figure, printed)
    assert due == _shown_by_apis(invoice)
    assert adds_up([(one.kind, _minor(one.amount)) for one in view.totals])
    assert sum(_minor(one.amount) for one in view.items) == _minor(view.totals[0].amount)


def adds_up(column: list[tuple[str, int]]) -> bool:
    """Whether the parts of a total are printed as what adds up to it, and to what is due."""
    parts = [amount for kind, amount in column if kind == "part"]
    total, due = (
        next(amount for kind, amount in column if kind == one) for one in ("total", "due")
    )
    paid = sum(amount for kind, amount in column if kind == "paid")
    return (not parts or sum(parts) == total) and total + paid == due


def _minor(text: str) -> int:
    """An amount in the smallest units, as it is printed."""
    sign = -1 if re.search("[-\u2212]", text) else 1
    return sign * int(re.sub("[^0-9]", "", text))


def _shown_by_apis(invoice: Invoice) -> Decimal:
    currency = invoice.document.currency
    native = InvoiceOut.of(invoice).due
    vendor = razorpay(invoice, ())["amount_due"]
    assert native == vendor
    other = highlevel(invoice, Location("location"))["amountDue"]
    assert Decimal(repr(other)) == major(native, currency)
    return major(native, currency)
