"""Tenants: the same id in two accounts names two things, and neither account sees the other's."""

from __future__ import annotations

from billhook.application.ports import Store
from billhook.application.records import ContactHistory, RecordedEvent
from billhook.lifecycle.events import InvoiceCancelled, InvoiceExpired
from billhook.lifecycle.issue import issue
from billhook.model.account import NumberSeries
from billhook.model.base import AccountId
from billhook.model.invoice import InvoiceId, InvoiceKey, Status
from billhook_adapters.testing.builders import (
    NOON,
    a_message,
    a_recorded_payment,
    an_account,
    an_invoice,
)
from billhook_adapters.testing.contracts.answers import an_answer, known
from billhook_adapters.testing.contracts.contacts import a_contact, history
from billhook_adapters.testing.contracts.numbers import drawn
from billhook_adapters.testing.contracts.store_suite import (
    ONE,
    OTHER,
    StoreSuite,
    add,
    save,
    stored,
)


class TenantsSuite(StoreSuite):
    """Isolation of a store's accounts."""

    def test_accounts_are_read_back_equal_and_unknown_ones_are_absent(self, opened: Store) -> None:
        account = an_account("acc_3", "Ümläut ✓", number_prefix="INV-", number_width=6)
        save(opened, accounts={account.id: account})
        with opened.snapshot() as snapshot:
            found = snapshot.accounts((account.id, AccountId("acc_9"), ONE.id))
        assert found == {account.id: account, ONE.id: ONE}

    def test_an_account_saved_again_replaces_itself(self, opened: Store) -> None:
        renamed = an_account(ONE.id, "Renamed")
        save(opened, accounts={ONE.id: renamed})
        with opened.snapshot() as snapshot:
            assert snapshot.accounts((ONE.id, OTHER.id)) == {ONE.id: renamed, OTHER.id: OTHER}

    def test_one_id_names_an_invoice_in_each_account(self, opened: Store) -> None:
        draft = an_invoice(Status.DRAFT, account=ONE.id)
        theirs = an_invoice(Status.PAID, account=OTHER.id)
        add(opened, draft, theirs)
        issued = issue(draft, now=NOON, short_url="https://bill.example/i/2").unwrap().invoice
        save(opened, invoices={draft.key: (draft, issued)})
        assert (stored(opened, issued.key), stored(opened, theirs.key)) == (issued, theirs)

    def test_an_invoice_of_another_account_is_absent(self, opened: Store) -> None:
        theirs = an_invoice(account=OTHER.id)
        add(opened, theirs)
        assert stored(opened, InvoiceKey(ONE.id, theirs.id)) is None

    def test_one_id_has_events_in_each_account(self, opened: Store) -> None:
        ours = RecordedEvent(InvoiceKey(ONE.id, InvoiceId("inv_1")), 1, InvoiceCancelled(NOON))
        theirs = RecordedEvent(InvoiceKey(OTHER.id, InvoiceId("inv_1")), 1, InvoiceExpired(NOON))
        save(opened, events=[ours, theirs])
        with opened.snapshot() as snapshot:
            assert (list(snapshot.events(ours.key)), list(snapshot.events(theirs.key))) == (
                [ours],
                [theirs],
            )

    def test_one_id_names_a_message_in_each_account(self, opened: Store) -> None:
        ours, theirs = a_message(account=ONE.id), a_message(account=OTHER.id, attempts=1)
        save(opened, messages={ours.key: ours, theirs.key: theirs})
        with opened.snapshot() as snapshot:
            assert snapshot.messages((theirs.key, ours.key)) == {ours.key: ours, theirs.key: theirs}
            assert list(snapshot.messages_about((ours.invoice_key,))[ours.invoice_key]) == [ours]

    def test_one_reference_names_a_payment_in_each_account(self, opened: Store) -> None:
        ours = a_recorded_payment(account=ONE.id, applied=False)
        theirs = a_recorded_payment(account=OTHER.id, amount=2, applied=False)
        save(opened, payments=[ours, theirs])
        with opened.snapshot() as snapshot:
            assert snapshot.payments((ours.key, theirs.key)) == {ours.key: ours, theirs.key: theirs}
            assert list(snapshot.unapplied(ONE.id)) == [ours]

    def test_one_idempotency_key_stands_in_each_account(self, opened: Store) -> None:
        ours, theirs = an_answer("key_1", account=ONE.id), an_answer("key_1", account=OTHER.id)
        save(opened, idempotency_records=[theirs])
        assert known(opened, ours, theirs) == [theirs]
        save(opened, idempotency_records=[ours])
        assert known(opened, ours, theirs) == [ours, theirs]

    def test_what_is_known_of_an_address_stays_in_its_account(self, opened: Store) -> None:
        message = a_message(account=OTHER.id)
        theirs = a_contact(account=OTHER.id)
        save(opened, messages={message.key: message}, suppressed={theirs: "bounced"})
        assert history(opened, a_contact(account=ONE.id)) == ContactHistory()
        assert history(opened, theirs) == ContactHistory("bounced", NOON)

    def test_one_prefix_counts_in_each_account(self, opened: Store) -> None:
        ours, theirs = NumberSeries(ONE.id, "INV-"), NumberSeries(OTHER.id, "INV-")
        drawn(opened, {ours: 4})
        assert drawn(opened, {theirs: 1}) == {theirs: range(1, 2)}
