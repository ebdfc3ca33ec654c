"""A draft that was read from Razorpay's API and is sent back to it, as far as an update sets it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from billhook_adapters.http.razorpay.schemas.updates import PUT_BACK
from properties.three_apis import ThreeApis

DRAFT: dict[str, Any] = {
    "type": "invoice", "draft": "1", "currency": "INR", "description": "Order",
    "customer": {"name": "Gaurav", "contact": "9123456789", "gstin": "29ABCDE1234L1Z1"},
    "line_items": [{"name": "Pen", "amount": 500, "quantity": 2}, {"name": "Ink", "amount": 700}],
    "notes": {"k": "v"},
}  # fmt: skip


@pytest.fixture
def apis() -> Iterator[ThreeApis]:
    three = ThreeApis()
    yield three
    three.close()


def test_a_draft_sent_back_changes_only_what_was_changed_in_it(apis: ThreeApis) -> None:
    invoice = apis.razorpay("POST", "", **DRAFT).body["id"]
    before = apis.running.invoice(invoice)
    read = apis.razorpay("GET", f"/{invoice}").body
    answered = {name: read[name] for name in PUT_BACK}
    assert apis.razorpay("PATCH", f"/{invoice}", **answered).body == read
    assert apis.running.invoice(invoice) == before
    changed = apis.razorpay("PATCH", f"/{invoice}", **{**answered, "terms": "14 days"})
    assert changed.body == {**read, "terms": "14 days"}


def test_lines_sent_back_by_their_ids_stay(apis: ThreeApis) -> None:
    invoice = apis.razorpay("POST", "", **DRAFT).body["id"]
    read = apis.razorpay("GET", f"/{invoice}").body
    names = ("id", "name", "description", "amount", "currency", "quantity")
    lines = [{name: line[name] for name in names} for line in read["line_items"]]
    lines[1]["amount"] = 900
    changed = apis.razorpay("PATCH", f"/{invoice}", line_items=lines)
    assert changed.status == 200, changed
    assert [line["amount"] for line in changed.body["line_items"]] == [500, 900]
    assert changed.body["customer_details"] == read["customer_details"]


def test_an_issued_invoice_still_names_what_should_not_be_sent(apis: ThreeApis) -> None:
    invoice = apis.razorpay("POST", "", **{**DRAFT, "draft": "0"}).body["id"]
    read = apis.razorpay("GET", f"/{invoice}").body
    refused = apis.razorpay("PATCH", f"/{invoice}", currency="INR", description="Order")
    assert refused.status == 400
    assert "should not be sent" in refused.body["error"]["description"]
    assert apis.razorpay("GET", f"/{invoice}").body == read
