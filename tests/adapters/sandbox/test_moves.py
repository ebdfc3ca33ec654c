"""Moves of the clock: everything happens at its own time, and is listed."""

from __future__ import annotations

import asyncio
from threading import Event
from typing import Any

import pytest
from returns.result import Failure, Success

from adapters.sandbox.in_process import KEY, SandboxClient
from billhook.messaging.delivery import Accepted, Transient
from billhook_adapters.sandbox import webhooks
from billhook_adapters.testing import an_account
from billhook_adapters.webhooks.post import Exchange, Poster

DAY = 86400


def expiring(sandbox: SandboxClient, days: int) -> str:
    now = sandbox.json_of("GET", "/sandbox/clock")["now"]
    created: str = sandbox.create(expire_by=now + days * DAY)["id"]
    return created


def named(effects: list[Any]) -> list[tuple[str, str]]:
    return [(one["name"], one["invoice_id"]) for one in effects]


def test_a_move_lists_what_it_caused_in_the_order_of_time(sandbox: SandboxClient) -> None:
    later, sooner = expiring(sandbox, 3), expiring(sandbox, 2)
    moved = sandbox.json_of("POST", "/sandbox/clock", {"advance_seconds": 4 * DAY})
    assert named(moved["effects"]) == [
        ("invoice.expired", sooner),
        ("webhook.accepted", sooner),
        ("invoice.expired", later),
        ("webhook.accepted", later),
    ]
    assert sandbox.items("clock/moves") == [moved]


def test_each_thing_happens_at_its_own_time(sandbox: SandboxClient) -> None:
    now = sandbox.json_of("GET", "/sandbox/clock")["now"]
    sandbox.create(expire_by=now + 2 * DAY)
    moved = sandbox.json_of("POST", "/sandbox/clock", {"advance_seconds": 9 * DAY})
    assert [one["at"] - now for one in moved["effects"]] == [2 * DAY, 2 * DAY]
    (webhook,) = sandbox.items("webhooks")
    assert webhook["at"] - now == 2 * DAY
    assert 9 * DAY <= moved["now"] - now <= 9 * DAY + 60


def test_a_message_that_failed_is_tried_again_on_the_way(sandbox: SandboxClient) -> None:
    sandbox.json_of("POST", "/sandbox/faults", {"medium": "sms", "fault": "transient"})
    invoice = sandbox.create()["id"]
    moved = sandbox.json_of("POST", "/sandbox/clock", {"advance_seconds": DAY})
    (sent,) = [one for one in moved["effects"] if one["name"] == "message.sent"]
    assert (sent["invoice_id"], sent["to"]) == (invoice, "+919000090000")
    texts = [one for one in sandbox.items("outbox") if one["medium"] == "sms"]
    assert [one["at"] for one in texts] == [sent["at"]]
    assert sent["at"] < moved["now"] - DAY / 2


def test_a_message_that_the_provider_refuses_is_listed_with_the_reason(
    sandbox: SandboxClient,
) -> None:
    fault = {"medium": "sms", "fault": "transient", "rate": 1}
    sandbox.json_of("POST", "/sandbox/faults", fault)
    sandbox.create()
    moved = sandbox.json_of("POST", "/sandbox/clock", {"advance_seconds": 30 * DAY})
    (failed,) = [one for one in moved["effects"] if one["name"].startswith("message.")]
    assert (failed["name"], failed["reason"]) == ("message.failed", "requested at /sandbox")


def test_to_next_moves_to_what_is_due_next(sandbox: SandboxClient) -> None:
    now = sandbox.json_of("GET", "/sandbox/clock")["now"]
    sandbox.create(expire_by=now + 2 * DAY)
    sandbox.create(expire_by=now + 5 * DAY)
    found = list[int]()
    for _ in range(2):
        assert sandbox.json_of("GET", "/sandbox/clock")["next"] is not None
        found.append(sandbox.json_of("POST", "/sandbox/clock", {"to_next": True})["now"] - now)
    assert found == [2 * DAY, 5 * DAY]
    assert sandbox.json_of("GET", "/sandbox/clock")["next"] is None
    answer = sandbox.ask("POST", "/sandbox/clock", {"to_next": True})
    assert (answer.status, answer.json["error"]["description"]) == (
        400,
        "to_next: nothing happens within the next ten years.",
    )


def test_a_clock_that_is_put_back_causes_nothing(sandbox: SandboxClient) -> None:
    now = sandbox.json_of("GET", "/sandbox/clock")["now"]
    sandbox.create(expire_by=now + 2 * DAY)
    moved = sandbox.json_of("POST", "/sandbox/clock", {"now": now - DAY})
    assert moved["effects"] == []
    assert moved["now"] == now - DAY


def test_a_webhook_that_is_refused_is_tried_again_and_each_attempt_is_listed(
    sandbox: SandboxClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def post(*_: object, most: int) -> Exchange:
        return Exchange(Failure(Transient("answered 500")), 500)

    monkeypatch.setattr(webhooks, "NOWHERE", "http://elsewhere/")
    monkeypatch.setattr(Poster, "exchange", post)
    now = sandbox.json_of("GET", "/sandbox/clock")["now"]
    sandbox.create(expire_by=now + DAY)
    effects = sandbox.json_of("POST", "/sandbox/clock", {"advance_seconds": 3 * DAY})["effects"]
    refused = [one for one in effects if one["name"] == "webhook.refused"]
    assert len(refused) > 3
    assert {one["reason"] for one in refused} == {"answered 500"}
    assert [one["accepted"] for one in sandbox.items("webhooks")] == [False] * len(refused)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"now": 1, "advance_seconds": 1},
        {"to_next": False},
        {"advance_seconds": -1},
        {"advance_seconds": 1.5},
        {"advance_seconds": "1"},
        {"now": 10**12},
        {"advance_seconds": 32503679999},
        {"days": 1},
    ],
)
def test_a_move_of_another_form_is_refused_and_moves_nothing(
    sandbox: SandboxClient, body: Any
) -> None:
    before = sandbox.json_of("GET", "/sandbox/clock")["now"]
    assert sandbox.ask("POST", "/sandbox/clock", body).status == 400
    assert sandbox.json_of("GET", "/sandbox/clock")["now"] < before + 60
    assert sandbox.items("clock/moves") == []


def test_the_outbox_is_listed_by_account_and_medium(sandbox: SandboxClient) -> None:
    invoice = sandbox.create()
    (message, _) = sandbox.items("outbox")
    assert message["account_id"] != an_account().id
    wanted = f"outbox?account_id={message['account_id']}&medium=email"
    assert [one["invoice_id"] for one in sandbox.items(wanted)] == [invoice["id"]]
    assert sandbox.items("outbox?account_id=acc_other") == []
    assert sandbox.ask("GET", "/sandbox/outbox?colour=red").status == 400
    assert sandbox.json_of("GET", "/v1/invoices", key=KEY)["count"] == 1


def test_a_reset_stops_a_move_and_what_it_would_have_sent(
    sandbox: SandboxClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = sandbox.json_of("GET", "/sandbox/clock")["now"]
    for day in range(2, 6):
        sandbox.create(expire_by=now + day * DAY)
    posting, posted = asyncio.Event(), Event()
    calls: list[int] = []

    def post(*_: object, most: int) -> Exchange:
        calls.append(1)
        sandbox.runner.get_loop().call_soon_threadsafe(posting.set)
        posted.wait(30)
        return Exchange(Success(Accepted()), 200)

    monkeypatch.setattr(webhooks, "NOWHERE", "http://elsewhere/")
    monkeypatch.setattr(Poster, "exchange", post)

    async def both() -> tuple[int, int]:
        body = {"advance_seconds": 9 * DAY}
        move = asyncio.create_task(sandbox.requested("POST", "/sandbox/clock", body))
        await posting.wait()
        reset = asyncio.create_task(sandbox.requested("POST", "/sandbox/reset"))
        moves = sandbox.workspaces.default.sandbox.moves
        while not moves.is_stopped:
            await asyncio.sleep(0)
        posted.set()
        return (await move).status, (await reset).status

    assert sandbox.runner.run(both()) == (409, 200)
    assert len(calls) == 1
    assert sandbox.items("webhooks") == []


def test_a_receiver_may_look_into_the_outbox_while_it_is_posted_to(
    sandbox: SandboxClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []

    def post(*_: object, most: int) -> Exchange:
        looked = asyncio.run_coroutine_threadsafe(
            sandbox.requested("GET", "/sandbox/outbox"), sandbox.runner.get_loop()
        )
        seen.append(len(looked.result(30).json["items"]))
        return Exchange(Success(Accepted()), 200)

    monkeypatch.setattr(webhooks, "NOWHERE", "http://elsewhere/")
    monkeypatch.setattr(Poster, "exchange", post)
    now = sandbox.json_of("GET", "/sandbox/clock")["now"]
    sandbox.create(expire_by=now + 2 * DAY)
    effects = sandbox.json_of("POST", "/sandbox/clock", {"advance_seconds": 3 * DAY})["effects"]
    assert [one["name"] for one in effects] == ["invoice.expired", "webhook.accepted"]
    assert seen == [2]
