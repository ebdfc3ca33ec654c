"""The content of page and PDF: what an invoice needs to say, and in which words."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from billhook.application.hosted_invoice import HostedInvoice
from billhook.model.customer import PostalAddress
from billhook.model.invoice import Status
from billhook.model.seller_profile import SellerProfile
from billhook.model.tax_ids import TaxId
from billhook_adapters.documents.invoice_view import sheet
from billhook_adapters.documents.language import language_of
from billhook_adapters.documents.parties import address_lines
from billhook_adapters.testing import NOON, a_customer, a_line, an_invoice
from cases.full_invoices import GERMAN, INDIAN, KARNATAKA, full_invoice

GST = {"name": "GST", "rate": 18}


def _plain(text: str) -> str:
    return re.sub("[\u2066-\u2069\u200e\u200f]", "", text)


@pytest.mark.parametrize(
    ("language", "profile", "rate", "fields", "title"),
    [
        ("en", INDIAN, 18, {}, "Tax invoice"),
        ("en", GERMAN, 19, {}, "Tax invoice"),
        ("en", INDIAN, 0, {}, "Invoice"),
        ("en", SellerProfile(), 18, {}, "Invoice"),
        ("en", INDIAN, 18, {"status": Status.PAID}, "Receipt"),
        ("en", INDIAN, 18, {"title": "Bill of supply", "status": Status.PAID}, "Bill of supply"),
        ("de", GERMAN, 19, {}, "Rechnung"),
        ("fr", GERMAN, 19, {}, "Facture"),
        ("ar", GERMAN, 19, {}, "فاتورة ضريبية"),
    ],
)
def test_the_title_of(
    language: str, profile: SellerProfile, rate: int, fields: dict[str, Any], title: str
) -> None:
    line = a_line(1000, 1, taxes=[{"name": "Tax", "rate": rate}])
    customer = a_customer(language=language)
    invoice = an_invoice(lines=[line], customer=customer, **fields)
    assert sheet(HostedInvoice(invoice, "Acme", profile=profile)).title == title


def test_a_full_invoice_says_who_bills_whom_when_and_for_what() -> None:
    shown = sheet(full_invoice())
    assert [(one.name, one.text) for one in shown.details] == [
        ("Tax invoice number", "INV/2026-27/00042"),
        ("Date of issue", "1 January 2026"),
        ("Due date", "6 January 2026"),
        ("Place of supply", "Maharashtra (27)"),
    ]
    assert (shown.seller.name, shown.seller.legal_name) == (
        "Acme Books",
        "Acme Books Private Limited",
    )
    assert shown.seller.address == ("12 MG Road", "Bengaluru 560001", "Karnataka", "India")
    assert [(one.name, one.text) for one in shown.seller.tax_ids] == [
        ("GSTIN", KARNATAKA),
        ("PAN", "AAGCB7383J"),
    ]
    assert [one.link for one in shown.seller.contacts] == [
        "mailto:billing@acme.example", "tel:+919876543210", "https://acme.example",
    ]  # fmt: skip
    assert shown.buyer is not None
    assert shown.buyer.address[0] == "4 Marine Drive"
    assert shown.buyer.shipping_address[0] == "9 Dock Road"
    assert (shown.has_hsn_sac, [one.hsn_sac for one in shown.items]) == (True, ["997331", ""])
    assert (shown.status, shown.tone, shown.due_by) == ("Overdue", "late", "Due by 6 January 2026")
    assert (shown.description, shown.terms, shown.footer) == (
        "Order 4711", "Payment within 30 days.", "Registered in Bengaluru",
    )  # fmt: skip


def test_the_contacts_of_a_buyer_are_not_shown_to_who_has_the_link() -> None:
    assert "ravi@example.com" not in f"{sheet(full_invoice())}"


@pytest.mark.parametrize(
    ("buyer", "taxes"),
    [
        (KARNATAKA, [("CGST 9%", "₹383.67"), ("SGST 9%", "₹383.67")]),
        ("27AAPFU0939F1ZV", [("IGST 18%", "₹767.34")]),
    ],
)
def test_gst_is_shown_by_its_parts_on_items_and_totals(
    buyer: str, taxes: list[tuple[str, str]]
) -> None:
    shown = sheet(full_invoice(buyer=buyer))
    assert shown.tax_name == "GST"
    assert shown.items[0].taxes == ", ".join(name for name, _ in taxes)
    parts = [(one.name, one.amount) for one in shown.totals if "GST" in one.name]
    assert parts == taxes


def test_what_is_paid_is_taken_off_the_total() -> None:
    shown = sheet(full_invoice("de", "EUR"))
    assert [(_plain(one.name), one.kind) for one in shown.totals] == [
        ("Zwischensumme", "part"),
        ("Rabatt 12,5\u00a0%", "part"),
        ("USt. 19\u00a0%", "part"),
        ("Gesamtbetrag", "total"),
        ("Bezahlt", "paid"),
        ("Offener Betrag", "due"),
    ]
    assert shown.totals[-2].amount.startswith("-")
    assert shown.tax_name == "USt."


def test_columns_that_no_item_needs_are_left_out() -> None:
    shown = sheet(HostedInvoice(an_invoice(), "Acme"))
    assert (shown.has_hsn_sac, shown.has_taxes, shown.buyer is None) == (False, False, False)
    assert shown.how_to_pay is None
    unknown = sheet(HostedInvoice(an_invoice(Status.DRAFT, customer=None), "Acme"))
    assert unknown.buyer is None


def test_what_is_due_first_is_named_so() -> None:
    assert sheet(full_invoice()).due_name == "To pay now"
    assert sheet(HostedInvoice(an_invoice(), "Acme")).due_name == "Amount due"


def test_only_what_has_passed_is_overdue() -> None:
    due = HostedInvoice(an_invoice(due_by=NOON), "Acme", at=NOON)
    assert sheet(due).tone == "due"
    assert sheet(replace(due, at=NOON.replace(second=1))).tone == "late"
    paid = replace(due, invoice=an_invoice(Status.PAID, due_by=NOON), at=NOON.replace(second=1))
    assert (sheet(paid).tone, sheet(paid).due) == ("done", None)


ADDRESS = {"line1": "1 High St", "city": "City", "state": "State", "postal_code": "12345"}


@pytest.mark.parametrize(
    ("country", "lines"),
    [
        ("US", ("1 High St", "City, State 12345", "United States")),
        ("IN", ("1 High St", "City 12345", "State", "India")),
        ("DE", ("1 High St", "12345 City", "State", "Germany")),
        ("GB", ("1 High St", "City", "State", "12345", "United Kingdom")),
        ("AU", ("1 High St", "City State 12345", "Australia")),
        ("JP", ("1 High St", "12345 City", "State", "Japan")),
        ("BR", ("1 High St", "City - State", "12345", "Brazil")),
        ("AE", ("1 High St", "City", "State", "United Arab Emirates")),
        ("ZZ", ("1 High St", "12345 City", "State", "Unknown Region")),
        (None, ("1 High St", "12345 City", "State")),
    ],
)
def test_the_lines_of_an_address_are_in_the_order_of(
    country: str | None, lines: tuple[str, ...]
) -> None:
    assert address_lines(PostalAddress(**ADDRESS, country=country), language_of("en")) == lines


@pytest.mark.parametrize(
    ("address", "lines"),
    [
        ({"city": "Springfield", "country": "US"}, ("Springfield", "United States")),
        ({"state": "NY", "postal_code": "10001", "country": "US"}, ("NY 10001", "United States")),
        (
            {"line1": "千代田1-1", "state": "東京都", "city": "千代田区", "postal_code": "100-8111",
             "country": "JP"},
            ("〒100-8111", "東京都千代田区", "千代田1-1", "Japan"),
        ),
        ({}, ()),
        ({"line1": "a{b}c {code}", "city": "{0.__class__}"}, ("a{b}c {code}", "{0.__class__}")),
        ({"city": "Cork\u202e"}, ("Cork",)),
    ],
)  # fmt: skip
def test_what_an_address_lacks_leaves_no_mark(
    address: dict[str, str], lines: tuple[str, ...]
) -> None:
    assert address_lines(PostalAddress(**address), language_of("en")) == lines  # type: ignore[arg-type]  # of one type each


def test_a_tax_id_has_the_name_that_the_reader_knows() -> None:
    kinds = [("vat", "DE136695976"), ("ein", "12-3456789"), ("other", "X 1")]
    profile = SellerProfile(tax_ids=[TaxId(kind=kind, value=value) for kind, value in kinds])
    for language, names in (
        ("en", ["VAT number", "EIN", "Tax ID"]),
        ("de", ["USt-IdNr.", "EIN", "Steuernummer"]),
        ("fr", ["N° TVA", "EIN", "N° fiscal"]),
        ("es", ["NIF-IVA", "EIN", "NIF"]),
    ):
        invoice = an_invoice(customer=a_customer(language=language))
        shown = sheet(HostedInvoice(invoice, "Acme", profile=profile))
        assert [one.name for one in shown.seller.tax_ids] == names
