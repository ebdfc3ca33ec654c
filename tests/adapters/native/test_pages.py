"""The lists of the native API come in pages, each bounded by its rows and by its bytes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from adapters.native.api_client import ApiClient
from billhook.application.commands import Notify, RecordView
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook.model.invoice import InvoiceId
from billhook_adapters.http.native import pages
from billhook_adapters.testing import NOON

ROWS = 7
MARKS = {"events": "at", "messages": "id", "payments": "reference"}


def filled(api: ApiClient) -> str:
    """The id of an invoice with more of everything than a page holds."""
    invoice = InvoiceId(api.issued())
    account = AccountId(api.account)
    api.service.execute_all(
        [Notify(account=account, invoice=invoice, medium=Medium.SMS) for _ in range(ROWS)]
    )
    for number in range(ROWS):
        api.clock.set(NOON + timedelta(seconds=number // 2))
        api.service.execute(RecordView(account=account, invoice=invoice)).unwrap()
        body = {"amount": 10**9, "currency": "INR", "reference": f"UTR ✓ {number}", "report": True}
        api.json_of("POST", f"/invoices/{invoice}/payments", 422, json=body)
    return invoice


def walked(api: ApiClient, path: str, name: str, **query: str) -> list[list[Any]]:
    """The rows of each page of a list."""
    found: list[list[Any]] = []
    while True:
        page = api.json_of("GET", path, params=query)
        assert set(page) == {name, "next_cursor"}
        found.append(page[name])
        if page["next_cursor"] is None:
            return found
        query["cursor"] = page["next_cursor"]


@pytest.mark.parametrize("name", MARKS)
def test_pages_hold_every_row_once_and_in_order(each_api: ApiClient, name: str) -> None:
    path = f"/invoices/{filled(each_api)}/{name}"
    (whole,) = walked(each_api, path, name)
    assert len(whole) >= ROWS
    found = walked(each_api, path, name, limit="3")
    assert [len(page) for page in found[:-1]] == [3] * (len(found) - 1)
    assert [row for page in found for row in page] == whole
    if name == "payments":
        assert walked(each_api, "/unapplied-payments", name, limit="3") == found


def test_a_page_that_its_limit_fits_exactly_is_the_last(each_api: ApiClient) -> None:
    path = f"/invoices/{filled(each_api)}/payments"
    assert len(walked(each_api, path, "payments", limit=str(ROWS))) == 1


@pytest.mark.parametrize("name", [*MARKS, "unapplied-payments"])
@pytest.mark.parametrize(
    "query", [{"limit": "0"}, {"limit": "501"}, {"cursor": "x"}, {"cursor": "W10="}, {"skip": "1"}]
)
def test_a_page_that_cannot_be_is_refused_by_the_name_of_its_field(
    api: ApiClient, name: str, query: dict[str, str]
) -> None:
    path = f"/{name}" if "-" in name else f"/invoices/{api.drafted()}/{name}"
    refused = api.json_of("GET", path, 422, params=query)
    assert [error["field"] for error in refused["errors"]] == [*query]


@pytest.mark.parametrize("name", MARKS)
def test_a_page_of_an_unknown_invoice_is_not_found(api: ApiClient, name: str) -> None:
    assert api.json_of("GET", f"/invoices/inv_none/{name}", 404)["code"] == "invoice_not_found"


def test_a_cursor_of_another_list_is_refused_or_finds_nothing_of_others(api: ApiClient) -> None:
    path = f"/invoices/{filled(api)}"
    events = api.json_of("GET", f"{path}/events", params={"limit": "1"})["next_cursor"]
    payments = api.json_of("GET", f"{path}/payments", params={"limit": "1"})["next_cursor"]
    api.json_of("GET", f"{path}/payments", 422, params={"cursor": events})
    api.json_of("GET", f"{path}/events", 422, params={"cursor": payments})


def test_a_page_ends_when_its_bytes_are_reached_and_the_next_goes_on(
    each_api: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "LARGEST_PAGE", 5_000)
    monkeypatch.setattr(pages, "PIECE", 2)
    created = [each_api.drafted(comment="x" * 2048) for _ in range(ROWS)]
    found = walked(each_api, "/invoices", "invoices", limit="6", order="oldest_first")
    assert [len(page) for page in found] == [2, 2, 2, 1]
    assert sorted(row["id"] for page in found for row in page) == sorted(created)


def test_rows_are_read_in_pieces_and_no_more_than_the_page_needs(
    api: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(ROWS):
        api.drafted()
    limits: list[int] = []
    search = api.service.search

    def recorded(account: Any, wanted: Any, **options: Any) -> Any:
        limits.append(wanted.limit)
        return search(account, wanted, **options)

    monkeypatch.setattr(api.service, "search", recorded)
    monkeypatch.setattr(pages, "PIECE", 3)
    api.json_of("GET", "/invoices", params={"limit": "4"})
    assert limits == [3, 2]
    skipped = api.json_of("GET", "/invoices", params={"limit": "4", "skip": "2"})["invoices"]
    assert len(skipped) == 4
