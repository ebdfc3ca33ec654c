"""Batch first: however many commands there are, rows of a kind are read in one go."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

from returns.result import Failure, Result, Success

from billhook.application.command import AnyCommand, InvoiceCommand
from billhook.application.commands import (
    Cancel,
    Draft,
    DraftAndSend,
    Notify,
    Pay,
    Remind,
    SaveEntry,
    Send,
)
from billhook.application.records import Contact
from billhook.application.unit_of_work import CommandContext
from billhook.lifecycle.errors import MissingContact
from billhook.lifecycle.notify import NotifyError
from billhook.messaging.message import Message
from billhook.model.customer import Medium
from billhook.model.invoice import Invoice, InvoiceId
from billhook.model.reminder_schedule import ReminderSchedule
from billhook_adapters.memory import InMemoryStore
from billhook_adapters.testing import a_customer, a_document, a_payment
from billhook_adapters.testing.builders import TOMORROW
from unit.running_service import ACME, ONE, InMemoryService

READS = (
    "idempotency_records",
    "accounts",
    "invoices",
    "payments",
    "entries",
    "histories",
    "reminders",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnNotify(InvoiceCommand[Message, NotifyError]):
    """A custom command, which declares what it reads and decides as another does."""

    kind: ClassVar = "own_notify"
    like: Notify

    def contacts(self, invoice: Invoice | None) -> Iterable[Contact]:
        return self.like.contacts(invoice)

    def decide_on(self, invoice: Invoice, context: CommandContext) -> Result[Message, NotifyError]:
        return self.like.decide_on(invoice, context)


class CountingStore(InMemoryStore):
    """Keeps how many rows each read requested."""

    def __init__(self) -> None:
        super().__init__()
        self.reads: list[tuple[str, int]] = []

    @contextmanager
    def transaction(self) -> Generator[Any]:
        with super().transaction() as transaction:
            for name in READS:
                setattr(transaction, name, self._counted(name, getattr(transaction, name)))
            yield transaction

    def _counted(self, name: str, read: Callable[[Collection[Any]], Any]) -> Any:
        def counting(keys: Collection[Any]) -> Any:
            self.reads.append((name, len(keys)))
            return read(keys)

        return counting


def test_a_batch_reads_each_kind_of_row_once() -> None:
    store = CountingStore()
    running = InMemoryService(store)
    ids = [InvoiceId(f"inv_{number}") for number in range(10)]
    drafts: list[AnyCommand] = [
        Draft(account=ACME, invoice=one, document=a_document(), key=f"d{one}") for one in ids
    ]
    cancels: list[AnyCommand] = [Cancel(account=ACME, invoice=one, key=f"c{one}") for one in ids]
    store.reads.clear()
    running.service.execute_all([*drafts, *cancels])
    assert store.reads == [("idempotency_records", 20), ("accounts", 1), ("invoices", 10)]


def test_commands_without_a_key_read_no_idempotency_records() -> None:
    store = CountingStore()
    running = InMemoryService(store)
    store.reads.clear()
    running.service.execute_all([Draft(account=ACME, document=a_document())] * 3)
    assert store.reads == [("accounts", 1)]


def test_a_missing_address_is_not_looked_up() -> None:
    store = CountingStore()
    running = InMemoryService(store)
    running.issued(customer=a_customer(contact=None))
    store.reads.clear()
    by_sms = Notify(account=ACME, invoice=ONE, medium=Medium.SMS)
    assert running.service.execute(by_sms) == Failure(MissingContact())
    assert store.reads == [("accounts", 1), ("invoices", 1)]


def test_the_payers_of_a_batch_are_looked_up_together() -> None:
    store = CountingStore()
    running = InMemoryService(store)
    ids = [InvoiceId(f"inv_{number}") for number in range(10)]
    for number, one in enumerate(ids):
        running.issued(one, customer=a_customer(email=f"payer{number}@example.com"))
    store.reads.clear()
    by_mail: list[AnyCommand] = [
        Notify(account=ACME, invoice=one, medium=Medium.EMAIL) for one in ids
    ]
    assert all(isinstance(answer, Success) for answer in running.service.execute_all(by_mail))
    assert store.reads == [("accounts", 1), ("invoices", 10), ("histories", 10)]


def test_a_payer_drafted_in_the_batch_is_looked_up_too() -> None:
    store = CountingStore()
    running = InMemoryService(store)
    running.issued()
    new = a_document(customer=a_customer(email="new@example.com"))
    store.reads.clear()
    notified, sent = running.service.execute_all(
        [
            Notify(account=ACME, invoice=ONE, medium=Medium.EMAIL),
            DraftAndSend(account=ACME, document=new, media=(Medium.EMAIL,)),
        ]
    )
    assert isinstance(notified, Success)
    assert isinstance(sent, Success)
    # The e-mail address of the first, and both addresses of the draft.
    assert store.reads[2:] == [("histories", 3)]


def test_the_payments_of_a_batch_are_looked_up_together() -> None:
    store = CountingStore()
    running = InMemoryService(store)
    running.issued()
    store.reads.clear()
    running.service.execute_all(
        [
            Pay(account=ACME, invoice=ONE, payment=a_payment(1, f"pay_{number}"))
            for number in range(10)
        ]
    )
    assert store.reads == [("accounts", 1), ("invoices", 1), ("payments", 10)]


def test_rows_are_read_in_one_order_whatever_the_order_of_the_commands() -> None:
    store = CountingStore()
    running = InMemoryService(store)
    commands: list[AnyCommand] = [
        Send(account=ACME, invoice=running.drafted().id, key="send"),
        SaveEntry(account=ACME, id="entry", body="{}"),
        Pay(account=ACME, invoice=ONE, payment=a_payment(1)),
    ]
    expected = ["idempotency_records", "accounts", "invoices", "payments", "entries", "histories"]
    for order in (commands, commands[::-1]):
        store.reads.clear()
        running.service.execute_all(order)
        assert [name for name, _ in store.reads] == expected


def test_the_rows_that_a_custom_command_declares_are_read() -> None:
    notify = Notify(account=ACME, invoice=ONE, medium=Medium.EMAIL)
    store = CountingStore()
    running = InMemoryService(store)
    running.issued()
    store.reads.clear()
    assert (
        running.service.execute(OwnNotify(account=ACME, invoice=ONE, like=notify)).unwrap().medium
        is Medium.EMAIL
    )
    assert store.reads == [("accounts", 1), ("invoices", 1), ("histories", 1)]


def test_the_clock_is_read_once_all_rows_are_read() -> None:
    store = CountingStore()
    running = InMemoryService(store)
    reads: list[int] = []
    now = running.clock.now

    def counting_now() -> datetime:
        reads.append(len(store.reads))
        return now()

    running.issued()
    store.reads.clear()
    running.clock.now = counting_now  # type: ignore[method-assign]
    running.service.execute(Notify(account=ACME, invoice=ONE, medium=Medium.EMAIL, key="k"))
    assert reads == [len(store.reads)]


def test_the_reminders_of_a_batch_are_looked_up_together() -> None:
    store = CountingStore()
    running = InMemoryService(store, reminders=ReminderSchedule(after=[timedelta(0)]))
    ids = [InvoiceId(f"inv_{number}") for number in range(10)]
    store.reads.clear()
    for one in ids:
        running.issued(one, due_by=TOMORROW)
    assert not [read for read in store.reads if read[0] == "reminders"]
    store.reads.clear()
    running.service.execute_all([Remind(account=ACME, invoice=one) for one in ids])
    assert [read for read in store.reads if read[0] == "reminders"] == [("reminders", 10)]
    store.reads.clear()
    running.service.execute_all([Cancel(account=ACME, invoice=one) for one in ids])
    assert [read for read in store.reads if read[0] == "reminders"] == [("reminders", 10)]
