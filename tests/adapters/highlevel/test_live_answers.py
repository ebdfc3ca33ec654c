"""What the live service was seen to answer beside what its documentation says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from adapters.highlevel.test_one_truth import BODY, drafted
from properties.three_apis import QUERY, ThreeApis


@pytest.fixture
def apis() -> Iterator[ThreeApis]:
    three = ThreeApis()
    yield three
    three.close()


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("word", ["schedule", "template", "estimate"])
@pytest.mark.parametrize("rest", ["", "/", "/abc", "/abc/send", "/abc/late-fees-configuration"])
def test_another_resource_below_invoices_is_no_id(
    apis: ThreeApis, method: str, word: str, rest: str
) -> None:
    answer = apis("highlevel", method, f"/invoices/{word}{rest}?{QUERY}")
    assert (answer.status, answer.body) == (
        404,
        {
            "statusCode": 404,
            "message": f"Cannot {method} /invoices/{word}{rest}",
            "error": "Not Found",
        },
    )


def test_a_create_answers_what_the_live_service_answers(apis: ThreeApis) -> None:
    made = apis.highlevel("POST", "", **BODY).body
    assert made["invoiceTotal"] == made["total"] == 5.5
    assert made["companyId"] == "acc_1"
    empty = ("attachments", "syncDetails", "tipsReceived", "externalTransactions")
    assert [made[name] for name in empty] == [[], [], [], []]
    assert [item["taxInclusive"] for item in made["invoiceItems"]] == [False]


@pytest.mark.parametrize("address", ["9931 Beechwood, TX", "", {"city": "Houston"}, None])
def test_an_address_of_the_seller_is_an_object_or_a_text(apis: ThreeApis, address: Any) -> None:
    business = {"name": "Acme", "address": address}
    made = apis.highlevel("POST", "", **{**BODY, "businessDetails": business})
    assert made.status == 200, made
    given = {name: one for name, one in business.items() if one is not None}
    assert made.body["businessDetails"] == given
    shown = apis.highlevel("GET", f"/{made.body['_id']}").body
    assert apis.highlevel("PUT", f"/{made.body['_id']}", **shown).status == 200


def test_an_address_of_another_type_is_refused_by_its_name(apis: ThreeApis) -> None:
    made = apis.highlevel("POST", "", **{**BODY, "businessDetails": {"address": {"city": 5}}})
    assert (made.status, made.body["message"]) == (
        422,
        ["businessDetails.address.city must be a string"],
    )


@pytest.mark.parametrize("limit", ["invoice_wait", "resend_wait"])
def test_a_429_says_when_to_try_again(limit: str) -> None:
    from datetime import timedelta

    apis = ThreeApis(**{limit: timedelta(hours=1)})
    invoice = drafted(apis)
    send = {"userId": "u", "action": "email", "liveMode": True}
    assert apis.highlevel("POST", f"/{invoice}/send", **send).status == 200
    again = apis.highlevel("POST", f"/{invoice}/send", **send)
    assert (again.status, again.headers["retry-after"]) == (429, "Thu, 01 Jan 2026 13:00:00 GMT")
    notified = apis.razorpay("POST", f"/{invoice}/notify_by/email")
    assert (notified.status, "retry-after" in notified.headers) == (429, True)
    apis.close()


DAYS = [
    ("America/Los_Angeles", "2025-05-28", "2025-05-28T07:00:00.000Z", "2025-05-29T06:59:59.999Z"),
    ("America/Los_Angeles", "2025-11-02", "2025-11-02T07:00:00.000Z", "2025-11-03T07:59:59.999Z"),
    ("Asia/Kolkata", "2025-05-28", "2025-05-27T18:30:00.000Z", "2025-05-28T18:29:59.999Z"),
    ("Africa/Cairo", "2025-04-25", "2025-04-24T22:00:00.000Z", "2025-04-25T20:59:59.999Z"),
    ("UTC", "2025-05-28", "2025-05-28T00:00:00.000Z", "2025-05-28T23:59:59.999Z"),
    (None, "2025-05-28", "2025-05-28", "2025-05-28"),
]


@pytest.mark.parametrize(("zone", "day", "issued", "due"), DAYS)
def test_a_day_is_answered_as_an_instant_of_the_locations_zone(
    zone: str | None, day: str, issued: str, due: str
) -> None:
    apis = ThreeApis(time_zone=zone)
    made = apis.highlevel("POST", "", **{**BODY, "issueDate": day, "dueDate": day}).body
    assert (made["issueDate"], made["dueDate"]) == (issued, due)
    for given in (issued, f"{day}T00:00:00.000Z", day):
        shown = {**made, "name": f"given {given}", "issueDate": given, "dueDate": due}
        put = apis.highlevel("PUT", f"/{made['_id']}", **shown)
        assert (put.status, put.body["issueDate"], put.body["dueDate"]) == (200, issued, due)
    target = f"/invoices/?{QUERY}&limit=9&offset=0&startAt={day}&endAt={day}"
    assert apis("highlevel", "GET", target).body["total"] == 1
    apis.close()


def test_a_due_date_that_was_left_out_is_the_end_of_the_day_of_issue() -> None:
    apis = ThreeApis(time_zone="America/Los_Angeles")
    body = {name: one for name, one in BODY.items() if name != "dueDate"}
    made = apis.highlevel("POST", "", **{**body, "issueDate": "2025-05-28"}).body
    assert made["dueDate"] == "2025-05-29T06:59:59.999Z"
    assert apis.running.invoice(made["_id"]).document.due_by is None
    apis.close()


@pytest.mark.parametrize(("zone", "day"), [("Asia/Kolkata", "0001-01-01"),
                                           ("America/Los_Angeles", "9999-12-31")])  # fmt: skip
def test_a_day_beyond_the_calendar_is_refused_by_its_name(zone: str, day: str) -> None:
    apis = ThreeApis(time_zone=zone)
    made = apis.highlevel("POST", "", **{**BODY, "issueDate": day, "dueDate": day})
    assert made.status == 422, made
    assert any("Date must lie in the years 1 to 9999" in one for one in made.body["message"])
    listed = apis("highlevel", "GET", f"/invoices/?{QUERY}&limit=9&offset=0&startAt={day}")
    assert listed.status < 500
    apis.close()
