"""Lists leave out what cannot be read, and report each row of it."""

from __future__ import annotations

import pytest

from billhook.application.commands import Notify
from billhook.application.ports import UnreadableRowError
from billhook.application.readable import readable_invoices
from billhook.application.records import Search
from billhook.application.service import InvoiceService
from billhook.model.customer import Medium
from billhook.model.invoice import InvoiceId
from billhook_adapters.memory.transaction import InMemoryTransaction
from unit.running_service import ACME, InMemoryService

IDS = [InvoiceId(f"inv_{number}") for number in range(6)]
DAMAGED = {IDS[1], IDS[4]}
READABLE = [name for name in IDS if name not in DAMAGED]


@pytest.fixture
def running(monkeypatch: pytest.MonkeyPatch) -> InMemoryService:
    """Six issued invoices with a message each; two of them cannot be read, with their messages."""
    running = InMemoryService()
    for name in IDS:
        running.issued(name)
        running.service.execute(Notify(account=ACME, invoice=name, medium=Medium.SMS)).unwrap()
    search, invoices = InMemoryTransaction.search, InMemoryTransaction.invoices
    about = InMemoryTransaction.messages_about

    def check(ids: object, table: str) -> None:
        for name in ids:  # type: ignore[attr-defined]  # a collection of ids
            if name in DAMAGED:
                raise UnreadableRowError(table, ACME, name, "ValueError")

    def damaged_search(transaction: InMemoryTransaction, *given: object) -> object:
        found = search(transaction, *given)  # type: ignore[arg-type]  # passed on
        check([one.id for one in found], "invoices")
        return found

    def damaged_invoices(transaction: InMemoryTransaction, keys: object) -> object:
        found = invoices(transaction, keys)  # type: ignore[arg-type]  # passed on
        check([key.invoice for key in found], "invoices")
        return found

    def damaged_about(transaction: InMemoryTransaction, keys: object) -> object:
        check([key.invoice for key in keys], "messages")  # type: ignore[attr-defined]  # keys
        return about(transaction, keys)  # type: ignore[arg-type]  # passed on

    def search_keys(transaction: InMemoryTransaction, *given: object) -> object:
        return [one.key for one in search(transaction, *given)]  # type: ignore[arg-type]  # passed on

    monkeypatch.setattr(InMemoryTransaction, "search", damaged_search)
    monkeypatch.setattr(InMemoryTransaction, "search_keys", search_keys)
    monkeypatch.setattr(InMemoryTransaction, "invoices", damaged_invoices)
    monkeypatch.setattr(InMemoryTransaction, "messages_about", damaged_about)
    return running


def test_a_list_leaves_out_what_cannot_be_read_and_reports_it(running: InMemoryService) -> None:
    left_out: list[UnreadableRowError] = []
    service = InvoiceService(running.store, running.clock, running.ids, left_out=left_out.append)
    found = service.search(ACME, Search(oldest_first=True, limit=6))
    assert [one.id for one in found] == READABLE
    assert [(one.table, one.account, one.id) for one in left_out] == [
        ("invoices", ACME, IDS[1]),
        ("invoices", ACME, IDS[4]),
    ]
    assert str(left_out[0]) == "invoices: inv_1 of acc_1 cannot be read (ValueError)"


def test_a_row_that_is_not_reported_is_left_out_as_well(running: InMemoryService) -> None:
    assert len(running.service.search(ACME, Search(oldest_first=True, limit=6))) == 4


@pytest.mark.parametrize(("fill", "expected"), [(False, [0, 2]), (True, [0, 2, 3])])
def test_a_page_is_filled_up_where_it_is_to_be(
    running: InMemoryService, *, fill: bool, expected: list[int]
) -> None:
    left_out: list[UnreadableRowError] = []
    search = Search(oldest_first=True, limit=3)
    with running.store.snapshot() as snapshot:
        found = readable_invoices(
            snapshot, ACME, search, running.clock.now(), left_out.append, fill=fill
        )
    assert [one.id for one in found] == [IDS[number] for number in expected]


def test_the_messages_of_the_other_invoices_are_found(running: InMemoryService) -> None:
    left_out: list[UnreadableRowError] = []
    service = InvoiceService(running.store, running.clock, running.ids, left_out=left_out.append)
    assert set(service.messages_of(ACME, IDS)) == set(READABLE)
    assert [(one.table, one.id) for one in left_out] == [
        ("messages", name) for name in IDS if name in DAMAGED
    ]
