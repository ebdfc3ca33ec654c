"""Reminders over a store: each change moves the next one, and each is sent once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest

from billhook.application.background_jobs import BackgroundJobs
from billhook.application.command import AnyCommand
from billhook.application.commands import (
    Cancel,
    Expire,
    Pay,
    RecordPayment,
    RecordRefund,
    Remind,
    Update,
)
from billhook.application.ports import Store
from billhook.application.service import InvoiceService
from billhook.lifecycle.events import ReminderRequested
from billhook.model.customer import Medium
from billhook.model.invoice import Invoice, InvoiceId
from billhook.model.money import Currency
from billhook.model.patch import Patch
from billhook.model.payment import Payment, Reference
from billhook.model.reminder_schedule import ReminderProgress, ReminderSchedule
from billhook_adapters.system.clock import SettableClock
from billhook_adapters.system.ids import RandomIds
from billhook_adapters.testing.builders import NOON, a_payment, an_account, open_account
from billhook_adapters.testing.contracts.concurrency import at_once
from billhook_adapters.testing.contracts.service_suite import ServiceSuite
from billhook_adapters.testing.contracts.store_suite import a_key
from billhook_adapters.testing.running import ACCOUNT, issued

DAY = timedelta(days=1)
DUE = NOON + 10 * DAY
ID = InvoiceId("inv_1")
FIRST, SECOND = DUE - 3 * DAY, DUE + DAY
SCHEDULE = ReminderSchedule(before=(3 * DAY,), after=(DAY,), media=(Medium.EMAIL,))

ENDS: tuple[Callable[[Invoice], AnyCommand], ...] = (
    lambda invoice: Pay(account=ACCOUNT, invoice=ID, payment=a_payment(invoice.due)),
    lambda _: Cancel(account=ACCOUNT, invoice=ID),
    lambda _: Expire(account=ACCOUNT, invoice=ID),
)


class ServiceRemindersSuite(ServiceSuite):
    """Reminders of the service, sent by background jobs."""

    @pytest.fixture
    def setup(self, service: InvoiceService) -> InvoiceService:
        """A service whose first account reminds by e-mail, three days before and one day after."""
        open_account(service, an_account(ACCOUNT, reminders=SCHEDULE))
        return service

    @pytest.fixture
    def waking(self, store: Store, clock: SettableClock) -> BackgroundJobs:
        """What wakes up when a reminder falls due."""
        return BackgroundJobs(store, clock, RandomIds(), {})

    def test_a_reminder_is_held_while_money_for_it_is_unapplied(
        self, setup: InvoiceService, waking: BackgroundJobs, clock: SettableClock
    ) -> None:
        due = issued(setup, due_by=DUE).due
        issued(setup, "inv_2", due_by=DUE)
        for one, amount, currency in (
            (ID, due + 1, "INR"),
            (InvoiceId("inv_2"), due + 1, "USD"),
        ):
            payment = Payment(
                reference=Reference(f"UTR-{one}"), amount=amount, currency=Currency(currency)
            )
            setup.execute(RecordPayment(account=ACCOUNT, invoice=one, payment=payment))
        clock.advance(FIRST - clock.now())
        waking.remind()
        assert [len(setup.messages(ACCOUNT, one)) for one in (ID, InvoiceId("inv_2"))] == [0, 1]
        clock.advance(DAY)
        waking.remind()
        assert len(setup.messages(ACCOUNT, ID)) == 0
        setup.execute(RecordRefund(account=ACCOUNT, payment=Reference(f"UTR-{ID}")))
        clock.advance(DAY)
        waking.remind()
        assert len(setup.messages(ACCOUNT, ID)) == 1

    def test_each_step_is_one_message_that_says_which_reminder_it_is(
        self, setup: InvoiceService, store: Store, waking: BackgroundJobs, clock: SettableClock
    ) -> None:
        issued(setup, due_by=DUE)
        for step in (FIRST, SECOND):
            for moment in (step - timedelta(seconds=1), step, step + timedelta(seconds=1)):
                clock.set(moment)
                waking.sweep()
        sent = setup.messages(ACCOUNT, ID)
        assert [(one.requested_at, one.reminder) for one in sent] == [(FIRST, 1), (SECOND, 2)]
        with store.snapshot() as snapshot:
            events = [stamped for stamped in snapshot.events(a_key()) if stamped.version is None]
            assert snapshot.reminders((a_key(),)) == {a_key(): ReminderProgress(SECOND, 2, None)}
        assert [stamped.event for stamped in events] == [
            ReminderRequested(one.requested_at, one.id, Medium.EMAIL, n)
            for n, one in enumerate(sent, 1)
        ]

    @pytest.mark.parametrize("end", ENDS)
    def test_reminders_end_in_the_transaction_that_settles_the_invoice(
        self,
        setup: InvoiceService,
        store: Store,
        clock: SettableClock,
        end: Callable[[Invoice], AnyCommand],
    ) -> None:
        invoice = issued(setup, due_by=DUE, expire_by=FIRST + DAY)
        assert list(store.remindable(FIRST, 10)) == [a_key()]
        clock.set(FIRST + DAY if end is ENDS[-1] else FIRST)
        setup.execute(end(invoice)).unwrap()
        assert list(store.remindable(FIRST, 10)) == []
        with store.snapshot() as snapshot:
            assert snapshot.reminders((a_key(),)) == {}

    def test_a_wake_up_found_before_the_payment_sends_nothing_after_it(
        self, setup: InvoiceService, store: Store, clock: SettableClock
    ) -> None:
        due = issued(setup, due_by=DUE).due
        clock.set(FIRST)
        (found,) = store.remindable(FIRST, 10)
        setup.execute(Pay(account=ACCOUNT, invoice=ID, payment=a_payment(due))).unwrap()
        stale = Remind(account=found.account, invoice=found.invoice)
        assert setup.execute(stale).unwrap().messages == ()
        assert setup.messages(ACCOUNT, ID) == ()

    def test_a_wake_up_found_before_the_due_date_moved_sends_nothing_after_it(
        self, setup: InvoiceService, store: Store, waking: BackgroundJobs, clock: SettableClock
    ) -> None:
        issued(setup, due_by=DUE)
        clock.set(FIRST)
        (found,) = store.remindable(FIRST, 10)
        moved = Patch(due_by=DUE + DAY)
        setup.execute(Update(account=ACCOUNT, invoice=ID, patch=moved)).unwrap()
        stale = Remind(account=found.account, invoice=found.invoice)
        assert setup.execute(stale).unwrap().messages == ()
        clock.set(FIRST + DAY)
        assert waking.remind() == 1
        assert [one.requested_at for one in setup.messages(ACCOUNT, ID)] == [FIRST + DAY]

    def test_many_wake_ups_at_once_send_one_reminder(
        self, setup: InvoiceService, clock: SettableClock
    ) -> None:
        issued(setup, due_by=DUE)
        clock.set(FIRST)
        at_once(*[lambda: setup.execute(Remind(account=ACCOUNT, invoice=ID))] * 8)
        assert [one.reminder for one in setup.messages(ACCOUNT, ID)] == [1]

    def test_of_paying_and_reminding_at_once_the_events_show_which_was_first(
        self, setup: InvoiceService, store: Store, clock: SettableClock
    ) -> None:
        for n in range(8):
            one = InvoiceId(f"inv_{n}")
            clock.set(NOON)
            invoice = issued(setup, one, due_by=DUE)
            clock.set(FIRST)
            pay = Pay(account=ACCOUNT, invoice=one, payment=a_payment(invoice.due, f"pay_{n}"))
            wake = Remind(account=ACCOUNT, invoice=one)
            at_once(partial(setup.execute, pay), partial(setup.execute, wake))
            with store.snapshot() as snapshot:
                names = [stamped.event.name for stamped in snapshot.events(a_key(one))]
                assert snapshot.reminders((a_key(one),)) == {}
            assert names[2:] in (
                ["invoice.payment_recorded"],
                ["invoice.reminder_requested", "invoice.payment_recorded"],
            )

    def test_a_batch_of_many_reminds_each(
        self, setup: InvoiceService, waking: BackgroundJobs, clock: SettableClock
    ) -> None:
        for n in range(12):
            issued(setup, f"inv_{n}", due_by=DUE)
        clock.set(FIRST)
        assert [waking.remind(limit=5) for _ in range(4)] == [5, 5, 2, 0]
        for n in range(12):
            assert len(setup.messages(ACCOUNT, InvoiceId(f"inv_{n}"))) == 1

    def test_an_account_without_a_schedule_has_no_reminders(
        self, setup: InvoiceService, store: Store
    ) -> None:
        open_account(setup, an_account(ACCOUNT))
        issued(setup, due_by=DUE)
        with store.snapshot() as snapshot:
            assert snapshot.reminders((a_key(),)) == {}
