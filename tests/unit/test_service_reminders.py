"""Reminders of the service and their delivery."""

from __future__ import annotations

from collections.abc import Collection, Generator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from returns.result import Failure, Success

from billhook.application.claiming import AttemptResult
from billhook.application.commands import Draft, Issue, Notify, Pay, Remind, Update
from billhook.lifecycle.errors import InvoiceNotFound
from billhook.lifecycle.remind import ReminderOutlook
from billhook.messaging.delivery import DeliveryStatus, Transient
from billhook.messaging.message import Message
from billhook.model.customer import Medium
from billhook.model.invoice import Invoice, InvoiceId, InvoiceKey
from billhook.model.patch import Patch
from billhook.model.reminder_schedule import QuietHours, ReminderProgress, ReminderSchedule
from billhook_adapters.memory import InMemoryStore
from billhook_adapters.testing import NOON, a_customer, a_document, a_payment, an_account
from billhook_adapters.testing.builders import open_account
from unit.running_service import ACME, ONE, OTHER, TWO, InMemoryService

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
DUE = NOON + 10 * DAY
STEPS = ReminderSchedule(before=[DAY], after=[0 * DAY], media=[Medium.EMAIL])
NIGHT = QuietHours(start=time(21), end=time(8))


class CountingStore(InMemoryStore):
    """Counts the transactions."""

    def __init__(self) -> None:
        super().__init__()
        self.begun = 0

    def transaction(self) -> Any:
        """One more."""
        self.begun += 1
        return super().transaction()


class CorruptStore(InMemoryStore):
    """Cannot read one of its invoices, or no more than so many at a time."""

    corrupt: InvoiceKey | None = None
    most = 99

    @contextmanager
    def transaction(self) -> Generator[Any]:
        """One in which they cannot be read."""
        with super().transaction() as transaction:
            read = transaction.invoices

            def reading(keys: Collection[InvoiceKey]) -> Mapping[InvoiceKey, Invoice]:
                if self.corrupt in keys or len(keys) > self.most:
                    raise ValueError("a corrupt row")
                return read(keys)

            setattr(transaction, "invoices", reading)  # noqa: B010  # the type knows a method there
            yield transaction


def _running(
    schedule: ReminderSchedule | None = STEPS, store: InMemoryStore | None = None
) -> InMemoryService:
    return InMemoryService(store, reminders=schedule)


def _progress(running: InMemoryService, id: InvoiceId = ONE) -> ReminderProgress | None:
    with running.store.snapshot() as snapshot:
        return snapshot.reminders((InvoiceKey(ACME, id),)).get(InvoiceKey(ACME, id))


def _swept(running: InMemoryService, at: datetime) -> Sequence[Message]:
    running.clock.set(at)
    running.background_jobs.sweep()
    return running.messages()


def _due(running: InMemoryService, id: InvoiceId = ONE, **document: Any) -> Invoice:
    return running.issued(id, **{"due_by": DUE, **document})


def test_a_draft_has_no_reminders() -> None:
    running = _running()
    running.drafted(due_by=DUE)
    assert _progress(running) is None


def test_an_invoice_issued_and_paid_in_one_batch_leaves_no_row() -> None:
    running = _running()
    running.service.execute_all(
        (
            Draft(account=ACME, invoice=ONE, document=a_document(due_by=DUE)),
            Issue(account=ACME, invoice=ONE),
            Pay(account=ACME, invoice=ONE, payment=a_payment(a_document().total)),
        )
    )
    assert running.invoice().status == "paid"
    assert _progress(running) is None


def test_commands_of_one_batch_see_each_others_reminders() -> None:
    running = _running()
    _due(running)
    running.clock.set(DUE)
    first, second = running.service.execute_all((Remind(account=ACME, invoice=ONE),) * 2)
    assert [len(answer.unwrap().messages) for answer in (first, second)] == [1, 0]


def test_a_part_payment_keeps_the_reminders() -> None:
    running = _running()
    _due(running)
    running.service.execute(Pay(account=ACME, invoice=ONE, payment=a_payment(1))).unwrap()
    assert _progress(running) == ReminderProgress(NOON, 0, DUE - DAY)
    assert len(_swept(running, DUE)) == 1


def test_a_changed_schedule_applies_from_the_next_wake_up() -> None:
    running = _running()
    _due(running)
    open_account(running.service, an_account(ACME, reminders=ReminderSchedule(after=[DAY])))
    assert _swept(running, DUE) == ()
    assert _progress(running) == ReminderProgress(DUE, 0, DUE + DAY)
    open_account(running.service, an_account(ACME))
    assert _swept(running, DUE + DAY) == ()
    assert _progress(running) is None


def test_a_new_schedule_applies_to_an_invoice_from_its_next_change() -> None:
    running = _running(None)
    _due(running)
    _due(running, TWO)
    open_account(running.service, an_account(ACME, reminders=STEPS))
    running.service.execute(
        Update(account=ACME, invoice=TWO, patch=Patch(terms="30 days"))
    ).unwrap()
    assert (_progress(running), _progress(running, TWO)) == (
        None,
        ReminderProgress(NOON, 0, DUE - DAY),
    )


def test_a_wake_up_for_an_invoice_without_a_row_does_nothing() -> None:
    running = _running()
    running.issued()
    sent = running.service.execute(Remind(account=ACME, invoice=ONE)).unwrap()
    assert (sent.invoice, sent.messages, _progress(running)) == (running.invoice(), (), None)


def test_a_reminder_waits_for_the_throttle_of_its_address() -> None:
    running = InMemoryService(reminders=STEPS, resend_wait=HOUR)
    _due(running)
    running.clock.set(DUE - DAY - HOUR / 2)
    running.service.execute(Notify(account=ACME, invoice=ONE, medium=Medium.EMAIL)).unwrap()
    assert [one.reminder for one in _swept(running, DUE - DAY)] == [None]
    assert _progress(running) == ReminderProgress(DUE - DAY, 0, DUE)
    assert [one.reminder for one in _swept(running, DUE)] == [None, 1]


def test_a_reminder_goes_out_and_says_that_it_is_one() -> None:
    running = _running()
    _due(running)
    (message,) = _swept(running, DUE)
    assert running.background_jobs.deliver(message.key) is AttemptResult.ATTEMPTED
    assert "reminds you of an invoice" in running.sender.delivered[0].text


def test_a_reminder_of_an_invoice_paid_meanwhile_is_suppressed() -> None:
    running = _running()
    due = _due(running).due
    (message,) = _swept(running, DUE)
    running.service.execute(Pay(account=ACME, invoice=ONE, payment=a_payment(due))).unwrap()
    assert running.background_jobs.deliver(message.key) is AttemptResult.SUPPRESSED
    assert running.sender.delivered == []


def test_a_delayed_reminder_is_not_sent_in_quiet_hours() -> None:
    evening = DUE.replace(hour=20, minute=59)
    running = _running(ReminderSchedule(after=[0 * DAY], quiet_hours=NIGHT, media=[Medium.EMAIL]))
    _due(running, due_by=evening)
    (message,) = _swept(running, evening)
    running.sender.faults.append(Transient("busy", retry_after=HOUR))
    assert running.background_jobs.deliver(message.key) is AttemptResult.ATTEMPTED
    running.clock.set(evening + HOUR)
    assert running.background_jobs.deliver(message.key) is AttemptResult.POSTPONED
    (waiting,) = running.messages()
    assert (waiting.status, waiting.attempts) == (DeliveryStatus.QUEUED, 1)
    assert waiting.due_at == (evening + DAY).replace(hour=8, minute=0)
    running.clock.set(waiting.due_at)
    assert running.background_jobs.deliver(message.key) is AttemptResult.ATTEMPTED


def test_other_messages_are_sent_at_any_hour() -> None:
    running = _running(ReminderSchedule(after=[0 * DAY], quiet_hours=NIGHT))
    _due(running)
    running.clock.set(NOON.replace(hour=23))
    message = running.service.execute(Notify(account=ACME, invoice=ONE, medium=Medium.SMS)).unwrap()
    assert running.background_jobs.deliver(message.key) is AttemptResult.ATTEMPTED


def test_the_quiet_hours_are_those_of_the_payers_zone() -> None:
    schedule = ReminderSchedule(after=[0 * DAY], quiet_hours=NIGHT, time_zone="Asia/Kolkata")
    running = _running(schedule)
    _due(running, due_by=DUE.replace(hour=16))  # half past nine in Kolkata
    _due(running, TWO, due_by=DUE.replace(hour=16), customer=a_customer(time_zone="Europe/Berlin"))
    kolkata, berlin = _progress(running), _progress(running, TWO)
    assert kolkata is not None
    assert berlin is not None
    assert kolkata.due_at == (DUE + DAY).replace(hour=2, minute=30)
    assert berlin.due_at == DUE.replace(hour=16)


def test_a_reminder_of_a_missing_invoice_is_suppressed() -> None:
    running = _running()
    _due(running)
    (message,) = _swept(running, DUE)
    del running.store._rows.invoices[InvoiceKey(ACME, ONE)]
    assert running.background_jobs.deliver(message.key) is AttemptResult.SUPPRESSED


def test_a_wake_up_that_finds_nothing_begins_no_transaction() -> None:
    store = CountingStore()
    running = _running(store=store)
    _due(running)
    begun = store.begun
    assert running.background_jobs.remind() == 0
    assert store.begun == begun


def test_a_corrupt_row_raises_and_holds_up_no_other() -> None:
    store = CorruptStore()
    running = _running(store=store)
    ids = [InvoiceId(f"inv_{n}") for n in range(4)]
    for n, one in enumerate(ids):
        _due(running, one, due_by=DUE + n * HOUR)
    running.clock.set(DUE + DAY)
    store.corrupt = InvoiceKey(ACME, ids[0])
    with pytest.raises(ValueError, match="corrupt"):
        running.background_jobs.remind()
    assert [len(running.messages(one)) for one in ids] == [0, 1, 1, 1]
    with pytest.raises(ValueError, match="corrupt"):
        running.background_jobs.remind()
    store.corrupt = None
    assert running.background_jobs.remind() == 1


def test_a_batch_that_can_only_be_read_row_by_row_is_settled() -> None:
    store = CorruptStore()
    running = _running(store=store)
    for one in (ONE, TWO):
        _due(running, one)
    store.most = 1
    running.clock.set(DUE)
    assert running.background_jobs.remind() == 2


def test_a_sweep_counts_what_expired_and_what_was_settled() -> None:
    running = _running()
    _due(running)
    running.issued(TWO, expire_by=DUE)
    running.clock.set(DUE)
    assert running.background_jobs.sweep() == 2
    assert running.background_jobs.sweep() == 0


def test_expiry_ends_the_reminders_of_what_the_sweep_did_not_read() -> None:
    running = _running()
    _due(running, expire_by=DUE - HOUR)
    running.clock.set(DUE - HOUR)
    running.background_jobs.sweep()
    assert running.invoice().status == "expired"
    assert _progress(running) is None


def test_other_accounts_have_schedules_of_their_own() -> None:
    running = _running()
    running.service.execute_all(
        (
            Draft(account=OTHER, invoice=ONE, document=a_document(due_by=DUE)),
            Issue(account=OTHER, invoice=ONE),
        )
    )
    _due(running, TWO)
    assert [key.account for key in running.store.remindable(DUE, 10)] == [ACME]


def test_the_service_shows_what_was_sent_and_what_is_planned() -> None:
    running = _running()
    _due(running)
    assert running.service.reminders(ACME, ONE) == Success(ReminderOutlook(0, (DUE - DAY, DUE)))
    _swept(running, DUE - DAY)
    assert running.service.reminders(ACME, ONE) == Success(ReminderOutlook(1, (DUE,)))
    open_account(running.service, an_account(ACME))
    assert running.service.reminders(ACME, ONE) == Success(ReminderOutlook(1, ()))


def test_an_invoice_without_reminders_shows_none_and_one_that_is_unknown_is_not_found() -> None:
    running = _running()
    running.issued()
    assert running.service.reminders(ACME, ONE) == Success(ReminderOutlook(0, ()))
    assert running.service.reminders(OTHER, ONE) == Failure(InvoiceNotFound())
