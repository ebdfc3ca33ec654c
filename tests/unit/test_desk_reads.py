"""Batch first: however many commands there are, rows of a kind are read in one go."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator
from contextlib import contextmanager
from typing import Any

from returns.result import Failure, Success

from billhook.desk.commands import AnyCommand, Cancel, Draft, DraftAndSend, Notify
from billhook.errors import MissingContact
from billhook.invoice import InvoiceId
from billhook.party import Medium
from billhook_adapters.memory import InMemoryStore
from billhook_adapters.testing import a_customer, a_document
from unit.office import ACME, ONE, Office

READS = ("remembered", "accounts", "invoices", "payments", "histories")


class CountingStore(InMemoryStore):
    """Keeps which rows each read asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.reads: list[tuple[str, int]] = []

    @contextmanager
    def transaction(self) -> Generator[Any]:
        with super().transaction() as work:
            for name in READS:
                setattr(work, name, self._counted(name, getattr(work, name)))
            yield work

    def _counted(self, name: str, read: Callable[[Collection[Any]], Any]) -> Any:
        def counting(keys: Collection[Any]) -> Any:
            self.reads.append((name, len(keys)))
            return read(keys)

        return counting


def test_a_batch_reads_each_kind_of_row_once() -> None:
    store = CountingStore()
    office = Office(store)
    ids = [InvoiceId(f"inv_{number}") for number in range(10)]
    drafts: list[AnyCommand] = [
        Draft(account=ACME, invoice=one, document=a_document(), key=f"d{one}") for one in ids
    ]
    cancels: list[AnyCommand] = [Cancel(account=ACME, invoice=one, key=f"c{one}") for one in ids]
    store.reads.clear()
    office.desk.execute([*drafts, *cancels])
    assert store.reads == [("remembered", 20), ("accounts", 1), ("invoices", 10)]


def test_commands_without_a_key_look_nothing_up() -> None:
    store = CountingStore()
    office = Office(store)
    store.reads.clear()
    office.desk.execute([Draft(account=ACME, document=a_document())] * 3)
    assert store.reads == [("accounts", 1)]


def test_an_address_that_is_not_known_is_not_looked_up() -> None:
    store = CountingStore()
    office = Office(store)
    office.issued(customer=a_customer(contact=None))
    store.reads.clear()
    by_sms = Notify(account=ACME, invoice=ONE, medium=Medium.SMS)
    assert office.desk.do(by_sms) == Failure(MissingContact())
    assert store.reads == [("accounts", 1), ("invoices", 1)]


def test_the_payers_of_a_batch_are_looked_up_together() -> None:
    store = CountingStore()
    office = Office(store)
    ids = [InvoiceId(f"inv_{number}") for number in range(10)]
    for number, one in enumerate(ids):
        office.issued(one, customer=a_customer(email=f"payer{number}@example.com"))
    store.reads.clear()
    by_mail: list[AnyCommand] = [
        Notify(account=ACME, invoice=one, medium=Medium.EMAIL) for one in ids
    ]
    assert all(isinstance(answer, Success) for answer in office.desk.execute(by_mail))
    assert store.reads == [("accounts", 1), ("invoices", 10), ("histories", 10)]


def test_a_payer_who_came_with_the_batch_is_looked_up_too() -> None:
    store = CountingStore()
    office = Office(store)
    office.issued()
    new = a_document(customer=a_customer(email="new@example.com"))
    store.reads.clear()
    told, sent = office.desk.execute(
        [
            Notify(account=ACME, invoice=ONE, medium=Medium.EMAIL),
            DraftAndSend(account=ACME, document=new, media=(Medium.EMAIL,)),
        ]
    )
    assert isinstance(told, Success)
    assert isinstance(sent, Success)
    assert store.reads[2:] == [("histories", 1), ("histories", 1)]
