"""Transactions: all of it or nothing, one after another, and a view that stands still."""

from __future__ import annotations

from time import sleep

import pytest

from billhook.application.ports import Snapshot, Store, StoreConflictError
from billhook.application.records import ContactHistory, PendingWrites, RecordedEvent, Search
from billhook.lifecycle.events import InvoiceCancelled
from billhook.lifecycle.issue import issue
from billhook.model.invoice import Status
from billhook.model.reminder_schedule import ReminderProgress
from billhook_adapters.testing.builders import (
    NOON,
    a_message,
    a_recorded_payment,
    a_webhook_endpoint,
    an_account,
    an_entry,
    an_invoice,
)
from billhook_adapters.testing.contracts.answers import an_answer
from billhook_adapters.testing.contracts.concurrency import at_once
from billhook_adapters.testing.contracts.contacts import a_contact
from billhook_adapters.testing.contracts.numbers import SERIES
from billhook_adapters.testing.contracts.store_suite import (
    ONE,
    StoreSuite,
    a_key,
    add,
    broken_off,
    save,
)


def everything() -> PendingWrites:
    """An outcome with a row of every kind."""
    invoice, message = an_invoice(), a_message()
    webhook_endpoint, entry = a_webhook_endpoint(), an_entry()
    return PendingWrites(
        invoices={invoice.key: (None, invoice)},
        events=[RecordedEvent(invoice.key, 1, InvoiceCancelled(NOON))],
        messages={message.key: message},
        payments=[a_recorded_payment(applied=False)],
        idempotency_records=[an_answer("key_1")],
        suppressed={a_contact(): "bounced"},
        accounts={ONE.id: an_account("acc_1", "Renamed")},
        webhook_endpoints={webhook_endpoint.key: webhook_endpoint},
        entries={entry.key: entry},
        reminders={invoice.key: ReminderProgress(NOON, 1, NOON)},
    )


def seen(snapshot: Snapshot) -> list[object]:
    """All that a view shows of the rows of `everything`."""
    contact, answer = a_contact(), an_answer("key_1").request
    return [
        dict(snapshot.invoices((a_key(),))),
        list(snapshot.events(a_key())),
        dict(snapshot.messages((a_message().key,))),
        list(snapshot.unapplied(ONE.id)),
        dict(snapshot.idempotency_records((answer,))),
        snapshot.histories((contact,)).get(contact, ContactHistory()),
        dict(snapshot.accounts((ONE.id,))),
        list(snapshot.webhook_endpoints((ONE.id,)).get(ONE.id, ())),
        dict(snapshot.entries((an_entry().key,))),
        list(snapshot.search(ONE.id, Search(), NOON)),
        dict(snapshot.reminders((a_key(),))),
    ]


class TransactionsSuite(StoreSuite):
    """Transactions of a store."""

    def test_what_a_transaction_saved_is_seen_within_it(self, opened: Store) -> None:
        with opened.transaction() as transaction:
            before = seen(transaction)
            transaction.save(everything())
            within = seen(transaction)
        with opened.snapshot() as snapshot:
            assert seen(snapshot) == within
        assert all(one != other for one, other in zip(before, within, strict=True))

    def test_what_raises_leaves_nothing(self, opened: Store) -> None:
        with opened.snapshot() as snapshot:
            before = seen(snapshot)
        with broken_off(opened) as transaction:
            transaction.save(everything())
        with opened.snapshot() as snapshot:
            assert seen(snapshot) == before

    def test_what_is_refused_in_part_leaves_nothing(self, opened: Store) -> None:
        save(opened, payments=[a_recorded_payment("pay_9", invoice="inv_9")])
        with opened.snapshot() as snapshot:
            before = seen(snapshot)
        outcome = everything()
        outcome.payments.append(a_recorded_payment("pay_9"))
        with pytest.raises(StoreConflictError), opened.transaction() as transaction:
            transaction.save(outcome)
        with opened.snapshot() as snapshot:
            assert seen(snapshot) == before

    def test_it_is_the_save_that_raises_the_refusal(self, opened: Store) -> None:
        with opened.transaction() as transaction:
            transaction.save(PendingWrites(payments=[a_recorded_payment()]))
        with broken_off(opened) as transaction, pytest.raises(StoreConflictError):
            transaction.save(PendingWrites(payments=[a_recorded_payment()]))

    def test_the_store_goes_on_after_a_refusal(self, opened: Store) -> None:
        add(opened, an_invoice(id="inv_1"))
        with pytest.raises(StoreConflictError):
            add(opened, an_invoice(id="inv_1"))
        add(opened, an_invoice(id="inv_2"))
        with opened.snapshot() as snapshot:
            assert set(snapshot.invoices((a_key("inv_1"), a_key("inv_2")))) == {
                a_key("inv_1"),
                a_key("inv_2"),
            }

    def test_a_snapshot_shows_nothing_that_is_not_committed(self, opened: Store) -> None:
        with opened.snapshot() as snapshot:
            before = seen(snapshot)
        with opened.transaction() as transaction:
            transaction.save(everything())
            with opened.snapshot() as snapshot:
                assert seen(snapshot) == before

    def test_a_snapshot_stands_still_while_others_commit(self, opened: Store) -> None:
        with opened.snapshot() as snapshot:
            before = seen(snapshot)
            save(opened, **vars_of(everything()))
            assert seen(snapshot) == before

    def test_an_empty_outcome_changes_nothing(self, opened: Store) -> None:
        with opened.snapshot() as snapshot:
            before = seen(snapshot)
        save(opened)
        with opened.snapshot() as snapshot:
            assert seen(snapshot) == before

    def test_transactions_wait_for_one_another(self, opened: Store) -> None:
        def draw() -> list[int]:
            numbers: list[int] = []
            for _ in range(10):
                with opened.transaction() as transaction:
                    numbers.extend(transaction.next_numbers({SERIES: 1})[SERIES])
                    sleep(0)  # lets another thread run, if nothing makes it wait
            return numbers

        drawn = at_once(*[draw] * 6)
        assert sorted(number for numbers in drawn for number in numbers) == [*range(1, 61)]

    def test_of_two_changes_to_one_version_exactly_one_is_kept(self, opened: Store) -> None:
        draft = an_invoice(Status.DRAFT)
        add(opened, draft)

        def change(url: str) -> str:
            issued = issue(draft, now=NOON, short_url=url).unwrap().invoice
            try:
                save(opened, invoices={draft.key: (draft, issued)})
            except StoreConflictError:
                return ""
            return url

        kept = at_once(*[lambda url=f"https://bill.example/i/{n}": change(url) for n in range(4)])
        (winner,) = [url for url in kept if url]
        with opened.snapshot() as snapshot:
            assert snapshot.invoices((draft.key,))[draft.key].short_url == winner

    def test_a_message_is_changed_by_one_transaction_at_a_time(self, opened: Store) -> None:
        message = a_message()
        save(opened, messages={message.key: message})

        def attempted() -> None:
            with opened.transaction() as transaction:
                before = transaction.messages((message.key,))[message.key]
                sleep(0)  # as above
                after = before.model_copy(update={"attempts": before.attempts + 1})
                transaction.save(PendingWrites(messages={after.key: after}))

        at_once(*[attempted] * 8)
        with opened.snapshot() as snapshot:
            assert snapshot.messages((message.key,))[message.key].attempts == message.attempts + 8


def vars_of(outcome: PendingWrites) -> dict[str, object]:
    """An outcome's parts by name."""
    return {name: getattr(outcome, name) for name in PendingWrites.__slots__}
