"""Lists by the vendor's Python SDK: every filter, its pages, and the newest first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from razorpay.errors import BadRequestError

from acceptance.contract.invoices import PART, a_payer, a_request
from acceptance.contract.sandbox import Sandbox

MADE = 12


@pytest.fixture(scope="module")
def pages(sandbox: Sandbox) -> Any:
    return sandbox.client("pages")


@pytest.fixture(scope="module")
def made(sandbox: Sandbox, pages: Any) -> list[dict[str, Any]]:
    """All invoices of an account, the newest first, a minute between two of them."""
    found = []
    for number in range(MADE):
        found.append(pages.invoice.create(a_request(receipt=f"R-{number % 3}")))
        sandbox.advance(60)
    return found[::-1]


def ids(collection: Mapping[str, Any]) -> list[str]:
    return [item["id"] for item in collection["items"]]


def names(invoices: list[dict[str, Any]]) -> list[str]:
    return [invoice["id"] for invoice in invoices]


def test_a_list_is_a_collection_of_ten_whole_entities_the_newest_first(
    pages: Any, made: list[dict[str, Any]]
) -> None:
    listed = pages.invoice.all()
    assert (listed["entity"], listed["count"]) == ("collection", 10)
    assert listed["items"] == made[:10]


def test_the_count_is_the_number_of_items_on_this_page(
    pages: Any, made: list[dict[str, Any]]
) -> None:
    page = pages.invoice.all({"count": 100, "skip": MADE - 2})
    assert (page["count"], page["items"]) == (2, made[-2:])


def test_pages_follow_one_another_and_lose_nothing(pages: Any, made: list[dict[str, Any]]) -> None:
    found = [
        invoice
        for skip in range(0, MADE, 5)
        for invoice in ids(pages.invoice.all({"count": 5, "skip": skip}))
    ]
    assert found == names(made)


def test_a_page_after_the_last_is_empty(pages: Any, made: list[dict[str, Any]]) -> None:
    nothing = {"entity": "collection", "count": 0, "items": []}
    assert pages.invoice.all({"skip": MADE}) == nothing


@pytest.mark.parametrize("query", [{"count": 0}, {"count": 101}, {"skip": -1}, {"count": "many"}])
def test_a_page_of_no_size_is_refused(pages: Any, query: dict[str, Any]) -> None:
    with pytest.raises(BadRequestError, match=next(iter(query))):
        pages.invoice.all(query)


def test_from_and_to_bound_the_time_of_creation_both_included(
    pages: Any, made: list[dict[str, Any]]
) -> None:
    since, until = made[7]["created_at"], made[4]["created_at"]
    assert ids(pages.invoice.all({"from": since, "to": until})) == names(made[4:8])
    assert ids(pages.invoice.all({"from": since, "count": 100})) == names(made[:8])
    assert ids(pages.invoice.all({"to": until, "count": 100})) == names(made[4:])


def test_receipt_finds_the_invoices_of_that_receipt(pages: Any, made: list[dict[str, Any]]) -> None:
    found = pages.invoice.all({"receipt": "R-1", "count": 100})["items"]
    assert found == [invoice for invoice in made if invoice["receipt"] == "R-1"]
    assert pages.invoice.all({"receipt": "R-"})["items"] == []


def test_the_type_is_invoice_and_of_other_types_there_are_none(
    pages: Any, made: list[dict[str, Any]]
) -> None:
    assert ids(pages.invoice.all({"type": "invoice", "count": 100})) == names(made)
    for other in ("link", "ecod"):
        assert pages.invoice.all({"type": other})["items"] == []
    with pytest.raises(BadRequestError, match=r"^Not a valid type: bill$"):
        pages.invoice.all({"type": "bill"})


def test_filters_narrow_together(pages: Any, made: list[dict[str, Any]]) -> None:
    query = {"receipt": "R-0", "from": made[8]["created_at"], "count": 2, "skip": 1}
    matching = [invoice for invoice in made[:9] if invoice["receipt"] == "R-0"]
    assert ids(pages.invoice.all(query)) == names(matching[1:3])


@pytest.fixture(scope="module")
def lists(sandbox: Sandbox) -> Iterator[Any]:
    return sandbox.client("lists")


def test_customer_id_finds_the_invoices_of_that_customer(lists: Any) -> None:
    payer = a_payer()
    first = lists.invoice.create(a_request(customer=payer))
    lists.invoice.create(a_request())
    second = lists.invoice.create(a_request(customer=payer))
    found = lists.invoice.all({"customer_id": first["customer_id"]})
    assert ids(found) == names([second, first])


def test_payment_id_finds_the_invoice_that_was_paid_by_it(lists: Any, sandbox: Sandbox) -> None:
    invoice = lists.invoice.create(a_request())
    lists.invoice.create(a_request())
    payments = [sandbox.pay(invoice["id"], PART)["id"] for _ in range(2)]
    for payment in payments:
        assert ids(lists.invoice.all({"payment_id": payment})) == [invoice["id"]]
    assert ids(lists.invoice.all({"payment_id": "pay_00000000000000"})) == []


def test_what_is_deleted_is_not_listed_and_what_is_cancelled_is(lists: Any) -> None:
    receipt = {"receipt": "deleted or cancelled"}
    deleted, cancelled = (lists.invoice.create(a_request(draft="1", **receipt)) for _ in range(2))
    lists.invoice.delete(deleted["id"])
    lists.invoice.cancel(cancelled["id"])
    assert ids(lists.invoice.all(receipt)) == [cancelled["id"]]


def test_another_accounts_invoices_are_not_listed(lists: Any, sandbox: Sandbox) -> None:
    theirs = sandbox.client("theirs").invoice.create(a_request(receipt="theirs"))
    assert lists.invoice.all({"receipt": "theirs"})["items"] == []
    assert lists.invoice.all({"customer_id": theirs["customer_id"]})["items"] == []


def test_a_listed_invoice_is_what_is_fetched(lists: Any, sandbox: Sandbox) -> None:
    invoice = lists.invoice.create(a_request(receipt="listed", sms_notify=1))
    sandbox.pay(invoice["id"], PART)
    (listed,) = lists.invoice.all({"receipt": "listed"})["items"]
    assert listed == lists.invoice.fetch(invoice["id"])
    assert (listed["status"], listed["sms_status"]) == ("partially_paid", "sent")
