"""Searching at the desk: what is shown is as it stands now."""

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
from unit.running_service import ACME, ONE, OTHER, TWO, Office

THREE = InvoiceId("inv_3")


def _found(office: Office, **search: Any) -> list[str]:
    return [invoice.id for invoice in office.service.search(ACME, Search(**search))]


def test_a_search_without_conditions_finds_the_newest_ten() -> None:
    office = Office()
    for number in range(12):
        office.drafted(InvoiceId(f"inv_{number:02}"))
        office.clock.advance(timedelta(seconds=1))
    assert _found(office) == [f"inv_{number:02}" for number in range(11, 1, -1)]


def test_what_ran_out_of_time_is_found_and_shown_as_expired_before_any_sweep() -> None:
    office = Office()
    office.issued(ONE, expire_by=TOMORROW)
    office.issued(TWO)
    office.clock.set(TOMORROW)
    (expired,) = office.service.search(ACME, Search(statuses=frozenset({Status.EXPIRED})))
    assert (expired.id, expired.status, expired.expired_at) == (ONE, Status.EXPIRED, TOMORROW)
    assert expired == office.seen(ONE)
    assert _found(office, statuses=frozenset({Status.ISSUED})) == [TWO]
    shown = office.service.search(ACME, Search())
    assert [invoice.status for invoice in shown] == [Status.ISSUED, Status.EXPIRED]


def test_a_search_before_the_last_instant_still_finds_it_open() -> None:
    office = Office()
    office.issued(ONE, expire_by=TOMORROW)
    office.clock.set(TOMORROW - timedelta(microseconds=1))
    assert _found(office, statuses=frozenset({Status.ISSUED})) == [ONE]
    assert _found(office, statuses=frozenset({Status.EXPIRED})) == []


def test_every_change_is_found_at_once() -> None:
    office = Office(number_prefix="INV-")
    office.issued(ONE)
    office.issued(TWO, receipt="R-2")
    office.drafted(THREE)
    office.service.execute(Pay(account=ACME, invoice=ONE, payment=a_payment(99800))).unwrap()
    office.service.execute(Cancel(account=ACME, invoice=TWO)).unwrap()
    assert _found(office, payment="pay_1") == [ONE]
    assert _found(office, statuses=frozenset({Status.PAID, Status.CANCELLED})) == [TWO, ONE]
    assert [_found(office, receipt=one) for one in ("INV-0001", "R-2", "INV-0002")] == [
        [ONE],
        [TWO],
        [],
    ]
    office.service.execute(Delete(account=ACME, invoice=THREE)).unwrap()
    assert _found(office) == [TWO, ONE]


def test_a_page_and_the_count_of_all_pages_are_told_together() -> None:
    office = Office()
    for one in (ONE, TWO):
        office.drafted(one, title="Spring order", date=NOON)
    page, whole = office.service.search_and_count(
        ACME, Search(text="SPRING", limit=1, by_date=True)
    )
    assert ([invoice.id for invoice in page], whole) == ([TWO], 2)


def test_a_list_by_date_has_no_key_to_go_on_from() -> None:
    with pytest.raises(ValidationError, match="use skip with by_date"):
        Search(by_date=True, after=(NOON, "inv_1"))


def test_the_account_and_its_next_number_are_told() -> None:
    office = Office(number_prefix="INV-")
    assert office.service.account(ACME) == an_account(ACME, "Acme", number_prefix="INV-")
    assert office.service.account(AccountId("acc_9")) is None
    assert office.service.upcoming_number(ACME) == "INV-0001"
    assert office.service.upcoming_number(OTHER) is None
    office.issued()
    assert office.service.upcoming_number(ACME) == "INV-0002"


def test_behind_its_short_url_the_payer_sees_an_invoice_as_it_stands() -> None:
    office = Office()
    url = office.issued(expire_by=TOMORROW).short_url or ""
    payment = a_payment(1000)
    office.service.execute(Pay(account=ACME, invoice=ONE, payment=payment))
    refused = a_payment(10**9, "pay_2")
    office.service.execute(RecordPayment(account=ACME, invoice=ONE, payment=refused))
    seen = office.service.behind(url).unwrap()
    assert (seen.seller, seen.invoice) == ("Acme", office.seen())
    assert [one.payment for one in seen.payments] == [payment]
    office.clock.set(TOMORROW)
    assert office.service.behind(url).unwrap().invoice.status is Status.EXPIRED
    assert office.service.behind("https://bill.example/i/x") == Failure(InvoiceNotFound())


def test_a_visit_is_a_fact_beside_the_replay() -> None:
    office = Office()
    invoice = office.issued()
    visited = office.service.execute(RecordView(account=ACME, invoice=ONE, actor="key_1"))
    assert visited == Success(invoice)
    assert office.seen() == invoice
    *_, last = office.service.history(ACME, ONE).unwrap()
    assert last == RecordedEvent(invoice.key, None, InvoiceViewed(NOON), "key_1")


def test_another_account_finds_nothing() -> None:
    office = Office()
    office.issued()
    assert list(office.service.search(OTHER, Search())) == []


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
def test_a_search_of_no_sound_shape_is_refused(search: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Search(**search)


def test_the_defaults_and_the_limits_of_a_search() -> None:
    search = Search()
    assert (search.limit, search.skip, search.oldest_first, search.after) == (10, 0, False, None)
    assert [Search(limit=limit).limit for limit in (1, 1000)] == [1, 1000]
