"""QR codes: read back by an independent reader, they hold the amount due."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from adapters.documents.pictures import scanned
from billhook.application.hosted_invoice import HostedInvoice
from billhook.model.invoice import Status
from billhook.model.payment_instructions import PaymentInstructions
from billhook_adapters.documents.codes import EPC_MOST, codes
from billhook_adapters.documents.language import language_of
from billhook_adapters.testing import a_line, an_invoice

ENGLISH = language_of("en")
INSTRUCTIONS = PaymentInstructions(
    upi="acme@okbank", iban="DE89370400440532013000", bic="COBADEFFXXX"
)


def hosted(
    currency: str = "INR", status: Status = Status.ISSUED, amount: int = 12345, **document: Any
) -> HostedInvoice:
    """An invoice over some amount, on its hosted page."""
    line = a_line(amount, 1, currency=currency)
    invoice = an_invoice(status, currency=currency, lines=[line], **document)
    return HostedInvoice(invoice, "Acme & Söhne", payment_instructions=INSTRUCTIONS)


def test_a_upi_code_holds_the_amount_due_in_rupees() -> None:
    shown = hosted(status=Status.PARTIALLY_PAID)
    (code,) = codes(shown, ENGLISH)
    link = urlsplit(scanned(code.svg))
    assert (link.scheme, link.netloc) == ("upi", "pay")
    due = Decimal(shown.invoice.due) / 100
    assert parse_qs(link.query) == {
        "pa": ["acme@okbank"],
        "pn": ["Acme & Söhne"],
        "am": [f"{due:.2f}"],
        "cu": ["INR"],
        "tn": ["inv_1"],
    }
    assert code.says == f"Scan this with any UPI app to pay ₹{due:.2f}."


def test_an_epc_code_holds_the_amount_due_in_euros() -> None:
    (code,) = codes(hosted("EUR"), ENGLISH)
    assert scanned(code.svg).splitlines() == [
        "BCD", "002", "1", "SCT", "COBADEFFXXX", "Acme & Söhne", "DE89370400440532013000",
        "EUR123.45", "", "", "inv_1",
    ]  # fmt: skip


@pytest.mark.parametrize("status", [Status.PAID, Status.EXPIRED])
def test_there_is_no_code_where_nothing_can_be_paid(status: Status) -> None:
    assert codes(hosted(status=status), ENGLISH) == []


def test_there_is_no_code_for_a_test_invoice_another_currency_or_without_instructions() -> None:
    assert codes(hosted(live=False), ENGLISH) == []
    assert codes(hosted("USD"), ENGLISH) == []
    assert codes(hosted("EUR", amount=EPC_MOST + 1), ENGLISH) == []
    assert codes(HostedInvoice(hosted().invoice, "Acme"), ENGLISH) == []
    only_upi = HostedInvoice(
        hosted("EUR").invoice, "Acme", payment_instructions=PaymentInstructions(upi="acme@okbank")
    )
    assert codes(only_upi, ENGLISH) == []


def test_a_number_of_several_lines_is_one_line_of_the_transfer() -> None:
    shown = hosted("EUR")
    broken = shown.invoice.model_copy(update={"number": "A-1\nIBAN\r\nDE00\u2028x"})
    (code,) = codes(replace(shown, invoice=broken), ENGLISH)
    lines = scanned(code.svg).split("\n")
    assert lines[10:] == ["A-1 IBAN DE00 x"]
