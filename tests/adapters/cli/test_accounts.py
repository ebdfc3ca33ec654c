"""`billhook account`: accounts are opened whole, listed without secrets, and change their keys."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from billhook.model.base import AccountId
from billhook_adapters.http.core.authentication import Credentials, proven
from billhook_adapters.sql import SqlStore, open_database
from billhook_adapters.sql.keys import SqlKeyring

CHOSEN = "0123456789abcdefghijkl"


def opened_by(url: str, key_id: str, secret: str) -> AccountId | None:
    """The account that credentials open."""
    engine = open_database(url)
    account = proven(Credentials(key_id, secret), SqlKeyring(engine).find(key_id))
    engine.dispose()
    return account


def test_an_account_is_opened_with_a_key_that_is_shown_once(billhook: Any, url: str) -> None:
    ran = billhook("account", "create", "--name", "Acme Books", "--database", url)
    assert (ran.status, ran.err) == (0, "")
    shown = re.fullmatch(
        r"account     (acc_[A-Za-z0-9]{14})  Acme Books\n"
        r"key id      (key_[A-Za-z0-9]{14})\n"
        r"key secret  (\S{22,})  \(shown only once: save it now\)\n",
        ran.out,
    )
    assert shown is not None
    account, key, secret = shown.groups()
    assert opened_by(url, key, secret) == account
    assert secret not in billhook("account", "list", "--database", url).out


def test_the_policy_is_that_of_the_vendor(acme: Any, url: str) -> None:
    engine = open_database(url)
    with SqlStore(engine).snapshot() as snapshot:
        account = snapshot.accounts((acme["account"],))[acme["account"]]
    engine.dispose()
    assert (account.name, account.policy.min_expiry_lead) == ("Acme", timedelta(minutes=15))


def test_a_key_may_be_chosen(billhook: Any, url: str) -> None:
    given = ("--key-id", "rzp_live_1", "--key-secret", CHOSEN)
    output = billhook("account", "create", "--name", "A", *given, "--database", url, "--json").json
    assert (output["key_id"], output["key_secret"]) == ("rzp_live_1", CHOSEN)
    assert output["webhook"] is None
    assert opened_by(url, "rzp_live_1", CHOSEN) == output["account"]


def test_no_two_accounts_are_minted_alike(billhook: Any, url: str) -> None:
    made = [
        billhook("account", "create", "--name", "A", "--database", url, "--json").json
        for _ in range(5)
    ]
    for part in ("account", "key_id", "key_secret"):
        assert len({one[part] for one in made}) == 5


def test_a_list_has_accounts_and_keys_and_no_secrets(billhook: Any, acme: Any, url: str) -> None:
    rotated = billhook("account", "rotate", acme["account"], "--database", url, "--json").json
    ran = billhook("account", "list", "--database", url, "--json")
    (one,) = ran.json
    assert (one["account"], one["name"], one["webhooks"]) == (acme["account"], "Acme", [])
    first, second = one["keys"]
    assert [first["id"], second["id"]] == [acme["key_id"], rotated["key_id"]]
    assert first["revoked_at"] == second["created_at"]
    assert second["revoked_at"] is None
    shown = billhook("account", "list", "--database", url)
    assert [line.split()[0] for line in shown.out.splitlines()] == [acme["account"], "key", "key"]
    for secret in (acme["key_secret"], rotated["key_secret"]):
        assert secret not in ran.out + shown.out


def test_an_empty_database_has_no_accounts(billhook: Any, engine: Any, url: str) -> None:
    assert billhook("account", "list", "--database", url, "--json").json == []
    assert billhook("account", "list", "--database", url).out == "no accounts\n"


def test_a_rotation_opens_with_the_new_key_alone(billhook: Any, acme: Any, url: str) -> None:
    ran = billhook("account", "rotate", acme["account"], "--database", url, "--json")
    assert (ran.status, ran.json["revoked"]) == (0, [acme["key_id"]])
    assert opened_by(url, acme["key_id"], acme["key_secret"]) is None
    assert opened_by(url, ran.json["key_id"], ran.json["key_secret"]) == acme["account"]
    again = billhook("account", "rotate", acme["account"], "--database", url)
    assert ran.json["key_id"] in again.out
    assert "shown only once" in again.out


def test_a_revoked_key_opens_nothing(billhook: Any, acme: Any, url: str) -> None:
    ran = billhook("account", "revoke", acme["key_id"], "--database", url)
    assert (ran.status, ran.out) == (0, f"{acme['key_id']} of {acme['account']} is revoked\n")
    assert opened_by(url, acme["key_id"], acme["key_secret"]) is None
    assert "revoked" in billhook("account", "list", "--database", url).out


@pytest.mark.parametrize("name", ["A\x1b[2JB", "A\r\nB", "A\nB", "A\u2028B", "A\x85B"])
def test_a_name_is_one_line(billhook: Any, url: str, name: str) -> None:
    ran = billhook("account", "create", "--name", name, "--database", url)
    assert (ran.status, ran.out) == (2, "")
    assert "--name" in ran.err
