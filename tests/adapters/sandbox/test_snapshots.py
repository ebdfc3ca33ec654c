"""Snapshots: everything as it was at a moment, made again as often as it is wanted."""

from __future__ import annotations

import importlib.metadata
from typing import Any, NoReturn

import pytest

from adapters.sandbox.in_process import KEY, SandboxClient
from billhook_adapters.documents.font_chain import FontChain
from billhook_adapters.documents.templating import Templates
from billhook_adapters.sandbox import workspace
from billhook_adapters.webhooks import secret_box
from billhook_adapters.webhooks.post import Poster


def everything(sandbox: SandboxClient) -> dict[str, Any]:
    lists = ("outbox", "webhooks", "faults", "clock/moves")
    invoices = sandbox.json_of("GET", "/v1/invoices", key=KEY)["items"]
    return {name: sandbox.items(name) for name in lists} | {"invoices": invoices}


def test_a_restore_makes_everything_as_it_was(sandbox: SandboxClient) -> None:
    invoice = sandbox.create(partial_payment=True)["id"]
    sandbox.json_of("POST", f"/sandbox/invoices/{invoice}/payments", {"amount": 100})
    sandbox.json_of("POST", "/sandbox/faults", {"medium": "sms", "fault": "permanent", "to": "+1"})
    sandbox.json_of("POST", "/sandbox/clock", {"advance_seconds": 86400})
    now = sandbox.json_of("GET", "/sandbox/clock")["now"]
    before = everything(sandbox)
    sandbox.json_of("POST", "/sandbox/snapshots", {"name": "partly-paid"})

    for _ in range(2):  # as often as it is wanted
        sandbox.json_of("POST", f"/sandbox/invoices/{invoice}/payments", {"amount": 49900})
        sandbox.create()
        sandbox.json_of("DELETE", "/sandbox/faults")
        sandbox.json_of("POST", "/sandbox/clock", {"advance_seconds": 86400})
        assert everything(sandbox) != before
        sandbox.json_of("POST", "/sandbox/snapshots/partly-paid/restore")
        assert everything(sandbox) == before
        assert now <= sandbox.json_of("GET", "/sandbox/clock")["now"] < now + 86400


def test_faults_that_happened_since_are_set_again(sandbox: SandboxClient) -> None:
    sandbox.json_of("POST", "/sandbox/faults", {"fault": "server_error", "times": 2})
    sandbox.json_of("POST", "/sandbox/snapshots", {"name": "a"})
    for _ in range(2):
        assert sandbox.ask("GET", "/v1/invoices", key=KEY).status == 500
        sandbox.json_of("POST", "/sandbox/snapshots/a/restore")
    assert [one["left"] for one in sandbox.items("faults")] == [2]


def test_a_reset_is_the_start_and_keeps_the_snapshots(sandbox: SandboxClient) -> None:
    sandbox.create()
    sandbox.json_of("POST", "/sandbox/snapshots", {"name": "a"})
    sandbox.json_of("POST", "/sandbox/snapshots", {"name": "b"})
    sandbox.json_of("POST", "/sandbox/reset")
    assert [found for found in everything(sandbox).values() if found] == []
    assert sandbox.items("requests") != []  # the one for its invoices
    assert sandbox.items("snapshots") == [{"name": "a"}, {"name": "b"}]
    sandbox.json_of("POST", "/sandbox/snapshots/b/restore")
    assert len(sandbox.items("outbox")) == 2


def test_a_policy_that_was_changed_is_restored(sandbox: SandboxClient) -> None:
    change = {"name": "Acme Books"}
    headers = {"if-match": "*"}
    before = sandbox.json_of("GET", "/api/account", key=KEY)
    sandbox.json_of("POST", "/sandbox/snapshots", {"name": "before"})
    sandbox.json_of("PATCH", "/api/account", change, key=KEY, headers=headers)
    sandbox.json_of("POST", "/sandbox/snapshots", {"name": "after"})
    sandbox.json_of("POST", "/sandbox/snapshots/before/restore")
    assert sandbox.json_of("GET", "/api/account", key=KEY) == before
    sandbox.json_of("POST", "/sandbox/snapshots/after/restore")
    assert sandbox.json_of("GET", "/api/account", key=KEY)["name"] == "Acme Books"


def test_a_name_that_is_used_again_is_the_newer_snapshot(sandbox: SandboxClient) -> None:
    sandbox.json_of("POST", "/sandbox/snapshots", {"name": "a"})
    sandbox.create()
    sandbox.json_of("POST", "/sandbox/snapshots", {"name": "a"})
    sandbox.json_of("POST", "/sandbox/snapshots/a/restore")
    assert len(sandbox.items("outbox")) == 2


def test_an_unknown_snapshot_is_refused(sandbox: SandboxClient) -> None:
    assert sandbox.ask("POST", "/sandbox/snapshots/a/restore").status == 404
    assert sandbox.ask("DELETE", "/sandbox/snapshots/a").status == 404
    sandbox.json_of("POST", "/sandbox/snapshots", {"name": "a"})
    sandbox.json_of("DELETE", "/sandbox/snapshots/a")
    assert sandbox.items("snapshots") == []


def test_there_are_so_many_at_most(sandbox: SandboxClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workspace, "MOST_SNAPSHOTS", 1)
    sandbox.json_of("POST", "/sandbox/snapshots", {"name": "a"})
    assert sandbox.ask("POST", "/sandbox/snapshots", {"name": "b"}).status == 400
    sandbox.json_of("POST", "/sandbox/snapshots", {"name": "a"})


def test_going_back_makes_nothing_again_that_takes_long(
    sandbox: SandboxClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> NoReturn:
        raise AssertionError("this takes long")

    monkeypatch.setattr(importlib.metadata, "entry_points", refuse)
    monkeypatch.setattr(Templates, "__init__", refuse)
    monkeypatch.setattr(FontChain, "__init__", refuse)
    monkeypatch.setattr(Poster, "__init__", refuse)
    monkeypatch.setattr(secret_box.SecretBox, "__init__", refuse)
    sandbox.json_of("POST", "/sandbox/reset")


def test_what_was_served_before_has_ended(sandbox: SandboxClient) -> None:
    first = sandbox.workspaces.default.sandbox.application.delivering
    sandbox.json_of("POST", "/sandbox/reset")
    second = sandbox.workspaces.default.sandbox.application.delivering
    assert first is not None
    assert second is not None
    assert [first.alive, second.alive] == [False, True]
