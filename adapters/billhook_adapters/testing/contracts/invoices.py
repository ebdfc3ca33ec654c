"""Invoices in a store: what was saved is read back, and nothing is overwritten unseen."""

from __future__ import annotations

import pytest

from billhook.application.ports import Store, StoreConflictError
from billhook.lifecycle.apply import Change
from billhook.lifecycle.delete import delete
from billhook.lifecycle.issue import issue
from billhook.lifecycle.pay import pay
from billhook.lifecycle.update import update
from billhook.model.base import AccountId
from billhook.model.invoice import Invoice, InvoiceKey, Status
from billhook.model.money import LARGEST
from billhook.model.patch import Patch
from billhook_adapters.testing.builders import (
    NOON,
    a_full_document,
    a_line,
    a_payment,
    an_invoice,
)
from billhook_adapters.testing.contracts.store_suite import StoreSuite, a_key, add, save, stored


class InvoicesSuite(StoreSuite):
    """Invoices of a store."""

    @pytest.mark.parametrize("status", list(Status))
    def test_an_invoice_is_read_back_equal(self, opened: Store, status: Status) -> None:
        invoice = an_invoice(status, **dict(a_full_document()))
        add(opened, invoice)
        assert stored(opened, invoice.key) == invoice

    def test_the_shortest_invoice_is_read_back_equal(self, opened: Store) -> None:
        invoice = an_invoice(Status.DRAFT, customer=None, lines=(), partial_payment=False)
        add(opened, invoice)
        assert stored(opened, invoice.key) == invoice

    def test_the_largest_amount_is_read_back_to_the_unit(self, opened: Store) -> None:
        issued = an_invoice(lines=(a_line(LARGEST, 1),))
        paid = pay(issued, a_payment(LARGEST - 1), now=NOON).unwrap().invoice
        add(opened, paid)
        assert stored(opened, paid.key) == paid
        assert (paid.amount, paid.paid) == (2**53 - 1, 2**53 - 2)

    @pytest.mark.parametrize("microsecond", [1, 999_999])
    def test_instants_are_read_back_to_the_microsecond(
        self, opened: Store, microsecond: int
    ) -> None:
        draft = an_invoice(Status.DRAFT)
        at = NOON.replace(microsecond=microsecond)
        issued = issue(draft, now=at, short_url="https://bill.example/i/1").unwrap().invoice
        add(opened, issued)
        found = stored(opened, issued.key)
        assert found is not None
        assert found.issued_at == at

    def test_a_change_replaces_the_version_before(self, opened: Store) -> None:
        draft = an_invoice(Status.DRAFT)
        add(opened, draft)
        issued = _issued(draft)
        save(opened, invoices={draft.key: (draft, issued)})
        assert stored(opened, draft.key) == issued

    def test_a_changed_document_replaces_the_one_before(self, opened: Store) -> None:
        draft = an_invoice(Status.DRAFT)
        add(opened, draft)
        patch = Patch(notes={"order": "A-2"}, lines=(a_line(7, 1),))
        updated = _of(update(draft, patch, now=NOON).unwrap())
        save(opened, invoices={draft.key: (draft, updated)})
        assert stored(opened, draft.key) == updated

    def test_many_changes_of_all_kinds_go_into_one_save(self, opened: Store) -> None:
        drafts = [an_invoice(Status.DRAFT, id=f"inv_{n}") for n in range(90)]
        add(opened, *drafts)
        patch = Patch(comment="changed")
        after = [
            _issued(draft) if n % 3 else _of(update(draft, patch, now=NOON).unwrap())
            for n, draft in enumerate(drafts)
        ]
        new = [an_invoice(id=f"new_{n}") for n in range(90)]
        changed = {one.key: (one, two) for one, two in zip(drafts, after, strict=True)}
        save(opened, invoices={**changed, **{one.key: (None, one) for one in new}})
        everything = {invoice.key: invoice for invoice in (*after, *new)}
        with opened.snapshot() as snapshot:
            assert snapshot.invoices(everything) == everything

    def test_unknown_invoices_are_absent(self, opened: Store) -> None:
        invoice = an_invoice()
        add(opened, invoice)
        with opened.snapshot() as snapshot:
            found = snapshot.invoices((a_key("inv_2"), invoice.key))
            assert found == {invoice.key: invoice}

    def test_no_keys_find_nothing(self, opened: Store) -> None:
        add(opened, an_invoice())
        with opened.snapshot() as snapshot:
            assert snapshot.invoices(()) == {}

    def test_keys_may_come_in_any_order_and_more_than_once(self, opened: Store) -> None:
        first, second = an_invoice(id="inv_1"), an_invoice(id="inv_2")
        add(opened, first, second)
        keys = [second.key, first.key, second.key]
        with opened.snapshot() as snapshot:
            assert snapshot.invoices(keys) == {first.key: first, second.key: second}

    def test_a_deleted_invoice_is_absent(self, opened: Store) -> None:
        deleted = self._deleted(opened)
        assert stored(opened, deleted.key) is None

    def test_the_id_of_a_deleted_invoice_is_never_used_again(self, opened: Store) -> None:
        self._deleted(opened)
        with pytest.raises(StoreConflictError):
            add(opened, an_invoice(Status.DRAFT))

    def test_a_known_invoice_is_not_added_again(self, opened: Store) -> None:
        issued = an_invoice()
        add(opened, issued)
        with pytest.raises(StoreConflictError):
            add(opened, an_invoice(Status.DRAFT))
        assert stored(opened, issued.key) == issued

    def test_a_change_of_a_version_that_is_gone_is_refused(self, opened: Store) -> None:
        draft = an_invoice(Status.DRAFT)
        add(opened, draft)
        save(opened, invoices={draft.key: (draft, _issued(draft))})
        late = _of(update(draft, Patch(comment="late"), now=NOON).unwrap())
        with pytest.raises(StoreConflictError):
            save(opened, invoices={draft.key: (draft, late)})
        assert stored(opened, draft.key) == _issued(draft)

    def test_a_change_of_an_invoice_that_was_never_there_is_refused(self, opened: Store) -> None:
        draft = an_invoice(Status.DRAFT)
        with pytest.raises(StoreConflictError):
            save(opened, invoices={draft.key: (draft, _issued(draft))})
        assert stored(opened, draft.key) is None

    @pytest.mark.parametrize("account", ["acc_1", "acc_2"])
    def test_a_short_url_names_one_invoice_of_all_accounts(
        self, opened: Store, account: str
    ) -> None:
        add(opened, an_invoice(id="inv_1"))
        drafted = an_invoice(Status.DRAFT, account=account, id="inv_2")
        taken = issue(drafted, now=NOON, short_url="https://bill.example/i/inv_1").unwrap()
        with pytest.raises(StoreConflictError):
            add(opened, taken.invoice)
        assert stored(opened, taken.invoice.key) is None

    def test_an_invoice_of_an_unknown_account_is_refused(self, opened: Store) -> None:
        stray = an_invoice(account="acc_3")
        with pytest.raises(StoreConflictError):
            add(opened, stray)
        assert stored(opened, InvoiceKey(AccountId("acc_3"), stray.id)) is None

    def _deleted(self, store: Store) -> Invoice:
        draft = an_invoice(Status.DRAFT)
        add(store, draft)
        deleted = delete(draft, now=NOON).unwrap().invoice
        save(store, invoices={draft.key: (draft, deleted)})
        return deleted


def _issued(draft: Invoice) -> Invoice:
    return _of(issue(draft, now=NOON, short_url=f"https://bill.example/i/{draft.id}").unwrap())


def _of(change: Change) -> Invoice:
    return change.invoice
