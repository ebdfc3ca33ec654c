"""The webhook of a new account: checked, sealed, and stored with the account or not at all."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import Engine

from billhook.messaging.webhooks import WebhookEventType
from billhook_adapters.sql.accounts import SqlAccounts
from billhook_adapters.webhooks.secret_box import SecretBox

SECRET = "canary-secret-of-28-letters-"
SEALING = "a sealing key of the operator"
HOOK = ("--webhook-url", "https://93.184.216.34/billhook", "--webhook-secret", SECRET)


@pytest.fixture
def create(billhook: Any, url: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("BILLHOOK_SECRET_KEY", SEALING)

    def run(*given: str) -> Any:
        return billhook("account", "create", "--name", "Acme", "--database", url, *given)

    return run


def test_a_webhook_gets_the_vendors_three_events(create: Any, engine: Engine) -> None:
    output = create(*HOOK, "--json").json
    assert re.fullmatch(r"sub_[A-Za-z0-9]{14}", output["webhook"]["id"])
    (listed,) = SqlAccounts(engine).listed()
    (webhook_endpoint,) = listed.webhook_endpoints
    assert (webhook_endpoint.account, webhook_endpoint.id) == (
        output["account"],
        output["webhook"]["id"],
    )
    assert (webhook_endpoint.url, webhook_endpoint.style) == (HOOK[1], "razorpay")
    assert {*webhook_endpoint.events} == {
        WebhookEventType.PARTIALLY_PAID,
        WebhookEventType.PAID,
        WebhookEventType.EXPIRED,
    }
    assert {*output["webhook"]["events"]} == {*webhook_endpoint.events}


def test_its_secret_is_kept_sealed(create: Any, engine: Engine) -> None:
    ran = create(*HOOK)
    (listed,) = SqlAccounts(engine).listed()
    sealed = listed.webhook_endpoints[0].sealed_secret
    assert sealed is not None
    assert SecretBox(SEALING).open(sealed) == SECRET
    with engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM webhook_endpoints").all()
    assert SECRET not in ran.out + repr(rows)


def test_it_is_listed_by_its_url_without_its_secret(billhook: Any, create: Any, url: str) -> None:
    create(*HOOK)
    shown = billhook("account", "list", "--database", url).out
    output = billhook("account", "list", "--database", url, "--json")
    assert HOOK[1] in shown
    ((webhook,),) = [one["webhooks"] for one in output.json]
    assert (webhook["url"], webhook["silenced"]) == (HOOK[1], False)
    assert "canary" not in shown + output.out
    assert "sealed" not in shown + output.out


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ftp://93.184.216.34/",
        "https://127.0.0.1/canary",
        "https://10.0.0.1/canary",
        "https://169.254.169.254/canary",
        "https://[::1]/canary",
        "https://user:canary@93.184.216.34/",
        f"https://93.184.216.34/{'canary' * 400}",
        "https://93.184.216.34/\udcff",
    ],
)
def test_a_url_that_may_not_be_called_is_refused_and_leaves_nothing(
    create: Any, engine: Engine, address: str
) -> None:
    ran = create("--webhook-url", address, "--webhook-secret", SECRET)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith("billhook account create: --webhook-url: ")
    assert ran.err.count("\n") == 1
    assert "canary" not in ran.err
    assert list(SqlAccounts(engine).listed()) == []


@pytest.mark.parametrize("key", ["canary", "canary, and long\udcff"])
def test_a_key_that_seals_nothing_is_named_and_leaves_nothing(
    create: Any, engine: Engine, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setenv("BILLHOOK_SECRET_KEY", key)
    ran = create(*HOOK)
    assert (ran.status, ran.out) == (2, "")
    assert "--webhook-secret: BILLHOOK_SECRET_KEY must" in ran.err
    assert ran.err.count("\n") == 1
    assert "canary" not in ran.err
    assert list(SqlAccounts(engine).listed()) == []
