"""`billhook webhook`: added, paused and resumed by the operator."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine

from billhook.messaging.webhooks import WebhookEndpoint, WebhookEventType
from billhook_adapters.sql.accounts import SqlAccounts

SECRET = "canary-secret-of-28-letters-"
HOOK = ("--webhook-url", "https://93.184.216.34/billhook", "--webhook-secret", SECRET)


@pytest.fixture(autouse=True)
def _sealing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BILLHOOK_SECRET_KEY", "a sealing key of the operator")


def webhooks(engine: Engine) -> list[WebhookEndpoint]:
    (listed,) = SqlAccounts(engine).listed()
    return list(listed.webhook_endpoints)


@pytest.mark.parametrize(
    ("style", "events"),
    [
        ("native", set(WebhookEventType)),
        (
            "razorpay",
            {WebhookEventType.PARTIALLY_PAID, WebhookEventType.PAID, WebhookEventType.EXPIRED},
        ),
    ],
)
def test_a_webhook_is_added_in_either_style(
    billhook: Any, acme: Any, url: str, engine: Engine, style: str, events: set[WebhookEventType]
) -> None:
    ran = billhook(
        "webhook", "add", acme["account"], *HOOK, "--style", style, "--database", url, "--json"
    )
    (webhook,) = webhooks(engine)
    assert ran.json == {"id": webhook.id, "url": HOOK[1], "style": style}
    assert (webhook.style, {*webhook.events}, webhook.silenced) == (style, events, False)
    assert SECRET not in repr(webhook) + ran.out


def test_a_webhook_of_highlevels_has_a_key_pair_of_its_own(
    billhook: Any, acme: Any, url: str, engine: Engine
) -> None:
    given = ("--style", "highlevel", "--location", "loc_1", "--database", url)
    ran = billhook("webhook", "add", acme["account"], *HOOK[:2], *given, "--json")
    (webhook,) = webhooks(engine)
    assert (webhook.style, webhook.location) == ("highlevel", "loc_1")
    assert {*webhook.events} == set(WebhookEventType)
    assert ran.json["public_key"].startswith("-----BEGIN PUBLIC KEY-----")
    assert "PRIVATE" not in repr(webhook) + ran.out
    shown = billhook("webhook", "key", acme["account"], webhook.id, "--database", url)
    assert shown.out.strip() == ran.json["public_key"].strip()


def test_a_key_is_made_and_not_given_and_a_secret_given_and_not_made(
    billhook: Any, acme: Any, url: str, engine: Engine
) -> None:
    for given in ((*HOOK, "--style", "highlevel"), HOOK[:2]):
        ran = billhook("webhook", "add", acme["account"], *given, "--database", url)
        assert (ran.status, "--webhook-secret" in ran.err) == (2, True), ran
    assert webhooks(engine) == []
    billhook("webhook", "add", acme["account"], *HOOK, "--database", url)
    (webhook,) = webhooks(engine)
    ran = billhook("webhook", "key", acme["account"], webhook.id, "--database", url)
    assert (ran.status, "not with a key pair" in ran.err, SECRET in ran.err) == (1, True, False)


def test_a_webhook_is_paused_and_resumed(
    billhook: Any, acme: Any, url: str, engine: Engine
) -> None:
    billhook("webhook", "add", acme["account"], *HOOK, "--database", url)
    (before,) = webhooks(engine)
    for action, silenced in (("pause", True), ("pause", True), ("resume", False)):
        ran = billhook("webhook", action, acme["account"], before.id, "--database", url)
        assert (ran.status, ran.out.startswith(f"{before.id} is ")) == (0, True)
        (now,) = webhooks(engine)
        assert now.silenced is silenced
    assert now == before


@pytest.mark.parametrize(
    ("status", "given", "words"),
    [
        (1, ("add", "acc_none", *HOOK), "ACCOUNT_ID: there is no such account"),
        (
            2,
            ("add", "ACME", "--webhook-url", "http://x/", "--webhook-secret", SECRET),
            "--webhook-url",
        ),
        (2, ("add", "ACME", *HOOK[:2], "--webhook-secret", "canary"), "--webhook-secret"),
        (1, ("pause", "ACME", "sub_none"), "WEBHOOK_ID: the account has no such webhook"),
        (1, ("resume", "acc_none", "sub_none"), "ACCOUNT_ID: there is no such account"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line_and_leaves_nothing(
    billhook: Any,
    acme: Any,
    url: str,
    engine: Engine,
    status: int,
    given: tuple[str, ...],
    words: str,
) -> None:
    named = [acme["account"] if one == "ACME" else one for one in given]
    ran = billhook("webhook", *named, "--database", url)
    assert (ran.status, ran.out) == (status, "")
    assert words in ran.err
    assert ran.err.count("\n") == 1
    assert "canary" not in ran.err
    assert webhooks(engine) == []
