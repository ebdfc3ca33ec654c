"""An invoice from its draft to its last payment, over each store."""

from __future__ import annotations

from datetime import timedelta

import pytest

from adapters.native.api_client import DOCUMENT, ApiClient
from billhook.application.commands import Remind
from billhook.model.invoice import InvoiceId
from billhook.model.reminder_schedule import ReminderSchedule
from billhook_adapters.testing import NOON, an_account
from billhook_adapters.testing.builders import open_account


def test_an_invoice_is_drafted_updated_sent_paid_and_explained(each_api: ApiClient) -> None:
    api = each_api
    created = api.request("POST", "/invoices", json=DOCUMENT)
    assert created.status_code == 201
    invoice = created.json()["invoice"]
    assert (invoice["status"], invoice["amount"], invoice["due"]) == ("draft", 99800, 99800)
    path = f"/invoices/{invoice['id']}"
    assert (created.headers["location"], created.headers["etag"]) == (f"/api{path}", '"1"')

    patch = {"lines": [{"name": "Ink", "unit_amount": 100, "quantity": "1.505"}], "comment": "Hi"}
    edited = api.request("PATCH", path, json=patch, headers={"If-Match": '"1"'})
    assert (edited.json()["amount"], edited.headers["etag"]) == (151, '"2"')
    assert edited.json()["lines"][0]["quantity"] == "1.505"
    assert api.json_of("PATCH", path, 409, json=patch, headers={"If-Match": '"1"'})["details"] == {
        "expected": 1,
        "actual": 2,
    }

    sent = api.json_of("POST", f"{path}/send", json={"media": ["email"]})
    assert sent["invoice"]["status"] == "issued"
    assert [message["medium"] for message in sent["messages"]] == ["email"]
    assert api.json_of("POST", f"{path}/notify", 202, json={"medium": "sms"})["status"] == "queued"
    assert len(api.json_of("GET", f"{path}/messages")["messages"]) == 2

    part = {"amount": 51, "currency": "INR", "reference": "pay_1"}
    assert api.json_of("POST", f"{path}/payments", 201, json=part)["reference"] == "pay_1"
    api.clock.set(NOON + timedelta(seconds=1))  # in one instant, the reference alone would order
    rest = api.json_of("POST", f"{path}/payments", 201, json={"amount": 100, "currency": "INR"})
    assert rest["invoice"]["status"] == "paid"
    payments = api.json_of("GET", f"{path}/payments")["payments"]
    assert [(p["amount"], p["applied"]) for p in payments] == [(51, True), (100, True)]

    shown = api.request("GET", path)
    assert shown.json() == rest["invoice"]
    assert shown.headers["etag"] == f'"{shown.json()["version"]}"'
    events = api.json_of("GET", f"{path}/events")["events"]
    assert [event["name"] for event in events if event["version"]] == [
        "invoice.drafted",
        "invoice.updated",
        "invoice.issued",
        "invoice.payment_recorded",
        "invoice.payment_recorded",
    ]
    verdicts = api.json_of("GET", f"{path}/explain")["verdicts"]
    assert {v["operation"] for v in verdicts if v["allowed"]} == {"update"}


def test_a_draft_is_deleted_and_then_unknown(each_api: ApiClient) -> None:
    path = f"/invoices/{each_api.drafted()}"
    gone = each_api.request("DELETE", path)
    assert (gone.status_code, gone.content) == (204, b"")
    assert each_api.json_of("GET", path, 404)["code"] == "invoice_not_found"


def test_an_issued_invoice_is_cancelled(each_api: ApiClient) -> None:
    path = f"/invoices/{each_api.issued()}"
    assert each_api.json_of("POST", f"{path}/cancel")["status"] == "cancelled"


def test_create_with_send_issues_and_notifies_or_does_neither(each_api: ApiClient) -> None:
    body = {**DOCUMENT, "id": "inv_mine", "send": {"media": ["sms", "email"]}}
    both = each_api.json_of("POST", "/invoices", 201, json=body)
    assert (both["invoice"]["id"], both["invoice"]["status"]) == ("inv_mine", "issued")
    assert {message["medium"] for message in both["messages"]} == {"sms", "email"}

    unreachable = {**DOCUMENT, "customer": {"name": "Ravi"}, "send": {"media": ["sms"]}}
    refused = each_api.json_of("POST", "/invoices", 422, json=unreachable)
    assert (refused["code"], refused["field"]) == ("missing_contact", "customer.contact")
    assert len(each_api.json_of("GET", "/invoices")["invoices"]) == 1
    unreachable["send"]["addresses"] = "available"
    assert each_api.json_of("POST", "/invoices", 201, json=unreachable)["messages"] == []


def test_a_refused_payment_is_not_stored_and_a_reported_one_is(
    each_api: ApiClient,
) -> None:
    path = f"/invoices/{each_api.drafted()}/payments"
    body = {"amount": 5, "currency": "INR", "reference": "pay_1"}
    each_api.json_of("POST", path, 409, json=body)
    assert each_api.json_of("GET", "/unapplied-payments") == {"payments": [], "next_cursor": None}
    each_api.json_of("POST", path, 409, json={**body, "report": True})
    (kept,) = each_api.json_of("GET", "/unapplied-payments")["payments"]
    assert (kept["reference"], kept["amount"], kept["applied"]) == ("pay_1", 5, False)


@pytest.mark.parametrize("order", ["newest_first", "oldest_first"])
def test_pages_follow_each_other_without_a_gap_or_a_double(each_api: ApiClient, order: str) -> None:
    created = [each_api.drafted() for _ in range(2)]
    each_api.clock.set(NOON + timedelta(microseconds=1))
    created += [each_api.drafted() for _ in range(3)]
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        query = {"limit": "2", "order": order, **cursor}
        page = each_api.json_of("GET", "/invoices", params=query)
        seen += [invoice["id"] for invoice in page["invoices"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert sorted(seen) == sorted(created)
    assert set(seen[:2]) <= set(created[:2] if order == "oldest_first" else created[2:])


def test_every_condition_of_a_list_filters(each_api: ApiClient) -> None:
    one = each_api.issued(receipt="R-1", customer={"id": "cust_1", "name": "Ravi"})
    payment = {"amount": 1, "currency": "INR", "reference": "pay_1"}
    each_api.json_of("POST", f"/invoices/{one}/payments", 201, json=payment)
    each_api.clock.set(NOON + timedelta(days=1))
    two = each_api.drafted()
    later = (NOON + timedelta(hours=1)).isoformat()
    for query, expected in [
        ({"status": ["partially_paid", "paid"]}, {one}),
        ({"status": "draft"}, {two}),
        ({"receipt": "R-1"}, {one}),
        ({"customer": "cust_1"}, {one}),
        ({"payment": "pay_1"}, {one}),
        ({"created_from": later}, {two}),
        ({"created_to": later}, {one}),
        ({"skip": "1"}, {one}),
        ({"status": "draft", "receipt": "R-1"}, set()),
    ]:
        found = each_api.json_of("GET", "/invoices", params=query)["invoices"]
        assert {invoice["id"] for invoice in found} == expected, query


def test_an_invoice_after_its_expire_by_is_shown_and_listed_as_expired(each_api: ApiClient) -> None:
    invoice = each_api.issued(expire_by="2026-01-01T18:30:00+05:30")
    each_api.clock.set(NOON + timedelta(hours=1))
    shown = each_api.json_of("GET", f"/invoices/{invoice}")
    assert (shown["status"], shown["expired_at"]) == ("expired", "2026-01-01T13:00:00Z")
    listed = each_api.json_of("GET", "/invoices", params={"status": "expired"})["invoices"]
    assert [one["id"] for one in listed] == [invoice]


def test_planned_and_sent_reminders_are_listed(each_api: ApiClient) -> None:
    step = timedelta(days=1)
    schedule = ReminderSchedule(before=(step,), after=(step,), time_zone="Asia/Kolkata")
    open_account(each_api.service, an_account(reminders=schedule))
    customer = {"email": "ravi@example.com", "time_zone": "Europe/Berlin"}
    invoice = each_api.issued(due_by="2026-01-10T12:00:00Z", customer=customer)
    shown = each_api.json_of("GET", f"/invoices/{invoice}")
    assert shown["due_by"] == "2026-01-10T12:00:00Z"
    assert shown["customer"]["time_zone"] == "Europe/Berlin"
    planned = ["2026-01-09T12:00:00Z", "2026-01-11T12:00:00Z"]
    assert each_api.json_of("GET", f"/invoices/{invoice}/reminders") == {
        "sent": 0,
        "planned": planned,
    }
    each_api.clock.set(NOON + 8 * step)
    each_api.service.execute(Remind(account=each_api.account, invoice=InvoiceId(invoice))).unwrap()
    (message,) = each_api.json_of("GET", f"/invoices/{invoice}/messages")["messages"]
    assert message["reminder"] == 1
    assert each_api.json_of("GET", f"/invoices/{invoice}/reminders") == {
        "sent": 1,
        "planned": planned[1:],
    }
    assert each_api.json_of("GET", "/invoices/inv_unknown/reminders", 404)["code"] == (
        "invoice_not_found"
    )
