"""Tokens of HighLevel locations: shown once, kept as hashes, and revoked like any key."""

from __future__ import annotations

from typing import Any

import pytest

from billhook_adapters.sql import SqlStore, open_database
from billhook_adapters.sql.keys import SqlKeyring
from billhook_adapters.system.api_keys import StoredKey, hashed

CHOSEN = "pit-0123456789abcdefghijkl"


def found(url: str, token: str) -> StoredKey | None:
    """What a token opens."""
    engine = open_database(url)
    key = SqlKeyring(engine).find(hashed(token))
    engine.dispose()
    return key


def created(billhook: Any, url: str, *given: str) -> Any:
    """The output of a new account."""
    return billhook("account", "create", "--name", "A", *given, "--database", url, "--json").json


def policy(url: str, account: Any) -> tuple[str | None, int, int]:
    """How an account numbers its invoices."""
    engine = open_database(url)
    with SqlStore(engine).snapshot() as snapshot:
        chosen = snapshot.accounts((account,))[account].policy
    engine.dispose()
    return chosen.number_prefix, chosen.number_width, chosen.number_start


def test_an_account_may_be_opened_with_a_token_of_a_location(billhook: Any, url: str) -> None:
    output = created(billhook, url, "--location", "loc_1")
    assert output["location"] == "loc_1"
    assert found(url, output["token"]) == StoredKey(
        output["account"], hashed(output["token"]), "loc_1"
    )
    listed = billhook("account", "list", "--database", url)
    assert output["token"] not in listed.out
    assert f"  token    loc_1  {hashed(output['token'])}  created " in listed.out


def test_a_token_may_be_chosen(billhook: Any, url: str) -> None:
    output = created(billhook, url, "--location", "loc_1", "--token", CHOSEN)
    assert output["token"] == CHOSEN
    assert found(url, CHOSEN) is not None


@pytest.mark.parametrize(
    ("given", "numbers"),
    [
        ((), (None, 4, 1)),
        (("--location", "loc_1"), ("", 1, 1)),
        (("--location", "loc_1", "--number-start", "2001"), ("", 1, 2001)),
        (("--number-prefix", "INV-"), ("INV-", 4, 1)),
        (("--number-prefix", "INV-", "--number-start", "1000"), ("INV-", 4, 1000)),
        (("--location", "loc_1", "--number-prefix", "INV-"), ("INV-", 4, 1)),
        (("--number-prefix", ""), ("", 1, 1)),
    ],
)
def test_a_location_numbers_its_invoices_by_default(
    billhook: Any, url: str, given: tuple[str, ...], numbers: tuple[str | None, int, int]
) -> None:
    assert policy(url, created(billhook, url, *given)["account"]) == numbers


def test_a_further_token_opens_the_account_beside_the_first(billhook: Any, url: str) -> None:
    first = created(billhook, url, "--location", "loc_1")
    more = ("account", "token", first["account"], "--location", "loc_1", "--database", url)
    second = billhook(*more, "--json").json
    assert found(url, first["token"]) is not None
    assert found(url, second["token"]) is not None
    assert billhook("account", "revoke", second["id"], "--database", url).status == 0
    assert found(url, second["token"]) is None
    assert found(url, first["token"]) is not None


def test_a_rotation_revokes_the_tokens_too(billhook: Any, url: str) -> None:
    output = created(billhook, url, "--location", "loc_1")
    billhook("account", "rotate", output["account"], "--database", url)
    assert found(url, output["token"]) is None


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("--token", CHOSEN), "--token: requires --location"),
        (("--location", "two words"), "--location: must be 1 to 64"),
        (("--location", ""), "--location: must be 1 to 64"),
        (("--location", "l", "--token", "short"), "--token: fewer than 22 characters"),
        (("--location", "l", "--token", "with spaces in it, and long enough"), "--token: must be"),
        (("--location", "l", "--token", "ü" * 30), "--token: must be"),
        (("--number-prefix", "INV-1"), "--number-prefix: must be"),
        (("--number-prefix", "x" * 33), "--number-prefix: must be"),
        (("--number-start", "5"), "--number-start: this account assigns no numbers"),
        (("--number-prefix", "A-", "--number-start", "0"), "--number-start: must be"),
        *(
            (("--number-prefix", f"INV{one}-"), "--number-prefix: must be")
            for one in ("\n", "\r", "\t", "\x1b", "\u0085", "\u2028", "\u202e", "\udcff")
        ),
    ],
)
def test_what_cannot_be_a_token_is_refused_in_one_line(
    billhook: Any, url: str, given: tuple[str, ...], said: str
) -> None:
    ran = billhook("account", "create", "--name", "A", *given, "--database", url)
    assert ran.status == 2
    assert said in ran.err
    assert ran.err.count("\n") == 1
    assert "short" not in ran.err.replace("short secrets", "")


def test_a_token_known_already_is_not_given_twice(billhook: Any, url: str) -> None:
    created(billhook, url, "--location", "loc_1", "--token", CHOSEN)
    again = ("account", "create", "--name", "B", "--location", "loc_2", "--token", CHOSEN)
    assert billhook(*again, "--database", url).status == 1
    assert found(url, CHOSEN).location == "loc_1"  # type: ignore[union-attr]  # it is there


def test_an_unknown_account_gets_no_token(billhook: Any, url: str) -> None:
    created(billhook, url)
    ran = billhook("account", "token", "acc_9", "--location", "l", "--database", url)
    assert ran.status == 1
    assert "no such account" in ran.err
