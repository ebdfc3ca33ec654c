"""Page, PDF, e-mail, SMS and both APIs show one and the same amount."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.documents.pictures import Printed
from billhook.application.hosted_invoice import HostedInvoice
from billhook.model.invoice import Invoice
from billhook.model.money import major
from billhook_adapters.documents.codes import codes
from billhook_adapters.documents.invoice_view import sheet
from billhook_adapters.documents.language import language_of
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
AMOUNT = re.compile(r"\b(INR|JPY|KWD|CLF) (-?[0-9][0-9,.]*[0-9]|[0-9])")
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


def amounts(text: str) -> set[Decimal]:
    """Every amount of a text, as a number."""
    return {Decimal(number.replace(",", "")) for _, number in AMOUNT.findall(text)}


@settings(max_examples=60)
@given(
    currency=st.sampled_from(["INR", "JPY", "KWD", "CLF"]),
    language=st.sampled_from(["en", "en-IN", "hi", "ar"]),
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
    hosted = HostedInvoice(invoice, "Acme")
    shown = page(sheet(hosted), "token", codes(hosted, language_of(language))).body.decode()
    letter = TEMPLATES.letter(a_message(), invoice, "Acme")
    assert amounts(TEMPLATES.sms(a_message(), invoice, "Acme")) == {due}
    assert amounts(letter.subject) == amounts(letter.text) == amounts(letter.html or "") == {due}
    assert due in amounts(shown)
    printed = " ".join(Printed(PRINTER.printed(hosted)).text.split())
    if language == "ar":  # readers of PDFs turn the order around of what stands from right to left
        assert f"{major(invoice.due, invoice.document.currency):,f}" in printed
    else:
        assert amounts(printed) == amounts(shown), printed
    assert due == _shown_by_apis(invoice)


def _shown_by_apis(invoice: Invoice) -> Decimal:
    currency = invoice.document.currency
    native = InvoiceOut.of(invoice).due
    vendor = razorpay(invoice, ())["amount_due"]
    assert native == vendor
    other = highlevel(invoice, Location("location"))["amountDue"]
    assert Decimal(repr(other)) == major(native, currency)
    return major(native, currency)
