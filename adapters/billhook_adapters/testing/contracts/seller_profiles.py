"""The profile of a seller and its logo in a store, and what an issued invoice keeps of them."""

from __future__ import annotations

from datetime import timedelta

from billhook.application.account_commands import OpenAccount, SaveLogo, UpdateAccount
from billhook.application.hosted_invoice import HostedInvoice
from billhook.application.ports import Store
from billhook.application.records import PendingWrites
from billhook.application.service import InvoiceService
from billhook.model.base import AccountId
from billhook.model.customer import PostalAddress
from billhook.model.logo import MAX_LOGO, PNG_SIGNATURE, Logo
from billhook.model.seller_profile import NO_PROFILE, SellerProfile
from billhook.model.tax_ids import TaxId
from billhook_adapters.system.clock import SettableClock
from billhook_adapters.testing.builders import NOON
from billhook_adapters.testing.contracts.service_suite import ServiceSuite
from billhook_adapters.testing.contracts.store_suite import (
    ONE,
    OTHER,
    StoreSuite,
    broken_off,
    save,
)
from billhook_adapters.testing.running import ACCOUNT, issued

DAY = timedelta(days=1)
OLD = SellerProfile(legal_name="Acme Books Private Limited").legal
NEW = SellerProfile(
    legal_name="\u090f\u0915\u094d\u092e\u0947 Ltd",
    address=PostalAddress(line1="12 MG Road", city="Pune", country="IN"),
    tax_ids=[TaxId(kind="gstin", value="27AAPFU0939F1ZV")],
).legal
PNG = Logo(format="png", data=PNG_SIGNATURE + bytes(range(256)))
SVG = Logo(format="svg", data=b"<svg/>")


class SellerProfilesSuite(StoreSuite):
    """Legal profiles and logos of a store."""

    def test_a_legal_profile_holds_from_its_time_until_the_next_one(self, opened: Store) -> None:
        save(opened, legal_profiles={(ONE.id, NOON): OLD, (ONE.id, NOON + DAY): NEW})
        moment = timedelta(microseconds=1)
        with opened.snapshot() as snapshot:
            at = {
                since: snapshot.legal_profile(ONE.id, NOON + since)
                for since in (timedelta(0), DAY - moment, DAY, 400 * DAY)
            }
        assert list(at.values()) == [OLD, OLD, NEW, NEW]

    def test_before_the_first_legal_profile_it_is_that_one(self, opened: Store) -> None:
        save(opened, legal_profiles={(ONE.id, NOON): OLD, (ONE.id, NOON + DAY): NEW})
        save(opened, legal_profiles={(OTHER.id, NOON - 9 * DAY): NEW})
        with opened.snapshot() as snapshot:
            assert snapshot.legal_profile(ONE.id, NOON - 10 * DAY) == OLD
            assert snapshot.legal_profile(AccountId("acc_none"), NOON) is None

    def test_a_legal_profile_of_the_same_time_is_replaced(self, opened: Store) -> None:
        save(opened, legal_profiles={(ONE.id, NOON): OLD})
        save(opened, legal_profiles={(ONE.id, NOON): NO_PROFILE})
        with opened.snapshot() as snapshot:
            assert snapshot.legal_profile(ONE.id, NOON) == NO_PROFILE

    def test_a_logo_is_read_back_equal_replaced_and_deleted(self, opened: Store) -> None:
        largest = Logo(format="png", data=PNG_SIGNATURE + bytes(MAX_LOGO - len(PNG_SIGNATURE)))
        for logo in (PNG, SVG, largest, None, None, PNG):
            save(opened, logos={ONE.id: logo})
            with opened.snapshot() as snapshot:
                assert snapshot.logo(ONE.id) == logo
                assert snapshot.logo(OTHER.id) is None

    def test_a_transaction_that_breaks_off_leaves_profile_and_logo(self, opened: Store) -> None:
        save(opened, logos={ONE.id: PNG})
        with broken_off(opened) as transaction:
            transaction.save(
                PendingWrites(legal_profiles={(ONE.id, NOON): OLD}, logos={ONE.id: None})
            )
            assert transaction.logo(ONE.id) is None
        with opened.snapshot() as snapshot:
            assert snapshot.logo(ONE.id) == PNG
            assert snapshot.legal_profile(ONE.id, NOON) is None


class ShownProfilesSuite(ServiceSuite):
    """What an invoice says of its seller."""

    def test_a_change_of_the_profile_keeps_what_it_does_not_name(
        self, service: InvoiceService
    ) -> None:
        opened = AccountId("acc_3")
        service.execute(OpenAccount(account=opened, name="Third", profile=OLD)).unwrap()
        changes = SellerProfile(footer="Thank you", accent_color="#0a5cd8")
        service.execute(UpdateAccount(account=opened, profile=changes)).unwrap()
        named = service.execute(UpdateAccount(account=opened, name="3rd")).unwrap()
        assert service.account(opened) == named
        assert named.profile == OLD.updated(changes)
        cleared = SellerProfile(legal_name=None)
        service.execute(UpdateAccount(account=opened, profile=cleared)).unwrap()
        known = service.account(opened)
        assert known is not None
        assert known.profile == changes

    def test_an_issued_invoice_keeps_the_legal_part_and_shows_the_rest_as_it_is(
        self, service: InvoiceService, clock: SettableClock
    ) -> None:
        first = OLD.updated(SellerProfile(footer="Thank you"))
        service.execute(UpdateAccount(account=ACCOUNT, profile=first)).unwrap()
        before = issued(service, "inv_1")
        clock.set(NOON + DAY)
        second = NEW.updated(SellerProfile(footer="See you"))
        service.execute(UpdateAccount(account=ACCOUNT, profile=second)).unwrap()
        service.execute(SaveLogo(account=ACCOUNT, logo=SVG)).unwrap()
        after = issued(service, "inv_2")
        old, new = (_shown(service, one.short_url) for one in (before, after))
        assert old.profile == second.with_legal(OLD)
        assert new.profile == second
        assert (old.logo, new.logo) == (SVG, SVG)

    def test_an_invoice_of_before_the_first_profile_shows_that_one(
        self, service: InvoiceService, clock: SettableClock
    ) -> None:
        invoice = issued(service, "inv_1")
        assert _shown(service, invoice.short_url).profile == NO_PROFILE
        clock.set(NOON + DAY)
        service.execute(UpdateAccount(account=ACCOUNT, profile=OLD)).unwrap()
        clock.set(NOON + 2 * DAY)
        service.execute(UpdateAccount(account=ACCOUNT, profile=NEW)).unwrap()
        assert _shown(service, invoice.short_url).profile == NEW.with_legal(OLD)

    def test_a_logo_is_of_its_account_and_can_be_deleted(self, service: InvoiceService) -> None:
        service.execute(SaveLogo(account=ACCOUNT, logo=PNG)).unwrap()
        assert service.logo(ACCOUNT) == PNG
        assert service.logo(AccountId("acc_2")) is None
        service.execute(SaveLogo(account=ACCOUNT, logo=None)).unwrap()
        assert service.logo(ACCOUNT) is None


def _shown(service: InvoiceService, short_url: str | None) -> HostedInvoice:
    assert short_url is not None
    return service.by_short_url(short_url).unwrap()
