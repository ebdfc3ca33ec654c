"""An invoice that was read from the native API and is sent back to it."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.native.api_client import ApiClient

SCHEDULE = {"instalments": [{"id": "a", "percentage": "40"}, {"id": "b", "amount": 58880}]}
FULL: dict[str, Any] = {
    "discount": {"percentage": "10"},
    "date": "2026-01-01T10:30:00.123456Z",
    "notes": {"a": "b"},
    "media": ["email"],
    "lines": [
        {"name": "Book", "unit_amount": 49900, "quantity": "1.5",
         "taxes": [{"name": "GST", "rate": "18"}]},
        {"name": "Pen", "unit_amount": 500, "tax_inclusive": True},
    ],
}  # fmt: skip


@pytest.mark.parametrize("status", ["draft", "issued", "partially_paid", "paid", "cancelled"])
def test_what_is_read_can_be_sent_back_and_changes_nothing(
    each_api: ApiClient, status: str
) -> None:
    api = each_api
    path = f"/invoices/{api.drafted(**FULL)}"
    if status != "draft":
        api.json_of("POST", f"{path}/{'cancel' if status == 'cancelled' else 'issue'}")
    if "paid" in status:
        due = api.json_of("GET", path)["due"]
        amount = due if status == "paid" else 1
        api.json_of("POST", f"{path}/payments", 201, json={"amount": amount, "currency": "INR"})
    read = api.request("GET", path)
    sent = api.request("PATCH", path, json=read.json(), headers={"If-Match": read.headers["etag"]})
    assert (sent.status_code, sent.json()) == (200, read.json())
    assert read.json()["status"] == status
    assert api.request("GET", path).headers["etag"] == read.headers["etag"]


def test_what_is_changed_in_it_is_set_and_no_more(api: ApiClient) -> None:
    path = f"/invoices/{api.drafted(**FULL, schedule=SCHEDULE)}"
    read = api.json_of("GET", path)
    read["lines"][1]["name"] = "Pencil"  # each line still has its total
    read["discount"]["percentage"] = "20"  # and the discount has no amount
    read["schedule"]["instalments"][0]["percentage"] = "30"
    read["terms"] = "14 days"
    changed = api.json_of("PATCH", path, json=read)
    assert [line["name"] for line in changed["lines"]] == ["Book", "Pencil"]
    assert changed["discount"] == {"percentage": "20", "amount": None, "items": []}
    assert changed["schedule"]["instalments"][0]["percentage"] == "30"
    same = read.keys() - {
        "lines",
        "discount",
        "schedule",
        "instalments",
        "summary",
        "amount",
        "due",
    }
    same -= {"version", "updated_at"}
    assert {name: changed[name] for name in same} == {name: read[name] for name in same}
    (event,) = api.json_of("GET", f"{path}/events")["events"][1:]
    assert event["name"] == "invoice.updated"


@pytest.mark.parametrize(("field", "value"), [("status", "paid"), ("amount", 1), ("paid", False)])
def test_what_is_only_answered_cannot_be_changed(api: ApiClient, field: str, value: Any) -> None:
    path = f"/invoices/{api.drafted()}"
    read = api.json_of("GET", path)
    problem = api.json_of("PATCH", path, 422, json={**read, field: value})
    assert [error["field"] for error in problem["errors"]] == [field]
    assert api.json_of("GET", path) == read


def test_a_field_that_there_is_not_is_refused_beside_what_was_read(api: ApiClient) -> None:
    path = f"/invoices/{api.drafted()}"
    read = api.json_of("GET", path)
    problem = api.json_of("PATCH", path, 422, json={**read, "colour": None})
    assert [error["field"] for error in problem["errors"]] == ["colour"]


def test_an_update_without_a_field_makes_no_version(api: ApiClient) -> None:
    path = f"/invoices/{api.drafted()}"
    assert api.json_of("PATCH", path, json={})["version"] == 1
    problem = api.json_of("PATCH", path, 409, json={}, headers={"If-Match": '"7"'})
    assert problem["details"] == {"expected": 7, "actual": 1}


@pytest.mark.parametrize("discount", [{"percentage": None, "amount": None}, {"percentage": None}])
def test_a_part_without_a_percentage_or_an_amount_is_refused(
    api: ApiClient, discount: dict[str, None]
) -> None:
    path = f"/invoices/{api.drafted()}"
    assert api.json_of("PATCH", path, 422, json={"discount": discount})["errors"]
