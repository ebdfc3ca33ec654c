"""The profile and the logo of a seller in the service, and the invoice as its payer sees it."""

from __future__ import annotations

from datetime import timedelta

from returns.result import Failure

from billhook import AccountId, InvoiceId, Logo, SaveLogo, SellerProfile, UpdateAccount, or_raise
from billhook.application.records import PendingWrites
from billhook.lifecycle.errors import IdempotencyKeyReused, InvoiceNotFound
from billhook_adapters.memory import SettableClock
from billhook_adapters.testing import NOON, a_webhook_endpoint, an_account
from billhook_adapters.testing.running import RunningService

ACME, ONE = AccountId("acc_1"), InvoiceId("inv_1")
LOGO = Logo(format="svg", data=b"<svg/>")


def test_a_logo_is_saved_shown_and_deleted() -> None:
    running = RunningService()
    assert running.service.logo(ACME) is None
    assert or_raise(running.service.execute(SaveLogo(account=ACME, logo=LOGO))).id == ACME
    assert running.service.logo(ACME) == LOGO
    assert running.service.logo(AccountId("acc_2")) is None
    or_raise(running.service.execute(SaveLogo(account=ACME, logo=None)))
    assert running.service.logo(ACME) is None


def test_an_invoice_shows_the_legal_name_of_its_issue_and_money_goes_to_the_account() -> None:
    clock = SettableClock(NOON)
    running = RunningService(clock=clock)
    first = SellerProfile(legal_name="Acme Ltd", footer="Thank you")
    or_raise(running.service.execute(UpdateAccount(account=ACME, profile=first)))
    running.issued()
    clock.advance(timedelta(days=1))
    later = SellerProfile(legal_name="Acme Group", footer="Bye")
    or_raise(running.service.execute(UpdateAccount(account=ACME, profile=later)))
    shown = running.service.hosted(ACME, ONE).unwrap()
    assert (shown.profile.legal_name, shown.profile.footer) == ("Acme Ltd", "Bye")
    assert (shown.seller, shown.account_holder) == ("Acme", "Acme Group")
    own = SellerProfile(legal_name="Acme Shop Ltd")
    running.issued("inv_2", seller=own)
    other = running.service.hosted(ACME, InvoiceId("inv_2")).unwrap()
    assert (other.seller, other.profile.legal_name) == ("Acme Shop Ltd", "Acme Shop Ltd")
    assert other.account_holder == "Acme Group"
    assert running.service.hosted(AccountId("acc_2"), ONE) == Failure(InvoiceNotFound())


def test_a_new_account_brings_its_endpoint_and_the_legal_part_of_its_profile() -> None:
    profile = SellerProfile(legal_name="Acme Ltd", footer="Thank you")
    account = an_account().model_copy(update={"profile": profile})
    endpoint = a_webhook_endpoint()
    writes = PendingWrites.opening(account, endpoint, NOON)
    assert writes.accounts == {account.id: account}
    assert writes.webhook_endpoints == {endpoint.key: endpoint}
    assert writes.legal_profiles == {(account.id, NOON): SellerProfile(legal_name="Acme Ltd")}
    without = PendingWrites.opening(an_account(), None, NOON)
    assert (without.webhook_endpoints, without.legal_profiles) == ({}, {})


def test_a_logo_is_saved_once_under_an_idempotency_key() -> None:
    running = RunningService()
    saving = SaveLogo(account=ACME, logo=LOGO, key="logo-1")
    first = or_raise(running.service.execute(saving))
    assert or_raise(running.service.execute(saving)) == first
    other = SaveLogo(account=ACME, logo=None, key="logo-1")
    assert running.service.execute(other) == Failure(IdempotencyKeyReused())
    assert running.service.logo(ACME) == LOGO
