"""What client programs send to HighLevel's API, as `cases/highlevel.py` lists it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from cases.highlevel import ACCEPTED, CONTACT, INVOICE, ITEM, REFUSED, TEXT2PAY, Refused
from properties.three_apis import QUERY, ThreeApis


@pytest.fixture
def apis() -> Iterator[ThreeApis]:
    three = ThreeApis()
    yield three
    three.close()


@pytest.fixture
def sent(apis: ThreeApis) -> str:
    """An invoice that was sent by hand; its id."""
    made = apis.highlevel("POST", "", **INVOICE).body["_id"]
    by_hand = {"action": "send_manually", "userId": "user_1", "liveMode": True}
    answer = apis.highlevel("POST", f"/{made}/send", **by_hand, autoPayment={"enable": False})
    assert (answer.status, answer.body["invoice"]["status"]) == (200, "sent")
    assert apis.running.messages(made) == ()
    return str(made)


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.messages[-1])
def test_what_is_refused_is_named_field_by_field_and_not_stored(
    apis: ThreeApis, case: Refused
) -> None:
    answer = apis.highlevel("POST", "", **case.body)
    assert (answer.status, answer.body["message"]) == (422, case.messages), case.source
    listed = apis("highlevel", "GET", f"/invoices/?{QUERY}&limit=10&offset=0")
    assert listed.body["total"] == 0


@pytest.mark.parametrize(("fields", "total", "source"), ACCEPTED)
def test_what_is_accepted_is_billed_and_shown_as_it_was_sent(
    apis: ThreeApis, fields: dict[str, Any], total: float, source: str
) -> None:
    answer = apis.highlevel("POST", "", **{**INVOICE, **fields})
    assert (answer.status, answer.body["total"]) == (200, total), source
    for name in fields.keys() - {"items", "contactDetails"}:
        shown = answer.body[name]
        assert shown == fields[name] or shown.items() >= fields[name].items(), source


@pytest.mark.parametrize("action", ["draft", "send"])
def test_a_deposit_by_text2pay_needs_no_business_and_answers_its_link(
    apis: ThreeApis, action: str
) -> None:
    # A program reports that the live service answers a link for a draft too, and that its page
    # says that the draft cannot be paid.
    name = "Booking Deposit — 1"
    answer = apis.highlevel("POST", "/text2pay", **{**TEXT2PAY, "name": name, "action": action})
    assert (answer.status, answer.body["invoice"]["name"]) == (200, name)
    hosted = apis.running.service.by_short_url(answer.body["invoiceUrl"]).unwrap()
    assert hosted.payable == (action == "send")


@pytest.mark.parametrize("action", ["send_now", "draft", None])
def test_send_takes_its_four_actions_alone(apis: ThreeApis, action: str | None) -> None:
    made = apis.highlevel("POST", "", **INVOICE).body["_id"]
    answer = apis.highlevel("POST", f"/{made}/send", userId="u", liveMode=True, action=action)
    assert answer.status == 422
    assert any(message.startswith("action ") for message in answer.body["message"])
    assert apis.highlevel("GET", f"/{made}").body["status"] == "draft"


def test_a_payment_taken_elsewhere_is_recorded_with_its_time(apis: ThreeApis, sent: str) -> None:
    paid = {"mode": "other", "notes": "Paid by card", "fulfilledAt": "2026-01-02T10:00:00.000Z"}
    first = apis.highlevel("POST", f"/{sent}/record-payment", **paid, amount=2.5)
    assert (first.status, first.body["invoice"]["amountDue"]) == (200, 2.5)
    assert apis.highlevel("POST", f"/{sent}/record-payment", **paid).status == 200
    again = apis.highlevel("POST", f"/{sent}/record-payment", **paid, amount=2.5)
    assert (again.status, "paid" in again.body["message"]) == (400, True)  # programs look for it


def test_an_update_without_the_whole_body_names_what_it_lacks(apis: ThreeApis) -> None:
    # GoHighLevel/highlevel-api-docs/issues/206
    made = apis.highlevel("POST", "", **INVOICE).body["_id"]
    answer = apis.highlevel("PUT", f"/{made}", name="Changed")
    lacking = ("currency", "invoiceItems", "issueDate", "dueDate")
    assert answer.body["message"] == [f"{name} should not be empty" for name in lacking]
    whole = {"name": "Changed", "currency": "USD", "issueDate": "2026-01-01"}
    items = [{**ITEM, "amount": 10, "qty": 2}]
    answer = apis.highlevel("PUT", f"/{made}", **whole, dueDate="2026-02-01", invoiceItems=items)
    assert (answer.status, answer.body["total"]) == (200, 20)
    assert answer.body["contactDetails"].items() >= CONTACT.items()  # left out, unchanged


@pytest.mark.parametrize(
    ("query", "status", "message"),
    [
        (f"{QUERY}&contactId=c_1&limit=100&offset=0", 200, None),
        (QUERY, 422, ["limit should not be empty", "offset should not be empty"]),
        ("locationId=loc_1&limit=1&offset=0", 422,
         ["altId should not be empty", "altType should not be empty"]),
        ("altId=c_1&altType=contact&limit=1&offset=0", 403,
         "The token does not have access to this location."),
    ],
)  # fmt: skip
def test_a_list_needs_its_location_and_its_page(
    apis: ThreeApis, sent: str, query: str, status: int, message: Any
) -> None:
    answer = apis("highlevel", "GET", f"/invoices/?{query}")
    assert (answer.status, answer.body.get("message")) == (status, message)
    if status == 200:
        assert [one["_id"] for one in answer.body["invoices"]] == [sent]
