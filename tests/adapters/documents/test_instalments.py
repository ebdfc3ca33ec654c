"""Instalments on the page, in the PDF, in messages and in payment codes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from billhook.application.hosted_invoice import HostedInvoice
from billhook.lifecycle.pay import pay
from billhook.model.invoice import Invoice
from billhook_adapters.documents.invoice_view import InstalmentText, sheet
from billhook_adapters.documents.message_texts import PLAIN
from billhook_adapters.documents.templating import Templates
from billhook_adapters.testing import NOON, a_customer, a_message, a_payment, an_invoice

MARCH, APRIL = datetime.fromisoformat("2026-03-01T08:00:00Z"), timedelta(days=31)
SCHEDULE = {
    "instalments": [
        {"id": "deposit", "amount": 40000, "due_by": MARCH},
        {"id": "rest", "amount": 59800, "due_by": MARCH + APRIL},
    ]
}


def _invoice(paid: int = 0, *named: str, **fields: Any) -> Invoice:
    issued = an_invoice(schedule=SCHEDULE, **fields)
    if not paid:
        return issued
    payment = a_payment(paid).model_copy(update={"instalments": named})
    return pay(issued, payment, now=NOON).unwrap().invoice


def _hosted(invoice: Invoice, at: datetime = NOON) -> HostedInvoice:
    return HostedInvoice(invoice, "Acme", at=at)


def test_each_instalment_is_shown_with_its_date_and_what_is_due_of_it() -> None:
    shown = sheet(_hosted(_invoice(60000, "rest", "deposit")))
    assert shown.instalments == [
        InstalmentText("1", "1 March 2026", "₹400.00", "₹0.00", "Paid", "done"),
        InstalmentText("2", "1 April 2026", "₹598.00", "₹398.00", "Partly paid", "due"),
    ]
    late = sheet(_hosted(_invoice(), MARCH + timedelta(seconds=1))).instalments
    assert [(one.status, one.tone) for one in late] == [("Overdue", "late"), ("Due", "due")]
    assert sheet(_hosted(an_invoice())).instalments == []


def test_the_days_of_instalments_are_the_payers() -> None:
    customer = a_customer(time_zone="America/Los_Angeles")
    shown = sheet(_hosted(_invoice(customer=customer)))
    assert [row.day for row in shown.instalments] == ["1 March 2026", "1 April 2026"]
    late = MARCH.replace(hour=2)  # it is still February there
    schedule = {"instalments": [{"id": "all", "amount": 99800, "due_by": late}]}
    shown = sheet(_hosted(an_invoice(customer=customer, schedule=schedule)))
    assert shown.instalments[0].day == "28 February 2026"


def test_the_next_instalment_is_requested_or_all_that_are_overdue() -> None:
    assert sheet(_hosted(_invoice())).status_text == "₹400.00 is due by 1 March 2026."
    first_paid = sheet(_hosted(_invoice(40000)))
    assert first_paid.status_text == "₹598.00 is still due by 1 April 2026."
    assert first_paid.due == "₹598.00"
    assert sheet(_hosted(_invoice(), MARCH + APRIL)).due == "₹998.00"


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        (
            "en",
            (
                "an invoice for ₹998.00. ₹400.00 of it is due by 1 March 2026.",
                "- Instalment 1 of 2: ₹400.00 is due by 1 March 2026.",
                "- Instalment 2 of 2: ₹598.00 is due by 1 April 2026.",
            ),
        ),
        ("hi", ("₹998.00 का इनवॉइस", "- किस्त 1/2: 1 मार्च 2026 तक ₹400.00 देय है।")),
        ("ar", ("- القسط 1 من 2:", "- القسط 2 من 2:")),
    ],
)
def test_a_mail_lists_each_instalment(language: str, texts: tuple[str, ...]) -> None:
    invoice = _invoice(customer=a_customer(language=language))
    letter = Templates().letter(a_message(), invoice, "Acme")
    for text in texts:
        assert text in letter.text
    assert (letter.html or "").count("<li") == 2


def test_a_reminder_requests_the_instalment() -> None:
    reminder = a_message(reminder=1, requested_at=MARCH)
    sms = Templates().sms(reminder, _invoice(), "Acme")
    assert sms.startswith(
        "Acme reminds you of an invoice for INR 998.00, INR 400.00 of it due by 1 March 2026: http"
    )
    assert "of which INR 400.00 is due next" in PLAIN.sms(reminder, _invoice(), "Acme")
    paid = Templates().letter(reminder, _invoice(40000), "Acme").text
    assert "- Instalment 1 of 2: paid." in paid
    assert "₹598.00 of it is due by 1 April 2026" in paid


def test_an_invoice_without_instalments_says_nothing_of_them() -> None:
    letter = Templates().letter(a_message(), an_invoice(due_by=MARCH), "Acme")
    sentence = "an invoice for ₹998.00, due by 1 March 2026."
    assert f"{sentence}\n\nAmount due: ₹998.00\nDue by 1 March 2026\n\nSee" in letter.text
    assert "<li" not in (letter.html or "")


def test_the_amount_and_the_date_that_are_requested_are_of_one_instalment() -> None:
    undated = {
        "instalments": [
            {"id": "deposit", "amount": 40000},
            {"id": "rest", "amount": 59800, "due_by": MARCH + APRIL},
        ]
    }
    shown = sheet(_hosted(an_invoice(schedule=undated, due_by=MARCH)))
    assert shown.status_text == "₹400.00 is due by 1 March 2026."
    assert [row.day for row in shown.instalments] == ["1 March 2026", "1 April 2026"]
