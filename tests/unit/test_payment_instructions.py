"""Where money may be sent: only what a payer's bank would take."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from billhook.application.hosted_invoice import HostedInvoice
from billhook.model.invoice import Status
from billhook.model.payment_instructions import PaymentInstructions
from billhook_adapters.testing import NOON, an_invoice
from billhook_adapters.testing.builders import TOMORROW

IBANS = ["DE89370400440532013000", "GB82WEST12345698765432", "NO9386011117947"]


@pytest.mark.parametrize("iban", IBANS)
def test_an_iban_with_right_check_digits_is_taken(iban: str) -> None:
    assert PaymentInstructions(iban=iban).iban == iban


@pytest.mark.parametrize(
    "given",
    [
        {"iban": "DE88370400440532013000"},
        {"iban": "DE89 3704 0044 0532 0130 00"},
        {"iban": "de89370400440532013000"},
        {"iban": "DE8937040044053201300\u0660"},
        {"iban": "1289370400440532013000"},
        {"iban": "DE89"},
        {"iban": ""},
        {"bic": "COBADEFFXXX"},
        {"iban": IBANS[0], "bic": "COBADEFFXX"},
        {"iban": IBANS[0], "bic": "cobadeff"},
        {"upi": "acme"},
        {"upi": "a@okbank"},
        {"upi": "acme@1bank"},
        {"upi": "acme@\u0915bank"},
        {"upi": "acme@ok@bank"},
        {"upi": "acme@ok bank"},
        {"upi": "acme@okbank&am=1"},
        {"upi": "@okbank"},
        {"card": "4111111111111111"},
    ],
)
def test_what_no_bank_would_take_is_refused(given: Any) -> None:
    with pytest.raises(ValidationError):
        PaymentInstructions.model_validate(given)


def test_a_upi_address_and_a_bic_are_taken() -> None:
    payment_instructions = PaymentInstructions(
        upi="acme.books-1@okbank", iban=IBANS[0], bic="COBADEFFXXX"
    )
    assert (payment_instructions.upi, payment_instructions.bic) == (
        "acme.books-1@okbank",
        "COBADEFFXXX",
    )


@pytest.mark.parametrize("status", list(Status))
def test_money_can_be_sent_for_what_is_due_and_live(status: Status) -> None:
    payable = status in (Status.ISSUED, Status.PARTIALLY_PAID)
    assert HostedInvoice(an_invoice(status), "Acme").payable is payable
    assert HostedInvoice(an_invoice(status, live=False), "Acme").payable is False


def test_the_page_requests_what_is_due_when_it_is_shown() -> None:
    schedule = {
        "instalments": [
            {"id": "i1", "amount": 40000, "due_by": NOON},
            {"id": "i2", "amount": 59800, "due_by": TOMORROW},
        ]
    }
    invoice = an_invoice(schedule=schedule)
    assert HostedInvoice(invoice, "Acme", at=NOON).requested == 40000
    assert HostedInvoice(invoice, "Acme", at=TOMORROW).requested == 99800
    assert HostedInvoice(invoice, "Acme").requested == 40000
    assert HostedInvoice(an_invoice(), "Acme").requested == 99800
