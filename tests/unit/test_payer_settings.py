"""The time zone and the language in which a payer reads an invoice."""

from __future__ import annotations

from typing import Any

import pytest

from billhook import AccountId, InvoiceId, Medium, Message, Notify, UpdateAccount, or_raise
from billhook.model.invoice import Invoice, Status
from billhook.model.seller_profile import SellerProfile
from billhook_adapters.memory import CapturedSender
from billhook_adapters.testing import a_customer, an_invoice
from billhook_adapters.testing.running import RunningService


@pytest.mark.parametrize("field", ["time_zone", "language"])
@pytest.mark.parametrize("payer", [True, False])
@pytest.mark.parametrize("account", [True, False])
def test_it_is_the_payers_else_the_accounts(field: str, *, payer: bool, account: bool) -> None:
    of_payer, of_account = {
        "time_zone": ("Asia/Kolkata", "America/Los_Angeles"),
        "language": ("hi", "de"),
    }[field]
    customer = a_customer(**{field: of_payer if payer else None})
    invoice = an_invoice(customer=customer)
    seen = invoice.read_in(**{"time_zone": None, field: of_account if account else None})
    assert seen.document.customer is not None
    shown = getattr(seen.document.customer, field)
    assert shown == (of_payer if payer else of_account if account else None)
    assert (seen is invoice) is (payer or not account)
    assert seen.amount == invoice.amount


def test_without_a_customer_there_is_none() -> None:
    draft = an_invoice(Status.DRAFT, customer=None)
    assert draft.read_in("Asia/Kolkata", "de") is draft


PROFILE = SellerProfile(email="billing@acme.example", accent_color="#0a5cd8")


def test_what_an_invoice_does_not_say_of_its_seller_is_as_the_profile_has_it() -> None:
    shown = an_invoice().of_seller(PROFILE)
    assert shown.document.seller == PROFILE
    own = an_invoice(seller=SellerProfile(email="shop@acme.example")).of_seller(PROFILE)
    assert own.document.seller == PROFILE.updated(SellerProfile(email="shop@acme.example"))
    invoice = an_invoice()
    assert invoice.of_seller(SellerProfile()) is invoice


def test_a_sender_is_given_the_profile_of_the_account() -> None:
    class Seen(CapturedSender):
        def send(self, message: Message, invoice: Invoice, seller: str) -> Any:
            profiles.append(invoice.document.seller)
            return super().send(message, invoice, seller)

    profiles: list[SellerProfile | None] = []
    running = RunningService(sender=Seen())
    account = AccountId("acc_1")
    or_raise(running.service.execute(UpdateAccount(account=account, profile=PROFILE)))
    running.issued()
    notify = Notify(account=account, invoice=InvoiceId("inv_1"), medium=Medium.EMAIL)
    message = or_raise(running.service.execute(notify))
    running.background_jobs.deliver(message.key)
    assert profiles == [PROFILE]
    assert running.invoice().document.seller is None  # nothing of it is stored
