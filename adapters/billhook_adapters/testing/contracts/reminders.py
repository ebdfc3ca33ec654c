"""How far reminders have come: a row for an invoice, found once something of it is due."""

from __future__ import annotations

from datetime import timedelta

from billhook.application.ports import Store
from billhook.application.records import PendingWrites
from billhook.model.invoice import InvoiceId, InvoiceKey
from billhook.model.reminder_schedule import ReminderProgress
from billhook_adapters.testing.builders import NOON
from billhook_adapters.testing.contracts.store_suite import (
    ONE,
    OTHER,
    StoreSuite,
    a_key,
    broken_off,
    save,
)

TICK = timedelta(microseconds=1)
THEIRS = InvoiceKey(OTHER.id, InvoiceId("inv_1"))


class RemindersSuite(StoreSuite):
    """The reminders that a store keeps."""

    def test_an_invoice_without_a_row_has_none(self, opened: Store) -> None:
        with opened.snapshot() as snapshot:
            assert snapshot.reminders([a_key()]) == {}

    def test_progress_is_kept_as_it_was_given(self, opened: Store) -> None:
        kept = {
            a_key(): ReminderProgress(NOON - TICK, 3, NOON + TICK),
            a_key("inv_2"): ReminderProgress(NOON, 0, None),
            THEIRS: ReminderProgress(NOON + TICK, 2, NOON),
        }
        save(opened, reminders=kept)
        with opened.transaction() as transaction:
            assert transaction.reminders([*kept, a_key("inv_3")]) == kept

    def test_the_last_progress_stands(self, opened: Store) -> None:
        for n in range(3):
            save(opened, reminders={a_key(): ReminderProgress(NOON, n, NOON + n * TICK)})
        with opened.snapshot() as snapshot:
            assert snapshot.reminders([a_key()]) == {
                a_key(): ReminderProgress(NOON, 2, NOON + 2 * TICK)
            }
        assert list(opened.remindable(NOON + TICK, 10)) == []

    def test_reminders_that_ended_are_gone_and_those_of_others_stay(self, opened: Store) -> None:
        due = ReminderProgress(NOON, 0, NOON)
        save(opened, reminders={a_key(): due, a_key("inv_2"): due, THEIRS: due})
        save(opened, reminders={a_key(): None, a_key("inv_3"): None})
        with opened.snapshot() as snapshot:
            assert snapshot.reminders([a_key(), a_key("inv_2"), THEIRS]).keys() == {
                a_key("inv_2"),
                THEIRS,
            }
        assert set(opened.remindable(NOON, 10)) == {a_key("inv_2"), THEIRS}

    def test_an_invoice_is_found_from_the_instant_at_which_something_is_due(
        self, opened: Store
    ) -> None:
        save(opened, reminders={a_key(): ReminderProgress(NOON, 0, NOON + TICK)})
        assert list(opened.remindable(NOON, 10)) == []
        assert list(opened.remindable(NOON + TICK, 10)) == [a_key()]

    def test_nothing_is_due_of_reminders_without_a_step(self, opened: Store) -> None:
        save(opened, reminders={a_key(): ReminderProgress(NOON, 0, None)})
        assert list(opened.remindable(NOON + timedelta(days=999), 10)) == []

    def test_the_longest_due_are_first_and_no_more_than_the_limit(self, opened: Store) -> None:
        keys = [
            InvoiceKey(account.id, InvoiceId(f"inv_{n}"))
            for n, account in enumerate((ONE, OTHER) * 3)
        ]
        save(
            opened,
            reminders={
                key: ReminderProgress(NOON, 0, NOON - n * TICK) for n, key in enumerate(keys)
            },
        )
        assert list(opened.remindable(NOON, 4)) == keys[:1:-1]

    def test_what_a_transaction_that_breaks_off_settled_is_still_due(self, opened: Store) -> None:
        save(opened, reminders={a_key(): ReminderProgress(NOON, 0, NOON)})
        with broken_off(opened) as transaction:
            transaction.save(PendingWrites(reminders={a_key(): None}))
        assert list(opened.remindable(NOON, 10)) == [a_key()]
