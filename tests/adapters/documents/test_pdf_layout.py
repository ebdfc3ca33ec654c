"""The PDF as a document: pages, rows, columns and hostile words, measured by another reader."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from io import BytesIO
from itertools import pairwise
from typing import Any

import pytest
from PIL import Image

from adapters.documents.pictures import Printed
from billhook.application.hosted_invoice import HostedInvoice
from billhook.model.customer import PostalAddress
from billhook.model.invoice import Status
from billhook.model.logo import PNG_SIGNATURE, Logo, LogoFormat
from billhook.model.payment_instructions import PaymentInstructions
from billhook.model.seller_profile import SellerProfile
from billhook_adapters.documents.pdf import Printer
from billhook_adapters.testing import a_customer, a_line, an_invoice

CHECKSUM = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
MARGIN = 18 / 25.4 * 72


def pixel() -> bytes:
    """The smallest PNG."""
    file = BytesIO()
    Image.new("RGBA", (1, 1)).save(file, "PNG")
    return file.getvalue()


@pytest.fixture(scope="module")
def printer() -> Printer:
    return Printer()


def printed(
    printer: Printer,
    lines: Sequence[Any] = (),
    logo: Logo | None = None,
    profile: SellerProfile | None = None,
    **document: Any,
) -> Printed:
    """The PDF of an invoice of these items."""
    fields = {"lines": lines or [a_line(49900, 2)], "receipt": "INV-7", **document}
    return Printed(
        printer.printed(
            HostedInvoice(
                an_invoice(Status.ISSUED, **fields),
                "Acme Books",
                payment_instructions=PaymentInstructions(upi="acme@okbank"),
                profile=profile or SellerProfile(),
                logo=logo,
            )
        )
    )


def many(count: int) -> list[Any]:
    """Items of two lines each; no two have the same amount."""
    return [
        a_line(100 + number, 1, name=f"Item-{number:03}.", description="Blue cover, ruled")
        for number in range(count)
    ]


def test_every_page_has_its_number_the_invoices_and_the_seller(printer: Printer) -> None:
    pages = printed(printer, many(45)).pages
    assert len(pages) == 3
    for number, page in enumerate(pages, 1):
        assert "Acme Books · INV-7" in page
        assert f"{number} / 3" in page


def test_page_numbers_have_the_digits_of_the_language(printer: Printer) -> None:
    (page,) = printed(printer, customer=a_customer(language="ar-EG")).pages
    assert "\u0661 / \u0661" in page  # Arabic digits


def test_the_head_repeats_and_no_row_is_broken(printer: Printer) -> None:
    pages = printed(printer, many(45)).pages
    assert "Item-000." in pages[0]
    for page in pages:
        assert page.count("Unit price") == 1
    for number in range(45):
        (page,) = (one for one in pages if f"Item-{number:03}." in one)
        assert f"{100 + number}" in page.replace(".", "")


def test_no_row_is_broken_whatever_it_begins_with(printer: Printer) -> None:
    text = "\n".join(f"Part {number} of a row" for number in range(8))
    for first in range(3):
        lines = [a_line(100, 1, description="\n".join("x" * first))]
        lines += [a_line(100, 1, name="Item", description=text) for _ in range(12)]
        pages = printed(printer, lines).pages
        for page in pages:
            assert page.count("Part 0") == page.count("Part 7")


def test_a_row_that_is_longer_than_a_page_goes_on_below_the_head(printer: Printer) -> None:
    text = "\n".join(f"Part-{number:03}" for number in range(120))
    pdf = printed(printer, [a_line(100, 1, description=text), a_line(200, 1, name="Last")])
    assert [page.count("Unit price") for page in pdf.pages] == [1, 1, 1]
    assert all(f"Part-{number:03}" in pdf.text for number in range(120))
    assert_laid_out(pdf)


WORDS = {
    "a checksum": CHECKSUM,
    "two of them": CHECKSUM * 2,
    "wide letters": "W" * 100,
    "an address": "https://acme.example/" + "a-long-path/" * 12,
    "an e-mail address": f"{'very.long.' * 8}name@{'sub.' * 20}example.com",
    "Chinese": "山田" * 60,
    "Thai": "ภาษาไทย" * 20,
    "Tamil": "க" * 90,
    "German": "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz" * 2,
}


@pytest.mark.parametrize("word", WORDS)
def test_a_long_word_stays_in_its_column(printer: Printer, word: str) -> None:
    text = WORDS[word]
    tax = {"name": text[:60], "rate": 18}
    pdf = printed(
        printer,
        [a_line(999_999_999_999, 1, name=text, description=text, taxes=[tax])],
        customer=a_customer(name=text),
        receipt=text[:40],
        title=text,
        terms=text * 3,
        description=text,
        profile=SellerProfile(legal_name=text, footer=text),
    )
    assert_laid_out(pdf)
    assert pdf.claims


def test_a_broken_word_is_one_word_for_who_copies_it(printer: Printer) -> None:
    pdf = printed(printer, [a_line(100, 1, name=CHECKSUM)])
    assert CHECKSUM in "".join(pdf.text.split())


def test_words_that_fit_are_not_broken(printer: Printer) -> None:
    names = ["Umsatzsteuer-Identifikationsnummer", "internationalization", "billing@acme.example"]
    pdf = printed(printer, [a_line(100, 1, name=name) for name in names])
    assert all(name in pdf.text for name in names)


def test_amounts_stand_one_below_the_other(printer: Printer) -> None:
    amounts = (4, 1234, 9_876_544, 123_456_789_014)
    pdf = printed(printer, [a_line(amount, 1, name="Book") for amount in amounts])
    ends = {end for text in ("₹0.04", "₹12.34", "₹98,765.44", "₹1,234,567,890.14")
            for end in pdf.ends_of(text)}  # fmt: skip
    assert len(ends) == 2  # of the unit price, and of the amount


@pytest.mark.parametrize(
    ("country", "width"), [("US", 612), ("CA", 612), ("IN", 595), ("DE", 595), (None, 595)]
)
def test_the_paper_is_that_of_the_sellers_country(
    printer: Printer, country: str | None, width: int
) -> None:
    pdf = printed(printer, profile=SellerProfile(address=PostalAddress(country=country)))
    assert round(pdf.size[0]) == width


def test_a_logo_stands_in_place_of_the_name(printer: Printer) -> None:
    svg = (
        b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="M0 0h9v9z"/></svg>'
    )
    plain = printed(printer)
    drawn = printed(printer, logo=Logo(format=LogoFormat.SVG, data=svg))
    dot = printed(printer, logo=Logo(format=LogoFormat.PNG, data=pixel()))
    assert drawn.text.count("Acme Books") == dot.text.count("Acme Books")
    assert drawn.text.count("Acme Books") == plain.text.count("Acme Books") - 1
    assert drawn.claims
    assert dot.claims


@pytest.mark.parametrize(
    "logo",
    [
        Logo(format=LogoFormat.PNG, data=PNG_SIGNATURE + b"not a picture"),
        Logo(format=LogoFormat.PNG, data=pixel()[:40]),
        Logo(format=LogoFormat.SVG, data=b"<svg"),
        Logo(format=LogoFormat.SVG, data=b"\xff\xfe\x00"),
    ],
    ids=["text", "a part of a PNG", "a part of an SVG", "bytes"],
)
def test_a_logo_that_cannot_be_drawn_is_left_out(
    printer: Printer, logo: Logo, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        pdf = printed(printer, logo=logo)
    assert "₹998.00" in pdf.text
    assert pdf.claims
    assert caplog.messages == ["pdf: a logo cannot be drawn, and is left out"]


def test_a_logo_reads_no_file(printer: Printer) -> None:
    for path in ("fonts/OFL.txt", "/etc/passwd", "invoice.typ"):
        svg = (
            '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
            f'width="9" height="9"><image xlink:href="{path}" width="9" height="9"/></svg>'
        )
        pdf = printed(printer, logo=Logo(format=LogoFormat.SVG, data=svg.encode()))
        assert "root:" not in pdf.text


def assert_laid_out(pdf: Printed) -> None:
    """All letters are within the margins, and no two stand on one another."""
    for boxes in pdf.boxes():
        width, _ = pdf.size
        for left, bottom, right, _ in boxes:
            assert left > MARGIN - 1
            assert right < width - MARGIN + 1
            assert bottom > 14
        # Letters of one line, from left to right: what stands on another begins before its end.
        rows: dict[int, list[tuple[float, float]]] = {}
        for left, bottom, right, top in boxes:
            rows.setdefault(round((bottom + top) / 2 / 3), []).append((left, right))
        for row in rows.values():
            for (_, end), (start, _) in pairwise(sorted(row)):
                assert end - start < 4
