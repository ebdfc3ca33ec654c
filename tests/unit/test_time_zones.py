"""The time zone in which a payer reads an invoice."""

from __future__ import annotations

import pytest

from billhook.model.invoice import Status
from billhook_adapters.testing import a_customer, an_invoice


@pytest.mark.parametrize(
    ("payer", "account", "zone"),
    [
        ("Asia/Kolkata", "America/Los_Angeles", "Asia/Kolkata"),
        (None, "America/Los_Angeles", "America/Los_Angeles"),
        ("Asia/Kolkata", None, "Asia/Kolkata"),
        (None, None, None),
    ],
)
def test_it_is_the_payers_else_the_accounts(
    payer: str | None, account: str | None, zone: str | None
) -> None:
    invoice = an_invoice(customer=a_customer(time_zone=payer))
    seen = invoice.in_time_zone(account)
    assert seen.document.customer is not None
    assert seen.document.customer.time_zone == zone
    assert seen.amount == invoice.amount


def test_without_a_customer_there_is_none() -> None:
    draft = an_invoice(Status.DRAFT, customer=None)
    assert draft.in_time_zone("Asia/Kolkata") is draft
