"""`billhook messages` and `billhook status`: messages that were not sent, and their retry."""

from __future__ import annotations

from dataclasses import replace

import pytest
from returns.result import Success
from sqlalchemy import Engine

from adapters.cli.conftest import Billhook
from billhook.application.commands import DraftAndSend
from billhook.messaging.delivery import DeliveryStatus
from billhook.messaging.message import Message
from billhook.model.base import AccountId
from billhook_adapters.cli import messages
from billhook_adapters.engine import EmbeddedEngine
from billhook_adapters.sql import SqlStore
from billhook_adapters.system.clock import SystemClock
from billhook_adapters.testing import a_document
from billhook_adapters.testing.running import RunningService

ACME = AccountId("acc_1")
NO_SENDER = "no sender is set up for sms"


@pytest.fixture
def dead(store: SqlStore) -> list[Message]:
    """Messages without a sender."""
    running = RunningService(store, SystemClock())
    send = DraftAndSend(account=ACME, document=a_document(media=["sms"]))
    sent = [answer.unwrap().messages[0] for answer in running.service.execute_all([send] * 3)]
    EmbeddedEngine(replace(running.background_jobs, senders={})).drain()
    return sorted(sent, key=lambda message: message.id)


def status(store: SqlStore, message: Message) -> DeliveryStatus:
    with store.snapshot() as snapshot:
        return snapshot.messages((message.key,))[message.key].status


def test_dead_letters_are_listed_with_their_reason(
    billhook: Billhook, url: str, dead: list[Message]
) -> None:
    ran = billhook("messages", "list", "--database", url)
    assert ran.status == 0
    assert sorted(ran.out.splitlines()) == [
        f"acc_1/{message.id}  sms  1 attempts  {NO_SENDER}" for message in dead
    ]
    output = billhook("messages", "list", "--limit", "2", "--json", "--database", url).json
    assert len(output) == 2
    assert billhook("messages", "list", "--status", "queued", "--database", url).out == (
        "no message is queued\n"
    )


def test_a_message_is_shown_without_its_address_by_default(
    billhook: Billhook, url: str, dead: list[Message]
) -> None:
    name = f"acc_1/{dead[0].id}"
    hidden = billhook("messages", "show", name, "--database", url)
    assert dead[0].address not in hidden.out
    assert NO_SENDER in hidden.out
    shown = billhook("messages", "show", name, "--reveal", "--json", "--database", url).json
    assert (shown["to"], shown["status"]) == (dead[0].address, "failed")


def test_a_named_dead_letter_is_requeued_once(
    billhook: Billhook, url: str, store: SqlStore, dead: list[Message]
) -> None:
    name = f"acc_1/{dead[0].id}"
    ran = billhook("messages", "requeue", name, "--database", url)
    assert (ran.status, ran.out) == (0, "1 requeued\n")
    assert [status(store, message) for message in dead] == ["queued", "failed", "failed"]
    again = billhook("messages", "requeue", name, "acc_1/msg_none", "--database", url)
    assert again.status == 1
    assert again.out.splitlines() == [
        "0 requeued",
        f"{name}: The message is queued; only one that failed can be queued again.",
        "acc_1/msg_none: There is no such message.",
    ]


def test_all_dead_letters_are_requeued_or_those_of_one_account(
    billhook: Billhook, url: str, store: SqlStore, dead: list[Message]
) -> None:
    none = billhook("messages", "requeue", "--all-failed", "--account", "acc_2", "--database", url)
    assert none.out == "0 requeued\n"
    output = billhook("messages", "requeue", "--all-failed", "--json", "--database", url).json
    assert output == {"requeued": 3, "refused": []}
    assert {status(store, message) for message in dead} == {DeliveryStatus.QUEUED}


def test_what_fails_again_at_once_is_not_requeued_again_and_progress_is_shown(
    billhook: Billhook, url: str, dead: list[Message], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(messages, "_AT_ONCE", 2)
    monkeypatch.setattr(messages, "_requeued", lambda _, keys: [Success(None)] * len(keys))
    ran = billhook("messages", "requeue", "--all-failed", "--database", url)
    assert (ran.status, ran.out, ran.err) == (0, "3 requeued\n", "messages: 3\n")


@pytest.mark.parametrize(
    ("arguments", "remedy"),
    [
        (["requeue"], "name messages, or give --all-failed"),
        (["requeue", "acc_1/msg_1", "--all-failed"], "name messages, or give --all-failed"),
        (["requeue", "acc_1/msg_1", "--account", "acc_1"], "--account goes with --all-failed"),
        (["requeue", "msg_1"], "must be ACCOUNT/MESSAGE"),
        (["show", "/msg_1"], "must be ACCOUNT/MESSAGE"),
        (["list", "--limit", "0"], "must be a whole number from 1 to 10000"),
        (["list", "--status", "sent"], "must be one of queued, sending, failed, suppressed"),
    ],
)
def test_wrong_usage_is_reported_with_the_remedy(
    billhook: Billhook, url: str, engine: Engine, arguments: list[str], remedy: str
) -> None:
    ran = billhook("messages", *arguments, "--database", url)
    assert (ran.status, ran.out) == (2, "")
    assert remedy in ran.err


def test_the_status_shows_what_is_queued_and_what_failed(
    billhook: Billhook, url: str, store: SqlStore, dead: list[Message]
) -> None:
    billhook("messages", "requeue", f"acc_1/{dead[0].id}", "--database", url)
    store.record_repairs(4, SystemClock().now())
    output = billhook("status", "--json", "--database", url).json
    assert output.pop("oldest_waits_seconds") >= 0
    assert output == {
        "due": 1,
        "later": 0,
        "sending": 0,
        "abandoned": 0,
        "overdue_invoices": 0,
        "sweep_repairs": 4,
        "failed": {"provider": 2},
        "suppressed_within_a_day": {},
        "sms_budgets_used_up": 0,
    }
    words = billhook("status", "--database", url).out
    assert "failed, provider" in words
    assert dead[0].address not in words
