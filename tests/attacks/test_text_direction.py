"""Text of a seller's or payer's never reorders what stands beside it: on page, PDF and in mails."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from pydantic import ValidationError

from adapters.documents.pictures import Printed
from billhook.application.hosted_invoice import HostedInvoice
from billhook.model.customer import Customer
from billhook.model.invoice import Status
from billhook_adapters.documents.invoice_view import sheet
from billhook_adapters.documents.pdf import Printer
from billhook_adapters.documents.templating import Templates
from billhook_adapters.documents.untrusted_text import isolated
from billhook_adapters.http.hosted_page.rendering import page
from billhook_adapters.testing import a_customer, a_line, a_message, an_invoice

CONTROLS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
OVERRIDE = "\u202e"
HEBREW = "\u05d0\u05d1\u05d2 7"
FSI, PDI = "\u2068", "\u2069"


@pytest.fixture(scope="module")
def printer() -> Printer:
    return Printer()


def hosted(mark: str = "", language: str | None = None) -> HostedInvoice:
    """An invoice with the mark in each of its texts."""

    def marked(text: str) -> str:
        return f"{text[:2]}{mark}{text[2:]}{mark}"

    line: Any = a_line(
        1000,
        3,
        name=marked("Book"),
        description=marked("Blue cover"),
        taxes=[{"name": marked("GST"), "rate": 18}],
    )
    invoice = an_invoice(
        Status.ISSUED,
        lines=[line],
        receipt=marked("R-17"),
        title=marked("Invoice"),
        description=marked("Spring"),
        terms=marked("In 30 days"),
        customer=a_customer(name=marked("Ravi"), language=language),
    )
    return HostedInvoice(invoice, marked("Acme Books"), [], None)


@pytest.mark.parametrize("language", [None, "ar"])
def test_direction_controls_change_no_pixel_of_the_pdf(
    printer: Printer, language: str | None
) -> None:
    plain, hostile = (
        Printed(printer.printed(hosted(mark, language))) for mark in ("", CONTROLS + OVERRIDE)
    )
    assert hostile.image.tobytes() == plain.image.tobytes()
    assert hostile.text == plain.text
    assert hostile.metadata["Title"] == plain.metadata["Title"]
    assert hostile.claims == plain.claims != set()


@pytest.mark.parametrize("language", [None, "ar"])
def test_direction_controls_change_no_byte_of_the_page(language: str | None) -> None:
    plain, hostile = (
        page(sheet(hosted(mark, language)), "token").body for mark in ("", CONTROLS + OVERRIDE)
    )
    assert hostile == plain


@pytest.mark.parametrize(
    "brk", ["\n", "\r\n", "\u2028", "\u2029", "\u0085", "\x0b", "\x1c", "\x07"]
)
def test_a_name_stays_on_its_line(printer: Printer, brk: str) -> None:
    with pytest.raises(ValidationError):  # it is refused where it enters
        an_invoice(Status.ISSUED, receipt=f"R-1{brk}INR 0.00 is due.")
    invoice = an_invoice(Status.ISSUED)
    pdf = Printed(printer.printed(HostedInvoice(invoice, f"Acme{brk}Books", [], None)))
    assert "\nAcme Books" in pdf.text.replace("\r", "")


def test_letters_written_from_the_right_leave_their_neighbours_in_order(printer: Printer) -> None:
    invoice = an_invoice(Status.ISSUED, receipt=HEBREW, title=HEBREW)
    shown = HostedInvoice(invoice, HEBREW, [], None)
    pdf = Printed(printer.printed(shown))
    assert "1 January 2026" in pdf.text  # the 1 would stand before the 7 otherwise
    assert sheet(shown).heading == f"{FSI}{HEBREW}{PDI} from {FSI}{HEBREW}{PDI}"


@pytest.mark.parametrize("language", [None, "ar"])
def test_a_mail_isolates_names_in_text_and_subject(language: str | None) -> None:
    invoice = an_invoice(Status.ISSUED, customer=a_customer(name=HEBREW, language=language))
    letter = Templates().letter(a_message(), invoice, f"{HEBREW}{OVERRIDE} Ltd")
    seller, payer = f"{FSI}{HEBREW} Ltd{PDI}", f"{FSI}{HEBREW}{PDI}"
    assert seller in letter.subject
    assert (seller in letter.text, payer in letter.text) == (True, True)
    assert letter.html is not None
    assert f"<bdi>{HEBREW} Ltd</bdi>" in letter.html
    assert f"<bdi>{HEBREW}</bdi>" in letter.html
    assert OVERRIDE not in letter.html


def test_a_name_cannot_end_its_own_isolate() -> None:
    for mark in CONTROLS:
        assert isolated(f"{HEBREW}{mark}{PDI}x") == f"{FSI}{HEBREW}x{PDI}"


def test_every_direction_control_of_unicode_is_known() -> None:
    explicit = {"LRE", "RLE", "PDF", "LRO", "RLO", "LRI", "RLI", "FSI", "PDI"}
    found = {
        chr(code) for code in range(0x110000) if unicodedata.bidirectional(chr(code)) in explicit
    }
    assert found <= set(CONTROLS)


def test_a_name_without_such_letters_is_as_it_was() -> None:
    customer: Customer = a_customer(name="Ravi")
    letter = Templates().letter(a_message(), an_invoice(Status.ISSUED, customer=customer), "Acme")
    assert letter.text.startswith("Hello Ravi,\n\nAcme has sent you an invoice for ₹998.00.")
