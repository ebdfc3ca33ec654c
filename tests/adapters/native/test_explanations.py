"""What-if, forecasts, invoices as they were, and why a message was sent: nothing is stored."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from adapters.native.api_client import ApiClient
from billhook.model.reminder_schedule import ReminderSchedule
from billhook_adapters.testing import NOON, an_account
from billhook_adapters.testing.builders import open_account

DAY = timedelta(days=1)


def tried(api: ApiClient, invoice: str, *operations: dict[str, Any]) -> Any:
    response = api.request("POST", f"/invoices/{invoice}/what-if", json={"operations": operations})
    assert response.status_code == 200, response.text
    return response.json()


def test_operations_are_tried_one_after_the_other(each_api: ApiClient) -> None:
    invoice = each_api.issued()
    before = each_api.request("GET", f"/invoices/{invoice}/events").json()
    answer = tried(
        each_api,
        invoice,
        {"operation": "pay", "amount": 300, "currency": "INR"},
        {"operation": "cancel"},
        {"operation": "notify", "medium": "email"},
    )
    paid, cancelled, notified = answer["results"]
    assert paid["invoice"]["status"] == "partially_paid"
    assert (cancelled["allowed"], cancelled["reason"]["code"]) == (False, "operation_not_allowed")
    assert cancelled["reason"]["detail"] == (
        "cancel is not allowed when partially_paid, only when draft or issued."
    )
    assert (notified["allowed"], notified["invoice"]) == (True, None)
    assert [message["medium"] for message in answer["messages"]] == ["email"]
    assert each_api.request("GET", f"/invoices/{invoice}/events").json() == before


def test_a_draft_is_tried_to_be_sent(api: ApiClient) -> None:
    invoice = api.drafted()
    answer = tried(api, invoice, {"operation": "issue"}, {"operation": "send", "media": ["sms"]})
    assert [one["allowed"] for one in answer["results"]] == [True, True]
    assert api.request("GET", f"/invoices/{invoice}").json()["status"] == "draft"
    (deleted,) = tried(api, invoice, {"operation": "delete"})["results"]
    assert deleted["allowed"]


@pytest.mark.parametrize(
    ("operations", "field"),
    [
        ([], "operations"),
        ([{"operation": "expire"}], "operations.0"),
        ([{"operation": "pay"}], "operations.0.pay.amount"),
        ([{"operation": "cancel"}] * 21, "operations"),
        (None, "operations"),
    ],
)
def test_what_cannot_be_tried_is_named(api: ApiClient, operations: Any, field: str) -> None:
    invoice = api.issued()
    answer = api.request("POST", f"/invoices/{invoice}/what-if", json={"operations": operations})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field


def test_a_forecast_lists_the_messages_to_come(each_api: ApiClient) -> None:
    schedule = ReminderSchedule(before=[DAY], after=[DAY])
    open_account(each_api.service, an_account(reminders=schedule))
    invoice = each_api.issued(due_by="2026-01-03T12:00:00Z")
    messages = each_api.request("GET", f"/invoices/{invoice}/forecast").json()["messages"]
    assert [(one["at"], one["medium"], one["reminder"]) for one in messages] == [
        ("2026-01-02T12:00:00Z", "email", 1),
        ("2026-01-02T12:00:00Z", "sms", 1),
        ("2026-01-04T12:00:00Z", "email", 2),
        ("2026-01-04T12:00:00Z", "sms", 2),
    ]
    short = each_api.request("GET", f"/invoices/{invoice}/forecast", params={"days": 1}).json()
    assert len(short["messages"]) == 2
    wrong = each_api.request("GET", f"/invoices/{invoice}/forecast", params={"days": 367})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "days")


def test_an_invoice_is_read_as_it_was(each_api: ApiClient) -> None:
    invoice = each_api.drafted()
    each_api.clock.set(NOON + DAY)
    each_api.request("POST", f"/invoices/{invoice}/issue", json={})
    then = each_api.request("GET", f"/invoices/{invoice}", params={"at": "2026-01-01T12:00:00Z"})
    assert (then.json()["status"], then.headers["ETag"]) == ("draft", '"1"')
    now = each_api.request("GET", f"/invoices/{invoice}", params={"at": "2026-01-02T12:00:00Z"})
    assert now.json() == each_api.request("GET", f"/invoices/{invoice}").json()
    before = each_api.request("GET", f"/invoices/{invoice}", params={"at": "2025-12-31T12:00:00Z"})
    assert (before.status_code, before.json()["code"]) == (404, "invoice_not_found")
    wrong = each_api.request("GET", f"/invoices/{invoice}", params={"at": "yesterday"})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "at")


def test_a_message_is_explained(each_api: ApiClient) -> None:
    invoice = each_api.issued()
    message = each_api.request("POST", f"/invoices/{invoice}/notify", json={"medium": "sms"}).json()
    answer = each_api.request("GET", f"/messages/{message['id']}/explain").json()
    assert answer["message"]["id"] == message["id"]
    assert answer["requested"] == {"at": "2026-01-01T12:00:00Z", "version": 2, "status": "issued"}
    assert (answer["ended"], answer["reason"]) == (None, None)
    assert answer["events"][-1]["name"] == "invoice.notification_requested"


@pytest.mark.parametrize("id", ["msg_none", "no such id"])
def test_an_unknown_message_is_not_found(api: ApiClient, id: str) -> None:
    answer = api.request("GET", f"/messages/{id}/explain")
    assert (answer.status_code, answer.json()["code"]) == (404, "message_not_found")


def test_another_account_sees_nothing(api: ApiClient, other_account: ApiClient) -> None:
    invoice = api.issued()
    message = api.request("POST", f"/invoices/{invoice}/notify", json={"medium": "sms"}).json()
    trial = {"operations": [{"operation": "cancel"}]}
    for answer in (
        other_account.request("GET", f"/invoices/{invoice}/forecast"),
        other_account.request("POST", f"/invoices/{invoice}/what-if", json=trial),
        other_account.request("GET", f"/messages/{message['id']}/explain"),
        other_account.request("GET", f"/invoices/{invoice}", params={"at": "2026-01-01T12:00:00Z"}),
    ):
        assert answer.status_code == 404
