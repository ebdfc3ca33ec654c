"""What `billhook account` refuses: one line with the option and the remedy, and nothing stored."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine

from billhook.messaging.webhooks import WebhookEndpoint, WebhookEndpointId
from billhook_adapters.sql import accounts as sql_accounts
from billhook_adapters.sql.accounts import SqlAccounts
from billhook_adapters.system.api_keys import KeyTaken, ListedKey, NewKey
from billhook_adapters.testing import NOON, an_account

CHOSEN = "0123456789abcdefghijkl"
CANARY = "canary-secret-of-28-letters-"
HOOK = "https://hooks.example/canary-path"


def stored(engine: Engine) -> dict[str, int]:
    """How many rows there are of all that an opening writes."""
    tables = ("accounts", "api_keys", "webhook_endpoints")
    with engine.connect() as connection:
        return {
            name: connection.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar_one()  # noqa: S608  # a name from above
            for name in tables
        }


NOTHING = {"accounts": 0, "api_keys": 0, "webhook_endpoints": 0}

REFUSED = {
    "a key id alone": (("--key-id", "k"), ("--key-id and --key-secret", "give both, or neither")),
    "a secret alone": (("--key-secret", CANARY), ("--key-id and --key-secret", "neither")),
    "a short secret": (
        ("--key-id", "k", "--key-secret", "canary-21-characters-"),
        ("--key-secret", "128 random bits", "generate a longer random one", "sandbox"),
    ),
    "an empty secret": (("--key-id", "k", "--key-secret", ""), ("--key-secret", "sandbox")),
    "a broken secret": (
        ("--key-id", "k", "--key-secret", f"{CANARY}\udcff"),
        ("--key-secret", "ASCII"),
    ),
    "an empty key id": (("--key-id", "", "--key-secret", CANARY), ("--key-id", "omit it")),
    "a long key id": (("--key-id", "k" * 65, "--key-secret", CANARY), ("--key-id", "1 to 64")),
    "a colon": (("--key-id", "a:b", "--key-secret", CANARY), ("--key-id", "omit it")),
    "a newline": (("--key-id", "k\n", "--key-secret", CANARY), ("--key-id", "omit it")),
    "no name": (("--name", ""), ("--name", "1 to 256", "give the name")),
    "a long name": (("--name", "x" * 257), ("--name", "1 to 256")),
    "a name of two lines": (("--name", "Acme\nBcc: x"), ("--name", "one line")),
    "a name that cannot be seen": (("--name", "\u202e\u200b "), ("--name", "give the name")),
    "a broken name": (("--name", "canary\udcff"), ("--name", "valid text")),
    "a webhook URL alone": (("--webhook-url", HOOK), ("--webhook-url and --webhook-secret",)),
    "a webhook secret alone": (
        ("--webhook-secret", CANARY),
        ("--webhook-url and --webhook-secret", "give both, or neither"),
    ),
    "a short webhook secret": (
        ("--webhook-url", HOOK, "--webhook-secret", "canary"),
        ("--webhook-secret", "128 random bits", "sandbox"),
    ),
    "no key to seal with": (
        ("--webhook-url", HOOK, "--webhook-secret", CANARY),
        ("--webhook-secret", "BILLHOOK_SECRET_KEY is not set; make one with"),
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_opened_is_refused_and_leaves_nothing(
    billhook: Any, engine: Engine, url: str, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    monkeypatch.delenv("BILLHOOK_SECRET_KEY", raising=False)
    given, words = REFUSED[case]
    ran = billhook("account", "create", "--name", "Acme", "--database", url, *given)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith("billhook account create: --")
    assert ran.err.count("\n") == 1
    assert [part for part in words if part not in ran.err] == []
    assert "canary" not in ran.err
    assert stored(engine) == NOTHING


def test_a_refusal_makes_no_database(billhook: Any, tmp_path: Any) -> None:
    path = tmp_path / "none.sqlite3"
    billhook("account", "create", "--name", "", "--database", f"sqlite:///{path}")
    assert not path.exists()


def test_a_taken_key_id_is_refused_with_all_that_came_with_it(
    billhook: Any, engine: Engine, url: str
) -> None:
    key = ("--key-id", "key_1", "--key-secret", CHOSEN)
    first = billhook("account", "create", "--name", "A", *key, "--database", url, "--json").json
    before = stored(engine)
    for _ in range(2):
        ran = billhook("account", "create", "--name", "B", *key, "--database", url)
        assert (ran.status, ran.out) == (1, "")
        assert ran.err == (
            "billhook account create: --key-id: already used, now or in the past; give another "
            "value, or omit the option to generate one\n"
        )
        # A revoked key keeps its id: it might still stand in somebody's logs.
        billhook("account", "revoke", "key_1", "--database", url)
    assert stored(engine) == before
    assert (
        billhook("account", "list", "--database", url, "--json").json[0]["account"]
        == (first["account"])
    )


def an_opening() -> tuple[Any, ...]:
    account = an_account("acc_9", "Whole")
    webhook_endpoint = WebhookEndpoint(
        account=account.id,
        id=WebhookEndpointId("sub_1"),
        url="https://hooks.example/",
        style="razorpay",
    )
    return account, [NewKey("key_1", CHOSEN)], webhook_endpoint, NOON


def test_an_opening_is_stored_whole(engine: Engine) -> None:
    SqlAccounts(engine).open(*an_opening()).unwrap()
    assert stored(engine) == {"accounts": 1, "api_keys": 1, "webhook_endpoints": 1}
    account, _, webhook_endpoint, _ = an_opening()
    (listed,) = SqlAccounts(engine).listed()
    assert listed == (account, [ListedKey("key_1", NOON, None)], [webhook_endpoint])


def test_an_opening_whose_key_is_taken_stores_nothing(engine: Engine) -> None:
    SqlAccounts(engine).open(an_account("acc_1"), [NewKey("key_1", CHOSEN)], None, NOON).unwrap()
    before = stored(engine)
    assert SqlAccounts(engine).open(*an_opening()).failure() == KeyTaken()
    assert stored(engine) == before


def test_an_opening_that_is_broken_off_before_its_end_stores_nothing(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_key = sql_accounts.put_key

    def broken_off(*given: Any) -> None:
        put_key(*given)
        raise InterruptedError

    monkeypatch.setattr(sql_accounts, "put_key", broken_off)
    with pytest.raises(InterruptedError):
        SqlAccounts(engine).open(*an_opening())
    assert stored(engine) == NOTHING


@pytest.mark.parametrize("key", ["key_unknown", "", "\udcff", "a b"])
def test_only_a_key_in_force_is_revoked(billhook: Any, acme: Any, url: str, key: str) -> None:
    billhook("account", "revoke", acme["key_id"], "--database", url)
    for name in (key, acme["key_id"]):
        ran = billhook("account", "revoke", name, "--database", url)
        assert (ran.status, ran.out) == (1, "")
        assert "KEY_ID: there is no active key with this id; `billhook account list`" in ran.err


@pytest.mark.parametrize("account", ["acc_unknown", "", "\udcff", "a b"])
def test_only_an_account_that_exists_rotates(
    billhook: Any, acme: Any, engine: Engine, url: str, account: str
) -> None:
    before = stored(engine)
    ran = billhook("account", "rotate", account, "--database", url)
    assert (ran.status, ran.out) == (1, "")
    assert "ACCOUNT_ID: there is no such account; `billhook account list`" in ran.err
    assert stored(engine) == before


def test_a_secret_behind_a_mistyped_option_is_not_repeated(billhook: Any, url: str) -> None:
    given = ("--name", "A", "--database", url, "--key-secrett", CANARY, CANARY, f"--key={CANARY}")
    ran = billhook("account", "create", *given)
    assert ran.status == 2
    assert ran.err.endswith(
        "billhook account create: unknown: --key-secrett, did you mean --key-secret?; "
        "see `billhook account create --help`\n"
    )
    assert "canary" not in ran.err


def test_a_key_does_not_print_its_secret() -> None:
    assert "canary" not in repr(NewKey("key_1", CANARY))
