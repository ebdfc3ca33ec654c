"""Looking invoices up by date, by words and by whether they are live, and counting them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from billhook.application.ports import Store
from billhook.application.records import Search
from billhook.lifecycle.delete import delete
from billhook.lifecycle.reserve import reserve_short_url
from billhook.lifecycle.update import update
from billhook.model.base import AccountId
from billhook.model.invoice import Invoice, Status
from billhook.model.patch import Patch
from billhook_adapters.testing.builders import NOON, a_customer, an_invoice
from billhook_adapters.testing.contracts.store_suite import ONE, OTHER, StoreSuite, add, save

DAY = timedelta(days=1)


class LookingUpSuite(StoreSuite):
    """What people look for in a store."""

    @pytest.mark.parametrize(
        "text",
        [
            "inv_1", "NV_1", "R-1", "grüße", "GRÜSSE", "ravi", "RAVI@EXAMPLE", "98765",
            "cust_1", "50% off_", "\\", "'", "50%", "off_",
        ],
    )  # fmt: skip
    def test_any_part_of_its_words_finds_an_invoice_without_regard_to_case(
        self, opened: Store, text: str
    ) -> None:
        customer = a_customer(id="cust_1", name="Ravi \\ O'Hara")
        add(
            opened,
            an_invoice(receipt="R-1", title="Grüße 50% off_", customer=customer),
            an_invoice(Status.DRAFT, id="other", customer=None),
        )
        assert found(opened, text=text) == ["inv_1"]

    def test_an_invoice_is_found_behind_its_short_url_alone(self, opened: Store) -> None:
        issued, other = an_invoice(), an_invoice(account=OTHER.id, id="theirs")
        add(opened, issued, other, an_invoice(Status.DRAFT, id="draft"))
        assert issued.short_url is not None
        assert other.short_url is not None
        with opened.snapshot() as snapshot:
            assert snapshot.by_short_url(issued.short_url) == issued
            assert snapshot.by_short_url(other.short_url) == other
            for wrong in ("", issued.short_url[:-1], issued.short_url.upper(), "%", "inv_1"):
                assert snapshot.by_short_url(wrong) is None

    def test_a_draft_is_found_behind_the_short_url_that_it_reserved_until_it_is_deleted(
        self, opened: Store
    ) -> None:
        url = "https://bill.example/i/reserved"
        draft = an_invoice(Status.DRAFT)
        reserved = reserve_short_url(draft, now=NOON, short_url=url).unwrap().invoice
        deleted = delete(reserved, now=NOON).unwrap().invoice
        add(opened, draft)
        for before, after, seen in ((draft, reserved, reserved), (reserved, deleted, None)):
            save(opened, invoices={draft.key: (before, after)})
            with opened.snapshot() as snapshot:
                assert snapshot.by_short_url(url) == seen

    @pytest.mark.parametrize("text", ["%", "_", "in%1", "1\nra", "inv_1ravi", "x' OR '1'='1"])
    def test_wild_cards_are_no_more_than_themselves_and_no_match_spans_two_words(
        self, opened: Store, text: str
    ) -> None:
        add(opened, an_invoice(id="inv1", customer=a_customer(name="ravi", email=None)))
        assert found(opened, text=text) == []

    @pytest.mark.parametrize(
        ("text", "ids"),
        [
            ("a OR b", ["inv_0"]),
            ("OR", ["inv_0"]),
            ('"', ["inv_1"]),
            ('"quoted" -not*', ["inv_1"]),
            ("*", ["inv_1"]),
            ("क", ["inv_2"]),
            ("क्षेत्र", ["inv_2"]),
            ("ÉÀ", ["inv_3"]),
            ("ea", []),
            ("STRASSE", ["inv_4"]),
            ("你", ["inv_5"]),
            ("🙂", ["inv_5"]),
            ("\\", ["inv_5"]),
            ("/", ["inv_5"]),
        ],
    )
    def test_a_text_of_any_script_and_length_is_found_and_no_mark_in_it_has_a_meaning(
        self, opened: Store, text: str, ids: list[str]
    ) -> None:
        titles = ("a or b", '"quoted" -not*', "क्षेत्र", "éà", "Straße", "你好🙂 \\ /")
        add(
            opened,
            *(
                an_invoice(id=f"inv_{n}", title=title, customer=a_customer(name="x", email=None))
                for n, title in enumerate(titles)
            ),
        )
        assert found(opened, text=text) == ids
        assert counted(opened, text=text) == len(ids)

    def test_words_follow_an_update(self, opened: Store) -> None:
        draft = an_invoice(Status.DRAFT, title="before")
        add(opened, draft)
        after = update(draft, Patch(title="after"), now=NOON).unwrap().invoice
        save(opened, invoices={draft.key: (draft, after)})
        assert found(opened, text="before") == []
        assert found(opened, text="after") == ["inv_1"]

    def test_trials_and_live_invoices_are_distinguished(self, opened: Store) -> None:
        add(opened, an_invoice(id="live"), an_invoice(id="trial", live=False))
        assert found(opened, live=True) == ["live"]
        assert found(opened, live=False) == ["trial"]
        assert found(opened) == ["trial", "live"]

    def test_the_date_on_the_paper_counts_else_when_it_was_made(self, opened: Store) -> None:
        add(opened, *_dated())
        assert found(opened, by_date=True) == ["inv_c", "inv_b", "inv_a"]
        assert found(opened, by_date=True, oldest_first=True) == ["inv_a", "inv_b", "inv_c"]
        assert found(opened, dated_from=NOON) == ["inv_c", "inv_b"]
        assert found(opened, dated_to=NOON) == ["inv_b", "inv_a"]
        assert found(opened, dated_from=NOON, dated_to=NOON) == ["inv_b"]
        assert found(opened, by_date=True, skip=1, limit=1) == ["inv_b"]

    def test_a_count_is_of_all_pages_and_only_of_what_is_wanted(self, opened: Store) -> None:
        add(opened, *_dated(), an_invoice(account=OTHER.id, id="theirs"))
        assert counted(opened, limit=1) == 3
        assert counted(opened, skip=2) == 3
        assert counted(opened, after=(NOON, "inv_b")) == 3
        assert counted(opened, dated_from=NOON) == 2
        assert counted(opened, text="theirs") == 0
        assert counted(opened, statuses=frozenset({Status.DRAFT})) == 0

    def test_a_deleted_draft_is_not_counted(self, opened: Store) -> None:
        draft = an_invoice(Status.DRAFT)
        add(opened, draft)
        save(opened, invoices={draft.key: (draft, delete(draft, now=NOON).unwrap().invoice)})
        assert counted(opened) == 0


def found(store: Store, **conditions: Any) -> list[str]:
    """The ids that a search of the first account finds."""
    with store.snapshot() as snapshot:
        return [one.id for one in snapshot.search(AccountId(ONE.id), Search(**conditions), NOON)]


def counted(store: Store, **conditions: Any) -> int:
    """How many a search of the first account wants."""
    with store.snapshot() as snapshot:
        return snapshot.count(AccountId(ONE.id), Search(**conditions), NOON)


def _dated() -> list[Invoice]:
    return [
        an_invoice(id="inv_a", date=NOON - DAY),
        an_invoice(id="inv_b"),
        an_invoice(id="inv_c", date=NOON + DAY),
    ]
