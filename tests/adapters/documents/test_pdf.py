"""The PDF: what it says, the standards that it keeps, and that text is never a command."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.documents.pictures import Printed, codes_in
from billhook.application.hosted_invoice import HostedInvoice
from billhook.application.records import RecordedPayment
from billhook.model.base import AccountId
from billhook.model.invoice import InvoiceId, Status
from billhook.model.payment_instructions import PaymentInstructions
from billhook_adapters.documents.pdf import Printer
from billhook_adapters.testing import NOON, a_customer, a_line, a_payment, an_invoice

KEPT = {"pdfaid:part 3", "pdfaid:conformance A", "pdfuaid:part 1"}
PAID = RecordedPayment(AccountId("acc_1"), InvoiceId("inv_1"), a_payment(), NOON, answer=3)


@pytest.fixture(scope="module")
def printer() -> Printer:
    return Printer()


def printed(printer: Printer, status: Status = Status.ISSUED, **document: Any) -> Printed:
    """The PDF of an invoice."""
    invoice = an_invoice(status, **document)
    return Printed(
        printer.printed(
            HostedInvoice(invoice, "Acme Books", [PAID], PaymentInstructions(upi="a1@okbank"))
        )
    )


def test_it_says_what_the_page_says_and_keeps_the_standards(printer: Printer) -> None:
    lines = [a_line(1000, 3, taxes=[{"name": "GST", "rate": 18}], description="Blue")]
    pdf = printed(printer, lines=lines, terms="In 30 days", receipt="R-7", description="Spring")
    for said in (
        "Acme Books", "Bill to", "R-7", "Spring", "Book", "Blue", "GST 18%", "₹30.00",
        "₹35.40", "Amount due", "Subtotal", "In 30 days", "pay_1", "https://bill.example/i/inv_1",
    ):  # fmt: skip
        assert said in pdf.text
    assert pdf.claims == KEPT
    assert pdf.metadata["Title"] == "Invoice from Acme Books"
    assert b"/StructTreeRoot" in pdf.body


def test_its_code_is_the_pages(printer: Printer) -> None:
    (code,) = codes_in(printed(printer).image)
    assert "am=998.00" in code


@pytest.mark.parametrize(
    ("language", "currency", "said"),
    [("hi", "INR", "₹12,34,567.89"), ("ar-EG", "KWD", "")],
)
def test_hindi_and_arabic_have_their_own_letters_and_digits(
    printer: Printer, language: str, currency: str, said: str
) -> None:
    lines = [a_line(123456789, 1, currency=currency, name="किताब كتاب")]
    customer = a_customer(language=language)
    pdf = printed(printer, lines=lines, currency=currency, customer=customer)
    assert pdf.claims == KEPT  # which it may claim only where a font has every character
    if language == "hi":
        assert said in pdf.text
    assert b"NotoSansDevanagari" in pdf.body
    assert b"NotoSansArabic" in pdf.body


@pytest.mark.parametrize(
    "text", ["#panic()", "$x$ *b* _i_ `c` [x] @ref <l> \\ //", '#read("/etc/passwd")', "= H\n- l"]
)
def test_what_strangers_wrote_is_only_text(printer: Printer, text: str) -> None:
    first, *_ = text.splitlines()
    pdf = printed(printer, customer=a_customer(name=first), terms=text, title=first)
    assert pdf.text.count(first) >= 2
    assert "root:" not in pdf.text


def test_the_same_invoice_is_the_same_to_the_byte(printer: Printer) -> None:
    assert printed(printer).body == printed(printer).body
