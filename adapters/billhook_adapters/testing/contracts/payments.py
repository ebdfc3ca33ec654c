"""Payments in a store: each reference once, and money that no invoice took is found again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from billhook.application.ports import Store, StoreConflictError
from billhook.application.records import Listing, Page, PaymentKey, RecordedPayment
from billhook.model.invoice import InvoiceKey
from billhook.model.payment import Reference
from billhook_adapters.testing.builders import NOON, a_recorded_payment
from billhook_adapters.testing.contracts.store_suite import ONE, OTHER, StoreSuite, a_key, save

LATER = NOON + timedelta(microseconds=1)


class PaymentsSuite(StoreSuite):
    """Payments of a store."""

    @pytest.mark.parametrize("applied", [True, False])
    def test_a_payment_is_read_back_equal(self, opened: Store, applied: bool) -> None:  # noqa: FBT001  # pytest gives it by name
        payment = a_recorded_payment("UTR/2026 ✓", 2**53 - 1, at=LATER, applied=applied)
        save(opened, payments=[payment])
        assert _found(opened, payment) == {payment.key: payment}

    def test_unknown_payments_are_absent(self, opened: Store) -> None:
        save(opened, payments=[a_recorded_payment("pay_1")])
        assert _found(opened, a_recorded_payment("pay_2")) == {}

    def test_a_reference_names_one_payment_of_its_account(self, opened: Store) -> None:
        first = a_recorded_payment("pay_1", 100)
        save(opened, payments=[first])
        with pytest.raises(StoreConflictError):
            save(opened, payments=[a_recorded_payment("pay_1", 200, invoice="inv_2")])
        assert _found(opened, first) == {first.key: first}

    def test_a_reference_names_one_payment_within_one_save_too(self, opened: Store) -> None:
        payment = a_recorded_payment()
        with pytest.raises(StoreConflictError):
            save(opened, payments=[payment, payment])
        assert _found(opened, payment) == {}

    def test_unapplied_payments_come_the_oldest_first(self, opened: Store) -> None:
        newest = a_recorded_payment("pay_a", at=LATER, applied=False)
        oldest = a_recorded_payment("pay_b", applied=False)
        middle = a_recorded_payment("pay_c", applied=False)
        taken = a_recorded_payment("pay_d")
        save(opened, payments=[newest, taken, middle])
        save(opened, payments=[oldest])
        with opened.snapshot() as snapshot:
            assert list(snapshot.unapplied(ONE.id)) == [oldest, middle, newest]

    def test_what_came_in_for_an_invoice_comes_the_oldest_first(self, opened: Store) -> None:
        newest = a_recorded_payment("pay_a", at=LATER)
        oldest = a_recorded_payment("pay_b", applied=False)
        middle = a_recorded_payment("pay_c")
        elsewhere = a_recorded_payment("pay_d", invoice="inv_2")
        theirs = a_recorded_payment("pay_e", account=OTHER.id)
        save(opened, payments=[newest, elsewhere, middle, theirs])
        save(opened, payments=[oldest])
        with opened.snapshot() as snapshot:
            assert list(snapshot.payments_for(a_key())) == [oldest, middle, newest]
            assert list(snapshot.payments_for(InvoiceKey(OTHER.id, theirs.invoice))) == [theirs]

    def test_pages_of_payments_meet_each_once_and_go_on_behind_what_is_new(
        self, opened: Store
    ) -> None:
        first, second, third, fourth = (
            a_recorded_payment(f"UTR ✓ {n}", at=(NOON, LATER)[n // 3], applied=False)
            for n in range(4)
        )
        theirs = a_recorded_payment("UTR ✓ 1", at=NOON, applied=False, account=OTHER.id)
        save(opened, payments=[fourth, second, third, theirs])
        page = Page(limit=2, after=(second.at, second.payment.reference))
        with opened.snapshot() as snapshot:
            assert list(snapshot.unapplied(ONE.id, Page(limit=2))) == [second, third]
            assert list(snapshot.payments_for(a_key(), Page(limit=2))) == [second, third]
        save(opened, payments=[first])  # before what the first page ended with
        with opened.snapshot() as snapshot:
            assert list(snapshot.unapplied(ONE.id, page)) == [third, fourth]
            assert list(snapshot.payments_for(a_key(), page)) == [third, fourth]
            behind_all = Page(limit=2, after=(fourth.at, fourth.payment.reference))
            assert list(snapshot.unapplied(ONE.id, behind_all)) == []
            assert list(snapshot.payments_for(a_key(), behind_all)) == []
            assert list(snapshot.unapplied(ONE.id, Page(after=(NOON, "")))) == [
                first,
                second,
                third,
                fourth,
            ]

    def test_the_payments_of_an_account_begin_with_the_newest(self, opened: Store) -> None:
        newest = a_recorded_payment("pay_a", at=LATER, applied=False)
        oldest = a_recorded_payment("pay_b", invoice="inv_2")
        middle = a_recorded_payment("pay_c")
        theirs = a_recorded_payment("pay_d", account=OTHER.id)
        save(opened, payments=[middle, newest, theirs, oldest])
        with opened.snapshot() as snapshot:
            assert list(snapshot.payments_of(ONE.id, Listing(9))) == [newest, middle, oldest]
            assert list(snapshot.payments_of(ONE.id, Listing(1, skip=1))) == [middle]
            assert list(snapshot.payments_of(ONE.id, Listing(9, since=LATER))) == [newest]
            assert list(snapshot.payments_of(ONE.id, Listing(9, until=NOON))) == [middle, oldest]
            assert list(snapshot.payments_of(OTHER.id, Listing(9))) == [theirs]

    def test_a_payment_that_names_instalments_is_read_back_equal(self, opened: Store) -> None:
        recorded = a_recorded_payment("pay_1")
        named = recorded.payment.model_copy(update={"instalments": ("i2", "i1")})
        payment = replace(recorded, payment=named, origin=Reference("UTR-7"))
        save(opened, payments=[payment])
        assert _found(opened, payment) == {payment.key: payment}

    def test_what_is_unapplied_of_a_payment_changes(self, opened: Store) -> None:
        before = a_recorded_payment("pay_1", 100, applied=False)
        other = a_recorded_payment("pay_2", 100, applied=False)
        after = replace(before, unapplied=30, refunded=50)
        save(opened, payments=[before, other])
        save(opened, changed_payments={before.key: (before, after)})
        with opened.snapshot() as snapshot:
            assert list(snapshot.unapplied(ONE.id)) == [after, other]
        used_up = replace(after, unapplied=0)
        save(opened, changed_payments={before.key: (after, used_up)})
        with opened.snapshot() as snapshot:
            assert list(snapshot.unapplied(ONE.id)) == [other]
            assert list(snapshot.payments_for(a_key("inv_1"))) == [used_up, other]

    def test_a_payment_that_is_not_as_it_was_read_refuses_the_change(self, opened: Store) -> None:
        before = a_recorded_payment("pay_1", 100, applied=False)
        save(opened, payments=[before])
        save(opened, changed_payments={before.key: (before, replace(before, unapplied=60))})
        late = replace(before, unapplied=50)
        with pytest.raises(StoreConflictError):
            save(opened, changed_payments={before.key: (before, late)})
        unknown = a_recorded_payment("pay_9", 100, applied=False)
        with pytest.raises(StoreConflictError):
            save(opened, changed_payments={unknown.key: (unknown, late)})
        assert [one.unapplied for one in _found(opened, before).values()] == [60]

    def test_what_is_unapplied_is_found_by_its_invoices(self, opened: Store) -> None:
        first = a_recorded_payment("pay_1", applied=False)
        second = a_recorded_payment("pay_2", at=LATER, applied=False)
        elsewhere = a_recorded_payment("pay_3", invoice="inv_2", applied=False)
        applied = a_recorded_payment("pay_4")
        theirs = a_recorded_payment("pay_5", account=OTHER.id, applied=False)
        save(opened, payments=[second, first, elsewhere, applied, theirs])
        wanted = [a_key("inv_1"), a_key("inv_2"), a_key("inv_3")]
        with opened.transaction() as transaction:
            found = transaction.unapplied_for(wanted)
        assert {key: set(payments) for key, payments in found.items()} == {
            wanted[0]: {first, second},
            wanted[1]: {elsewhere},
        }

    def test_nothing_came_in_for_an_unknown_invoice(self, opened: Store) -> None:
        save(opened, payments=[a_recorded_payment()])
        with opened.snapshot() as snapshot:
            assert list(snapshot.payments_for(a_key("inv_none"))) == []


def _found(store: Store, payment: RecordedPayment) -> dict[PaymentKey, RecordedPayment]:
    with store.snapshot() as snapshot:
        return dict(snapshot.payments((payment.key,)))
