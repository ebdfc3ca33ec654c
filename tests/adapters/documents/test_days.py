"""Days are those of the payer's time zone, else of the account's: on page, in mails and in SMS."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from billhook.application.commands import Notify
from billhook.model.customer import Medium
from billhook_adapters.documents.invoice_view import sheet
from billhook_adapters.documents.templating import Templates
from billhook_adapters.engine import EmbeddedEngine
from billhook_adapters.memory import CapturedSender
from billhook_adapters.testing import NOON, a_customer
from billhook_adapters.testing.running import ACCOUNT, RunningService

LOS_ANGELES, KOLKATA = "America/Los_Angeles", "Asia/Kolkata"
END_OF_JANUARY = datetime.fromisoformat("2027-01-31T23:59:59-08:00")
"""The last second of January in Los Angeles; in UTC it is February."""


@pytest.mark.parametrize(
    ("payer", "account", "day"),
    [
        (LOS_ANGELES, None, "31 January 2027"),
        (LOS_ANGELES, KOLKATA, "31 January 2027"),
        (None, LOS_ANGELES, "31 January 2027"),
        (KOLKATA, LOS_ANGELES, "1 February 2027"),
        (None, None, "1 February 2027"),
        ("Mars/Olympus", None, "1 February 2027"),
    ],
)
def test_a_due_day_is_the_payers(payer: str | None, account: str | None, day: str) -> None:
    sender = CapturedSender(Templates())
    running = RunningService(sender=sender, time_zone=account)
    customer = a_customer(time_zone=payer)
    invoice = running.issued("inv_1", customer=customer, due_by=END_OF_JANUARY)
    hosted = running.service.by_short_url(invoice.short_url or "").unwrap()
    assert day in sheet(hosted).status_text
    assert f"Due by {day}" == sheet(hosted).due_by
    running.service.execute(Notify(account=ACCOUNT, invoice=invoice.id, medium=Medium.EMAIL))
    EmbeddedEngine(running.background_jobs).drain()
    (delivered,) = sender.delivered
    assert day in delivered.text


def test_an_invoice_is_dated_by_the_payers_day() -> None:
    running = RunningService(time_zone=KOLKATA)
    running.clock.advance(datetime(2026, 1, 1, 20, tzinfo=UTC) - NOON)
    hosted = running.service.by_short_url(running.issued().short_url or "").unwrap()
    assert sheet(hosted).details[0].text == "2 January 2026"
