"""How to pay, as text, link and code: what cannot be drawn is left out, and nothing fails."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from adapters.documents.pictures import scanned
from billhook.application.hosted_invoice import HostedInvoice
from billhook.model.invoice import Status
from billhook.model.payment_instructions import PaymentInstructions
from billhook.model.seller_profile import SellerProfile
from billhook_adapters.documents.how_to_pay import HowToPay, how_to_pay
from billhook_adapters.documents.language import language_of
from billhook_adapters.testing import a_line, an_invoice
from cases.full_invoices import INSTRUCTIONS, full_invoice

ENGLISH = language_of("en")


def ways(hosted: HostedInvoice) -> HowToPay:
    """How to pay it."""
    found = how_to_pay(hosted, ENGLISH)
    assert found is not None
    return found


def in_euros(seller: str = "Acme", number: str = "R-1") -> HostedInvoice:
    """An invoice in euros, to be paid by transfer."""
    line = a_line(12345, 1, currency="EUR")
    invoice = an_invoice(currency="EUR", lines=[line], receipt=number)
    return HostedInvoice(invoice, seller, payment_instructions=INSTRUCTIONS)


def test_a_bank_account_is_printed_in_groups_of_four() -> None:
    assert [(one.name, one.text) for one in ways(in_euros()).entries] == [
        ("Account holder", "Acme"),
        ("IBAN", "DE89 3704 0044 0532 0130 00"),
        ("BIC", "COBADEFFXXX"),
        ("Reference", "R-1"),
    ]


def test_a_phone_that_shows_the_page_opens_its_upi_app() -> None:
    shown = ways(full_invoice())
    assert shown.link == "https://pay.acme.example/inv"
    assert shown.text == "Or by cheque to Acme Books."
    assert shown.upi_link is not None
    link = urlsplit(shown.upi_link)
    assert (link.scheme, link.netloc) == ("upi", "pay")
    assert parse_qs(link.query) == {
        "pa": ["acme@okbank"],
        "pn": ["Acme Books Private Limited"],
        "am": ["1257.59"],
        "cu": ["INR"],
        "tn": ["INV/2026-27/00042"],
    }
    assert [(one.name, one.text) for one in shown.entries] == [
        ("UPI ID", "acme@okbank"),
        ("Reference", "INV/2026-27/00042"),
    ]
    (code,) = shown.codes
    assert scanned(code.svg) == shown.upi_link


@pytest.mark.parametrize(
    "seller",
    [
        "www.acme.example", "https://acme.example", "\u202e", "\u200b", "+91 98765 43210",
        "山田" * 128, "😀" * 128, "x" * 256, "A\u0000B", "ﷺ" * 256,
    ],
)  # fmt: skip
@pytest.mark.parametrize("number", ["R-1", "山" * 40, "😀" * 40])
def test_no_name_and_number_keep_a_page_from_being_shown(seller: str, number: str) -> None:
    shown = ways(in_euros(seller, number))
    assert [one.name for one in shown.entries] == ["Account holder", "IBAN", "BIC", "Reference"]
    assert all(one.text for one in shown.entries)
    for code in shown.codes:
        assert "DE89370400440532013000" in scanned(code.svg)


def test_a_code_that_cannot_be_drawn_is_left_out_and_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    shown = ways(in_euros("😀" * 70, "😀" * 40))
    assert shown.codes == []
    assert caplog.messages == ["a payment code of invoice inv_1 cannot be drawn"]
    assert len(shown.entries) == 4


def test_a_long_name_is_cut_so_that_its_code_is_drawn() -> None:
    (code,) = ways(in_euros("山田" * 128)).codes
    assert scanned(code.svg).splitlines()[5] == "山田" * 30


def test_nothing_is_said_where_nothing_can_be_paid_or_nothing_says_how() -> None:
    paid = replace(full_invoice(), invoice=an_invoice(Status.PAID))
    assert how_to_pay(paid, ENGLISH) is None
    assert how_to_pay(HostedInvoice(an_invoice(), "Acme"), ENGLISH) is None
    upi = PaymentInstructions(upi="acme@okbank")
    assert how_to_pay(replace(in_euros(), payment_instructions=upi), ENGLISH) is None


def test_words_and_a_link_are_enough() -> None:
    only = SellerProfile(payment_text="In cash.", payment_link="https://pay.example")
    shown = ways(HostedInvoice(an_invoice(), "Acme", profile=only))
    assert (shown.entries, shown.codes, shown.upi_link) == ((), [], None)
    assert (shown.text, shown.link) == ("In cash.", "https://pay.example")
