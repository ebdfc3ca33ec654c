"""Searching a store: every condition, both orders, and pages that neither repeat nor skip."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from billhook.application.ports import Store
from billhook.application.records import PendingWrites, Search
from billhook.lifecycle.delete import delete
from billhook.lifecycle.issue import issue
from billhook.model.base import AccountId
from billhook.model.instalments import Instalment, PaymentSchedule
from billhook.model.invoice import Invoice, Status
from billhook_adapters.testing.builders import (
    NOON,
    TOMORROW,
    a_customer,
    a_full_document,
    a_recorded_payment,
    an_invoice,
)
from billhook_adapters.testing.contracts.store_suite import (
    ONE,
    OTHER,
    StoreSuite,
    add,
    broken_off,
    save,
)

TICK = timedelta(microseconds=1)
FIVE = ["inv_a", "inv_b", "inv_c", "inv_d", "inv_e"]


class SearchingSuite(StoreSuite):
    """Searches of a store."""

    def test_what_is_found_is_read_back_equal(self, opened: Store) -> None:
        full = an_invoice(Status.PAID, **dict(a_full_document()))
        add(opened, full)
        with opened.snapshot() as snapshot:
            assert list(snapshot.search(ONE.id, Search(), NOON)) == [full]

    def test_an_account_without_invoices_finds_nothing(self, opened: Store) -> None:
        assert found(opened) == []
        assert found(opened, account="acc_9") == []

    def test_the_newest_come_first_and_ties_go_by_id(self, opened: Store) -> None:
        add(opened, made("inv_b"), made("inv_c", NOON + TICK), made("inv_a"))
        assert found(opened) == ["inv_c", "inv_b", "inv_a"]
        assert found(opened, oldest_first=True) == ["inv_a", "inv_b", "inv_c"]

    def test_ties_go_by_the_code_points_of_the_id(self, opened: Store) -> None:
        add(opened, *(made(one) for one in ("a", "B", "_", "a.", "a-", "9", "10")))
        assert found(opened, oldest_first=True) == sorted(["a", "B", "_", "a.", "a-", "9", "10"])

    def test_what_is_overdue_is_found_and_what_is_not(self, opened: Store) -> None:
        half = PaymentSchedule(
            instalments=[
                Instalment(id="first", percentage=50, due_by=NOON),
                Instalment(id="second", percentage=50, due_by=TOMORROW + TICK),
            ]
        )
        invoices: dict[str, tuple[Status, dict[str, Any]]] = {
            "inv_open": (Status.ISSUED, {"due_by": TOMORROW}),
            "inv_part": (Status.PARTIALLY_PAID, {"due_by": TOMORROW}),
            "inv_half": (Status.ISSUED, {"schedule": half}),
            "inv_late": (Status.ISSUED, {"due_by": TOMORROW + TICK}),
            "inv_none": (Status.ISSUED, {}),
            "inv_draft": (Status.DRAFT, {"due_by": NOON}),
            "inv_paid": (Status.PAID, {"due_by": NOON}),
            "inv_gone": (Status.ISSUED, {"due_by": NOON, "expire_by": TOMORROW}),
        }
        for name, (status, document) in invoices.items():
            add(opened, an_invoice(status, id=name, **document))
        assert sorted(found(opened, now=TOMORROW - TICK, overdue=True)) == ["inv_gone", "inv_half"]
        overdue = ["inv_half", "inv_open", "inv_part"]
        assert sorted(found(opened, now=TOMORROW, overdue=True)) == overdue
        rest = sorted(invoices.keys() - set(overdue))
        assert sorted(found(opened, now=TOMORROW, overdue=False)) == rest
        part = found(opened, now=TOMORROW, overdue=True, statuses={Status.PARTIALLY_PAID})
        assert part == ["inv_part"]

    @pytest.mark.parametrize("oldest_first", [False, True])
    def test_pages_by_key_meet_every_invoice_once(
        self,
        opened: Store,
        oldest_first: bool,  # noqa: FBT001  # pytest gives it by name
    ) -> None:
        add(opened, *_five())
        pages: list[list[str]] = []
        after = None
        for _ in FIVE:  # more than there are pages: a store that repeats itself must not go on
            search = Search(limit=2, after=after, oldest_first=oldest_first)
            page = _search(opened, search, ONE.id, NOON)
            if not page:
                break
            pages.append([invoice.id for invoice in page])
            after = page[-1].created_at, page[-1].id
        assert [len(page) for page in pages] == [2, 2, 1]
        in_order = [one for page in pages for one in page]
        assert in_order == (FIVE if oldest_first else FIVE[::-1])

    def test_a_page_goes_on_though_its_last_invoice_is_gone_and_new_ones_came(
        self, opened: Store
    ) -> None:
        drafts = _five(Status.DRAFT)
        add(opened, *drafts)
        page = _search(opened, Search(limit=2), ONE.id, NOON)
        last = page[-1]
        assert [invoice.id for invoice in page] == ["inv_e", "inv_d"]
        save(opened, invoices={last.key: (last, delete(last, now=NOON).unwrap().invoice)})
        add(opened, made("inv_new", NOON + timedelta(hours=1)))
        assert found(opened, after=(last.created_at, last.id)) == ["inv_c", "inv_b", "inv_a"]

    def test_a_page_goes_on_behind_an_id_that_was_never_there(self, opened: Store) -> None:
        add(opened, *_five())
        assert found(opened, after=(NOON + TICK, "inv_cc")) == ["inv_c", "inv_b", "inv_a"]
        oldest: dict[str, Any] = {"after": (NOON, "inv_aa"), "oldest_first": True}
        assert found(opened, **oldest) == ["inv_b", "inv_c", "inv_d", "inv_e"]

    def test_a_text_is_found_in_every_composition_and_a_number_in_every_form(
        self, opened: Store
    ) -> None:
        payer = a_customer(name="Zoe\u0308", email="zoe@bücher.example", contact="+442079460958")
        add(opened, an_invoice(id="inv_zoe", customer=payer), made("inv_ravi"))
        for text in ("ZO\u00cb", "xn--bcher-kva", "+44 (0)20 7946 0958", "020 7946 0958"):
            assert found(opened, text=text) == ["inv_zoe"], text

    def test_pages_by_count_skip_and_stop(self, opened: Store) -> None:
        add(opened, *_five())
        assert found(opened, limit=2, skip=1) == ["inv_d", "inv_c"]
        assert found(opened, limit=2, skip=4) == ["inv_a"]
        assert found(opened, limit=2, skip=5) == []
        assert found(opened, limit=1, oldest_first=True) == ["inv_a"]
        after: dict[str, Any] = {"after": (NOON + TICK, "inv_d"), "skip": 1, "limit": 1}
        assert found(opened, **after) == ["inv_b"]

    @pytest.mark.parametrize(
        ("conditions", "ids"),
        [
            ({"created_from": NOON + TICK}, ["inv_e", "inv_d", "inv_c"]),
            ({"created_to": NOON + TICK}, ["inv_d", "inv_c", "inv_b", "inv_a"]),
            ({"created_from": NOON + TICK, "created_to": NOON + TICK}, ["inv_d", "inv_c"]),
            ({"created_to": NOON - TICK}, []),
            ({"created_from": NOON + 3 * TICK}, []),
        ],
    )
    def test_the_bounds_of_the_day_of_making_are_inclusive(
        self, opened: Store, conditions: dict[str, Any], ids: list[str]
    ) -> None:
        add(opened, *_five())
        assert found(opened, **conditions) == ids

    @pytest.mark.parametrize("status", list(Status))
    def test_each_status_is_found_alone(self, opened: Store, status: Status) -> None:
        add(opened, *(an_invoice(each, id=f"inv_{each}") for each in Status))
        assert found(opened, statuses=frozenset({status})) == [f"inv_{status}"]

    def test_of_many_statuses_any_will_do_and_of_none_nothing(self, opened: Store) -> None:
        add(opened, *(an_invoice(each, id=f"inv_{each}") for each in Status))
        wanted = frozenset({Status.PAID, Status.DRAFT})
        assert found(opened, statuses=wanted) == ["inv_paid", "inv_draft"]
        assert found(opened, statuses=frozenset()) == []
        assert len(found(opened, statuses=frozenset(Status))) == len(Status)

    def test_a_status_is_that_of_the_instant_of_asking(self, opened: Store) -> None:
        for each in Status:
            add(opened, an_invoice(each, id=f"inv_{each}", expire_by=TOMORROW))
        overdue = ["inv_partially_paid", "inv_issued", "inv_expired"]
        expired = frozenset({Status.EXPIRED})
        still_open = frozenset({Status.ISSUED, Status.PARTIALLY_PAID})
        before = TOMORROW - TICK
        assert found(opened, now=before, statuses=expired) == ["inv_expired"]
        assert found(opened, now=before, statuses=still_open) == overdue[:2]
        assert found(opened, now=TOMORROW, statuses=expired) == overdue
        assert found(opened, now=TOMORROW, statuses=still_open) == []
        kept = frozenset({Status.DRAFT, Status.PAID, Status.CANCELLED})
        assert found(opened, now=TOMORROW, statuses=kept) == [
            "inv_paid",
            "inv_draft",
            "inv_cancelled",
        ]

    def test_an_overdue_invoice_is_read_back_as_it_is_recorded(self, opened: Store) -> None:
        overdue = an_invoice(expire_by=TOMORROW)
        add(opened, overdue)
        search = Search(statuses=frozenset({Status.EXPIRED}))
        assert _search(opened, search, ONE.id, TOMORROW) == [overdue]

    def test_a_receipt_is_found_to_the_letter(self, opened: Store) -> None:
        for number, receipt in enumerate(("R-1", "r-1", "R-1 ", "R%", "Grüße ✓")):
            add(opened, an_invoice(id=f"inv_{number}", receipt=receipt))
        delivery_reports = ("R-1", "R%", "Grüße ✓", "R", "")
        assert [found(opened, receipt=receipt) for receipt in delivery_reports] == [
            ["inv_0"],
            ["inv_3"],
            ["inv_4"],
            [],
            [],
        ]

    def test_one_receipt_may_stand_on_many_invoices(self, opened: Store) -> None:
        add(opened, *(an_invoice(id=f"inv_{number}", receipt="R-1") for number in range(3)))
        assert found(opened, receipt="R-1") == ["inv_2", "inv_1", "inv_0"]

    def test_a_number_is_the_receipt_of_an_invoice_that_has_none(self, opened: Store) -> None:
        drafts = [
            an_invoice(Status.DRAFT, id="inv_1"),
            an_invoice(Status.DRAFT, id="inv_2", receipt="R-2"),
        ]
        add(opened, *drafts)
        assert found(opened, receipt="INV-1") == []
        for number, draft in enumerate(drafts, 1):
            url = f"https://bill.example/i/{number}"
            issued = issue(draft, now=NOON, short_url=url, number=f"INV-{number}").unwrap()
            save(opened, invoices={draft.key: (draft, issued.invoice)})
        found_by = [found(opened, receipt=one) for one in ("INV-1", "INV-2", "R-2")]
        assert found_by == [["inv_1"], [], ["inv_2"]]

    def test_a_customer_is_found_by_the_id_of_the_sellers_books(self, opened: Store) -> None:
        add(
            opened,
            an_invoice(id="inv_1", customer=a_customer(id="cust_1")),
            an_invoice(id="inv_2", customer=a_customer(id="cust_2")),
            an_invoice(id="inv_3"),
            an_invoice(Status.DRAFT, id="inv_4", customer=None),
        )
        found_by = [found(opened, customer=one) for one in ("cust_1", "cust_9", "Ravi")]
        assert found_by == [["inv_1"], [], []]

    def test_invoices_are_found_with_and_without_a_key_of_their_extras(self, opened: Store) -> None:
        add(
            opened,
            an_invoice(id="inv_1", extras={"one": "{}"}),
            an_invoice(id="inv_2", extras={"one.more": "{}", "two": "{}"}),
            an_invoice(id="inv_3", notes={"one": "1"}),
        )
        assert found(opened, extra="one") == ["inv_1"]
        assert found(opened, extra="two") == ["inv_2"]
        assert found(opened, extra="n") == []
        assert found(opened, without_extra="one") == ["inv_3", "inv_2"]
        assert found(opened, extra="two", without_extra="one.more") == []

    def test_a_payment_finds_the_invoice_that_took_it(self, opened: Store) -> None:
        add(opened, an_invoice(id="inv_1"), an_invoice(id="inv_2"))
        save(
            opened,
            payments=[
                a_recorded_payment("pay_1", invoice="inv_1"),
                a_recorded_payment("pay_2", invoice="inv_1", applied=False),
                a_recorded_payment("pay_3", invoice="inv_2"),
            ],
        )
        payments = ("pay_1", "pay_2", "pay_3", "pay_9")
        found_by = [found(opened, payment=one) for one in payments]
        assert found_by == [["inv_1"], [], ["inv_2"], []]

    def test_every_condition_given_must_hold(self, opened: Store) -> None:
        right: dict[str, Any] = {"receipt": "R-1", "customer": a_customer(id="cust_1")}
        add(
            opened,
            an_invoice(id="inv_1", **right),
            an_invoice(id="inv_2", receipt="R-2", customer=right["customer"]),
            an_invoice(id="inv_3", receipt="R-1", customer=a_customer(id="cust_2")),
            an_invoice(Status.CANCELLED, id="inv_4", **right),
            an_invoice(id="inv_5", **right),
        )
        save(opened, payments=[a_recorded_payment("pay_1", invoice="inv_1")])
        both: dict[str, Any] = {"receipt": "R-1", "customer": "cust_1"}
        assert found(opened, **both) == ["inv_5", "inv_4", "inv_1"]
        issued = frozenset({Status.ISSUED})
        assert found(opened, **both, statuses=issued) == ["inv_5", "inv_1"]
        assert found(opened, **both, statuses=issued, payment="pay_1") == ["inv_1"]
        assert found(opened, **both, created_from=NOON + TICK) == []

    def test_what_an_update_changed_is_found_by_its_new_words(self, opened: Store) -> None:
        before = an_invoice(Status.DRAFT, receipt="old", customer=a_customer(id="cust_1"))
        after = an_invoice(Status.DRAFT, receipt="new", customer=a_customer(id="cust_2"))
        after = after.model_copy(update={"version": 2})
        add(opened, before)
        save(opened, invoices={before.key: (before, after)})
        assert (found(opened, receipt="old"), found(opened, customer="cust_1")) == ([], [])
        assert found(opened, receipt="new", customer="cust_2") == ["inv_1"]

    def test_deleted_drafts_are_absent(self, opened: Store) -> None:
        draft = an_invoice(Status.DRAFT, receipt="R-1", customer=a_customer(id="cust_1"))
        add(opened, draft)
        assert found(opened, receipt="R-1") == ["inv_1"]
        save(opened, invoices={draft.key: (draft, delete(draft, now=NOON).unwrap().invoice)})
        assert found(opened) == []
        assert found(opened, receipt="R-1", customer="cust_1") == []
        assert found(opened, statuses=frozenset({Status.DRAFT})) == []

    def test_the_invoices_of_another_account_are_absent(self, opened: Store) -> None:
        words: dict[str, Any] = {"receipt": "R-1", "customer": a_customer(id="cust_1")}
        add(opened, an_invoice(account=OTHER.id, id="inv_2", **words))
        add(opened, an_invoice(account=OTHER.id, id="inv_1", **words))
        add(opened, an_invoice(Status.DRAFT, account=ONE.id, id="inv_1"))
        save(opened, payments=[a_recorded_payment("pay_1", account=OTHER.id)])
        assert found(opened) == ["inv_1"]
        by: dict[str, Any] = {"receipt": "R-1", "customer": "cust_1"}
        assert found(opened, **by) == found(opened, payment="pay_1") == []
        assert found(opened, account=OTHER.id, **by) == ["inv_2", "inv_1"]
        assert found(opened, account=OTHER.id, payment="pay_1") == ["inv_1"]

    def test_a_transaction_finds_what_it_saved_and_a_snapshot_does_not(self, opened: Store) -> None:
        invoice = an_invoice()
        with broken_off(opened) as transaction:
            transaction.save(_outcome(invoice))
            assert list(transaction.search(ONE.id, Search(), NOON)) == [invoice]
            assert found(opened) == []
        assert found(opened) == []


def made(id: str, at: datetime = NOON, status: Status = Status.ISSUED) -> Invoice:
    """An invoice that was made at this instant."""
    return an_invoice(status, id=id).model_copy(update={"created_at": at})


def found(
    store: Store, *, account: str = ONE.id, now: datetime = NOON, **conditions: Any
) -> list[str]:
    """The ids that a search finds."""
    search = Search(**conditions)
    return [invoice.id for invoice in _search(store, search, AccountId(account), now)]


def _search(store: Store, search: Search, account: AccountId, now: datetime) -> list[Invoice]:
    with store.snapshot() as snapshot:
        found = list(snapshot.search(account, search, now))
        keys = snapshot.search_keys(account, search, now)
    assert list(keys) == [invoice.key for invoice in found]
    return found


def _five(status: Status = Status.ISSUED) -> list[Invoice]:
    return [made(one, NOON + n // 2 * TICK, status) for n, one in enumerate(FIVE)]


def _outcome(invoice: Invoice) -> PendingWrites:
    return PendingWrites(invoices={invoice.key: (None, invoice)})
