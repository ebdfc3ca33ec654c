"""Searching: every invoice is shown as it is now."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError
from returns.result import Failure, Success

from billhook.application.commands import Cancel, Delete, Pay, RecordPayment, RecordView
from billhook.application.records import RecordedEvent, Search
from billhook.lifecycle.errors import InvoiceNotFound
from billhook.lifecycle.events import InvoiceViewed
from billhook.model.base import AccountId
from billhook.model.invoice import InvoiceId, Status
from billhook_adapters.testing import NOON, a_payment, an_account
from billhook_adapters.testing.builders import TOMORROW
from unit.running_service import ACME, ONE, OTHER, TWO, InMemoryService

THREE = InvoiceId("inv_3")


def _found(running: InMemoryService, **search: Any) -> list[str]:
    return [invoice.id for invoice in running.service.search(ACME, Search(**search))]


def test_a_search_without_conditions_finds_the_newest_ten() -> None:
    running = InMemoryService()
    for number in range(12):
        running.drafted(InvoiceId(f"inv_{number:02}"))
        running.clock.advance(timedelta(seconds=1))
    assert _found(running) == [f"inv_{number:02}" for number in range(11, 1, -1)]


def test_an_expired_invoice_is_found_as_expired_before_any_sweep() -> None:
    running = InMemoryService()
    running.issued(ONE, expire_by=TOMORROW)
    running.issued(TWO)
    running.clock.set(TOMORROW)
    (expired,) = running.service.search(ACME, Search(statuses=frozenset({Status.EXPIRED})))
    assert (expired.id, expired.status, expired.expired_at) == (ONE, Status.EXPIRED, TOMORROW)
    assert expired == running.invoice(ONE)
    assert _found(running, statuses=frozenset({Status.ISSUED})) == [TWO]
    shown = running.service.search(ACME, Search())
    assert [invoice.status for invoice in shown] == [Status.ISSUED, Status.EXPIRED]


def test_a_search_right_before_the_expiry_still_finds_it_issued() -> None:
    running = InMemoryService()
    running.issued(ONE, expire_by=TOMORROW)
    running.clock.set(TOMORROW - timedelta(microseconds=1))
    assert _found(running, statuses=frozenset({Status.ISSUED})) == [ONE]
    assert _found(running, statuses=frozenset({Status.EXPIRED})) == []


def test_every_change_is_found_at_once() -> None:
    running = InMemoryService(number_prefix="INV-")
    running.issued(ONE)
    running.issued(TWO, receipt="R-2")
    running.drafted(THREE)
    running.service.execute(Pay(account=ACME, invoice=ONE, payment=a_payment(99800))).unwrap()
    running.service.execute(Cancel(account=ACME, invoice=TWO)).unwrap()
    assert _found(running, payment="pay_1") == [ONE]
    assert _found(running, statuses=frozenset({Status.PAID, Status.CANCELLED})) == [TWO, ONE]
    assert [_found(running, receipt=one) for one in ("INV-0001", "R-2", "INV-0002")] == [
        [ONE],
        [TWO],
        [],
    ]
    running.service.execute(Delete(account=ACME, invoice=THREE)).unwrap()
    assert _found(running) == [TWO, ONE]


def test_a_page_and_the_total_count_are_returned_together() -> None:
    running = InMemoryService()
    for one in (ONE, TWO):
        running.drafted(one, title="Spring order", date=NOON)
    page, total = running.service.search_and_count(
        ACME, Search(text="SPRING", limit=1, by_date=True)
    )
    assert ([invoice.id for invoice in page], total) == ([TWO], 2)


def test_a_list_by_date_cannot_continue_after_a_key() -> None:
    with pytest.raises(ValidationError, match="use skip with by_date"):
        Search(by_date=True, after=(NOON, "inv_1"))


def test_the_account_and_its_next_number_are_shown() -> None:
    running = InMemoryService(number_prefix="INV-")
    assert running.service.account(ACME) == an_account(ACME, "Acme", number_prefix="INV-")
    assert running.service.account(AccountId("acc_9")) is None
    assert running.service.upcoming_number(ACME) == "INV-0001"
    assert running.service.upcoming_number(OTHER) is None
    running.issued()
    assert running.service.upcoming_number(ACME) == "INV-0002"


def test_the_short_url_shows_the_invoice_as_it_is_now() -> None:
    running = InMemoryService()
    url = running.issued(expire_by=TOMORROW).short_url or ""
    payment = a_payment(1000)
    running.service.execute(Pay(account=ACME, invoice=ONE, payment=payment))
    refused = a_payment(10**9, "pay_2")
    running.service.execute(RecordPayment(account=ACME, invoice=ONE, payment=refused))
    seen = running.service.by_short_url(url).unwrap()
    assert (seen.seller, seen.invoice) == ("Acme", running.invoice())
    assert [one.payment for one in seen.payments] == [payment]
    running.clock.set(TOMORROW)
    assert running.service.by_short_url(url).unwrap().invoice.status is Status.EXPIRED
    assert running.service.by_short_url("https://bill.example/i/x") == Failure(InvoiceNotFound())


def test_a_view_is_an_event_that_changes_no_version() -> None:
    running = InMemoryService()
    invoice = running.issued()
    viewed = running.service.execute(RecordView(account=ACME, invoice=ONE, actor="key_1"))
    assert viewed == Success(invoice)
    assert running.invoice() == invoice
    *_, last = running.service.history(ACME, ONE).unwrap()
    assert last == RecordedEvent(invoice.key, None, InvoiceViewed(NOON), "key_1")


def test_another_account_finds_nothing() -> None:
    running = InMemoryService()
    running.issued()
    assert list(running.service.search(OTHER, Search())) == []


@pytest.mark.parametrize(
    "search",
    [
        {"limit": 0},
        {"limit": 1001},
        {"limit": True},
        {"skip": -1},
        {"receipt": "a\x00"},
        {"created_from": NOON.replace(tzinfo=None)},
        {"statuses": {"lost"}},
        {"order": "name"},
    ],
)
def test_an_invalid_search_is_refused(search: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Search(**search)


def test_the_defaults_and_the_limits_of_a_search() -> None:
    search = Search()
    assert (search.limit, search.skip, search.oldest_first, search.after) == (10, 0, False, None)
    assert [Search(limit=limit).limit for limit in (1, 1000)] == [1, 1000]
