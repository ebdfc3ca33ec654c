"""`billhook invoice`: what is shown, explained, tried and forecast; nothing is changed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from adapters.cli.conftest import Billhook
from billhook import AccountId, InvoiceId, Medium, Notify, Pay, or_raise
from billhook.model.reminder_schedule import ReminderSchedule
from billhook_adapters.sql import SqlStore
from billhook_adapters.system.clock import SystemClock
from billhook_adapters.testing import a_payment, an_account
from billhook_adapters.testing.builders import open_account
from billhook_adapters.testing.running import RunningService

ACME, ID = AccountId("acc_1"), InvoiceId("inv_1")
DAY = timedelta(days=1)


@pytest.fixture
def running(store: SqlStore) -> RunningService:
    """A service with one invoice that is issued."""
    running = RunningService(store, SystemClock())
    running.issued()
    return running


def rows(out: str) -> list[list[str]]:
    return [line.split("\t") for line in out.splitlines()]


def test_an_invoice_is_shown_line_by_line(
    billhook: Billhook, url: str, running: RunningService
) -> None:
    ran = billhook("invoice", "show", "inv_1", "--database", url)
    shown = dict(rows(ran.out))
    assert (ran.status, shown["status"], shown["amount due"]) == (0, "issued", "INR 998.00")
    assert shown["customer"] == "Ravi"
    as_json = billhook("invoice", "show", "inv_1", "--json", "--database", url).json
    assert (as_json["id"], as_json["document"]["customer"]["name"]) == ("inv_1", "Ravi")


def test_an_invoice_is_shown_as_it_was(
    billhook: Billhook, url: str, running: RunningService
) -> None:
    at = running.clock.now().isoformat()
    or_raise(running.service.execute(Pay(account=ACME, invoice=ID, payment=a_payment(99800))))
    now = billhook("invoice", "show", "inv_1", "--json", "--database", url).json
    then = billhook("invoice", "show", "inv_1", "--at", at, "--json", "--database", url).json
    assert (now["status"], then["status"]) == ("paid", "issued")
    before = billhook("invoice", "show", "inv_1", "--at", "2020-01-01T00:00:00Z", "--database", url)
    assert (before.status, before.err) == (1, "billhook invoice show: There is no such invoice.\n")
    wrong = billhook("invoice", "show", "inv_1", "--at", "yesterday", "--database", url)
    assert wrong.status == 2
    assert "--at: must be a time with its zone" in wrong.err


def test_every_operation_is_explained(
    billhook: Billhook, url: str, running: RunningService
) -> None:
    explained = {
        row[0]: row[1:]
        for row in rows(billhook("invoice", "explain", "inv_1", "--database", url).out)
    }
    assert explained["pay"] == ["yes", ""]
    assert explained["notify by sms"] == ["yes", ""]
    assert explained["delete"] == ["no", "delete is not allowed when issued, only when draft."]
    verdicts = billhook("invoice", "explain", "inv_1", "--json", "--database", url).json
    (delete,) = [one for one in verdicts if one["operation"] == "delete"]
    assert delete["allowed"] is False
    assert delete["reasons"][0]["code"] == "operation_not_allowed"
    assert delete["reasons"][0]["message"].startswith("delete is not allowed")


def test_operations_are_tried_and_nothing_is_stored(
    billhook: Billhook, url: str, running: RunningService
) -> None:
    tried = ("invoice", "what-if", "inv_1", "pay:300", "cancel", "notify:email")
    ran = billhook(*tried, "--database", url)
    assert rows(ran.out)[1:] == [
        ["pay:300", "yes", "partially paid, INR 995.00 due"],
        ["cancel", "no", "cancel is not allowed when partially_paid, only when draft or issued."],
        ["notify:email", "yes", "a message would be queued"],
    ]
    assert [one["allowed"] for one in billhook(*tried, "--json", "--database", url).json] == [
        True, False, True,
    ]  # fmt: skip
    assert running.invoice().paid == 0
    assert running.messages() == ()


@pytest.mark.parametrize(
    ("operation", "reason"),
    [
        ("refund", "OPERATION: must be one of issue, pay:AMOUNT"),
        ("notify:fax", "OPERATION: must be one of"),
        ("pay:9.98", "pay: the amount must be a whole number"),
    ],
)
def test_an_operation_that_there_is_not_is_an_error(
    billhook: Billhook, url: str, running: RunningService, operation: str, reason: str
) -> None:
    ran = billhook("invoice", "what-if", "inv_1", operation, "--database", url)
    assert (ran.status, ran.out) == (2, "")
    assert reason in ran.err


def test_messages_are_forecast(billhook: Billhook, url: str, store: SqlStore) -> None:
    running = RunningService(store, SystemClock())
    open_account(running.service, an_account(ACME, reminders=ReminderSchedule(before=[DAY])))
    due_by = running.clock.now() + 5 * DAY
    running.issued(due_by=due_by)
    at = (due_by - DAY).isoformat(timespec="seconds")
    ran = billhook("invoice", "forecast", "inv_1", "--database", url)
    assert rows(ran.out)[1:] == [[at, "email", "1"], [at, "sms", "1"]]
    as_json: list[Any] = billhook("invoice", "forecast", "inv_1", "--json", "--database", url).json
    assert [one["reminder"] for one in as_json] == [1, 1]
    none = billhook("invoice", "forecast", "inv_1", "--days", "1", "--database", url)
    assert none.out == "no message will be sent in the next 1 days\n"
    wrong = billhook("invoice", "forecast", "inv_1", "--days", "999", "--database", url)
    assert "--days: must be a whole number from 1 to 366" in wrong.err


@pytest.mark.parametrize("action", ["show", "explain", "forecast"])
def test_an_unknown_invoice_is_an_error(
    billhook: Billhook, url: str, running: RunningService, action: str
) -> None:
    ran = billhook("invoice", action, "inv_none", "--database", url)
    assert (ran.status, ran.out) == (1, "")
    assert "there is no such invoice" in ran.err.lower()


def test_a_message_is_explained(billhook: Billhook, url: str, running: RunningService) -> None:
    notify = Notify(account=ACME, invoice=ID, medium=Medium.SMS)
    message = or_raise(running.service.execute(notify))
    name = f"acc_1/{message.id}"
    waiting = billhook("messages", "explain", name, "--database", url)
    assert "the invoice was issued, version 2" in waiting.out
    assert "queued: not sent yet; no attempt failed" in waiting.out
    or_raise(running.service.execute(Pay(account=ACME, invoice=ID, payment=a_payment(99800))))
    running.background_jobs.deliver(message.key)
    ended = billhook("messages", "explain", name, "--database", url)
    assert "the invoice was paid, version 3; notify is not allowed when paid" in ended.out
    as_json = billhook("messages", "explain", name, "--json", "--database", url).json
    assert as_json["reason"]["code"] == "operation_not_allowed"
    assert message.address not in ended.out + str(as_json)
    unknown = billhook("messages", "explain", "acc_1/msg_none", "--database", url)
    assert (unknown.status, unknown.out) == (1, "")
    assert "There is no such message." in unknown.err
