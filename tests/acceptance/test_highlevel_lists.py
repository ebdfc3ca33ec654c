"""HighLevel's list: every filter, its order, its pages and its total."""

from __future__ import annotations

from typing import Any

import pytest

from acceptance.contract.highlevel import Vendor, a_payment, a_request, a_send, check
from acceptance.contract.sandbox import Sandbox
from acceptance.test_highlevel_python_sdk import a_contact_of_its_own

THEIRS = {"altId": "loc_theirs", "altType": "location"}


@pytest.fixture(scope="module")
def location(two_vendors: Sandbox) -> Vendor:
    """A client of a location with exactly these invoices."""
    vendor = Vendor(two_vendors.url, "pit-theirs")
    days = {"draft": "2026-01-03", "sent": "2026-01-01", "part": "2026-01-02", "paid": "2026-01-04"}
    for name, day in days.items():
        contact = {**a_contact_of_its_own(), "id": f"contact_{name}"}
        body = {**a_request(name=f"The {name} one", issueDate=day), **THEIRS}
        draft = vendor("create_invoice", {**body, "contactDetails": contact,
                                          "liveMode": name != "part"})  # fmt: skip
        if name == "draft":
            continue
        sending = {**a_send(action="send_manually", liveMode=name != "part"), **THEIRS}
        vendor("send_invoice", draft["_id"], sending)
        if name != "sent":
            amount = {} if name == "paid" else {"amount": 1}
            vendor("record_invoice", draft["_id"], {**a_payment(**amount), **THEIRS})
    return vendor


def found(location: Vendor, limit: str = "10", offset: str = "0", **filters: Any) -> list[str]:
    """The names of the invoices on a page."""
    answer = location("list_invoices", *THEIRS.values(), limit, offset, **filters)
    check("ListInvoicesResponseDto", answer)
    return [invoice["name"].split()[1] for invoice in answer["invoices"]]


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({}, ["draft", "paid", "part", "sent"]),
        ({"status": "draft"}, ["draft"]),
        ({"status": "sent"}, ["sent"]),
        ({"status": "partially_paid"}, ["part"]),
        ({"status": "paid"}, ["paid"]),
        ({"status": "void"}, []),
        ({"status": "payment_processing"}, []),
        ({"start_at": "2026-01-02"}, ["draft", "paid", "part"]),
        ({"end_at": "2026-01-02"}, ["part", "sent"]),
        ({"start_at": "2026-01-02", "end_at": "2026-01-03"}, ["draft", "part"]),
        ({"payment_mode": "live"}, ["draft", "paid", "sent"]),
        ({"payment_mode": "test"}, ["part"]),
        ({"payment_mode": "default"}, ["draft", "paid", "part", "sent"]),
        ({"contact_id": "contact_paid"}, ["paid"]),
        ({"search": "THE PAID"}, ["paid"]),
        ({"search": "@example.com"}, ["draft", "paid", "part", "sent"]),
        ({"search": "%"}, []),
    ],
)
def test_a_filter_finds_its_own(location: Vendor, filters: Any, names: list[str]) -> None:
    assert sorted(found(location, **filters)) == names


def test_a_list_can_be_sorted_by_the_issue_date(location: Vendor) -> None:
    by_date = ["sent", "part", "draft", "paid"]
    sorting = {"sort_field": "issueDate"}
    assert found(location, **sorting, sort_order="ascend") == by_date
    assert found(location, **sorting, sort_order="descend") == by_date[::-1]


def test_pages_are_parts_of_a_total(location: Vendor) -> None:
    pages = [found(location, "3", offset) for offset in ("0", "3", "6")]
    assert [len(page) for page in pages] == [3, 1, 0]
    assert sorted(pages[0] + pages[1]) == ["draft", "paid", "part", "sent"]
    for limit in ("0", "1"):
        answer = location("list_invoices", *THEIRS.values(), limit, "0")
        assert (len(answer["invoices"]), answer["total"]) == (int(limit), 4)
