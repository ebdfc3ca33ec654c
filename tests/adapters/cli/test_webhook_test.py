"""`billhook webhook test`: a sample event is sent at once, and nothing is stored."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from returns.result import Failure, Result, Success
from standardwebhooks import Webhook

from adapters.cli.conftest import Billhook
from billhook.messaging.delivery import Accepted, SendError, Transient
from billhook_adapters.webhooks.post import Poster

SECRET = "whsec_" + "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3I="


@pytest.fixture
def posted(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, bytes, Mapping[str, str]]]:
    """What is posted; every endpoint takes it."""
    taken: list[tuple[str, bytes, Mapping[str, str]]] = []

    def post(
        _: Poster, url: str, body: bytes, headers: Mapping[str, str]
    ) -> Result[Accepted, SendError]:
        taken.append((url, body, headers))
        return Success(Accepted())

    monkeypatch.setattr(Poster, "post", post)
    return taken


@pytest.fixture
def webhook(
    billhook: Billhook, acme: dict[str, Any], url: str, monkeypatch: pytest.MonkeyPatch
) -> tuple[str, str]:
    monkeypatch.setenv("BILLHOOK_DATABASE", url)
    monkeypatch.setenv("BILLHOOK_SECRET_KEY", "k" * 40)
    options = ("--webhook-url", "https://shop.example/hook", "--webhook-secret", SECRET)
    added = billhook("webhook", "add", acme["account"], *options, "--json")
    return acme["account"], added.json["id"]


def test_a_sample_event_is_signed_as_every_other(
    billhook: Billhook,
    webhook: tuple[str, str],
    posted: list[tuple[str, bytes, Mapping[str, str]]],
) -> None:
    ran = billhook("webhook", "test", *webhook)
    assert (ran.status, ran.out) == (0, "accepted by https://shop.example/hook\n")
    ((where, body, headers),) = posted
    assert where == "https://shop.example/hook"
    Webhook(SECRET).verify(body, dict(headers))
    sent = json.loads(body)
    assert (sent["type"], sent["data"]["account"]) == ("invoice.issued", webhook[0])
    assert billhook("invoice", "list", webhook[0], "--json").json == []


def test_what_the_endpoint_answered_is_shown(
    billhook: Billhook, webhook: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Poster, "post", lambda *_: Failure(Transient("answered 404")))
    ran = billhook("webhook", "test", *webhook, "--json")
    assert ran.status == 1
    assert ran.json == {"error": "the event was not accepted: answered 404"}


def test_an_unknown_endpoint_is_refused(billhook: Billhook, webhook: tuple[str, str]) -> None:
    ran = billhook("webhook", "test", webhook[0], "sub_x")
    assert ran.status == 1
    assert "the account has no such webhook" in ran.err
