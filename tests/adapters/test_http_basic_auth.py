"""HTTP Basic credentials: one way in, and every wrong one looks the same."""

from __future__ import annotations

from base64 import b64encode

import pytest

from billhook.account import AccountId
from billhook_adapters.http.auth import basic_account
from billhook_adapters.keys import StoredKey, hashed


class Keys:
    """One key, whose secret is `se:cret`."""

    def find(self, key_id: str) -> StoredKey | None:
        return StoredKey(AccountId("acc_1"), hashed("se:cret")) if key_id == "key" else None


def basic(pair: str, scheme: str = "Basic") -> str:
    return f"{scheme} {b64encode(pair.encode()).decode()}"


def test_the_right_pair_is_its_account_and_a_secret_may_hold_a_colon() -> None:
    assert basic_account(basic("key:se:cret"), Keys()) == AccountId("acc_1")


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Basic",
        "Basic !!!",
        "Basic /w==",
        basic("key"),
        basic("key:"),
        basic("key:wrong"),
        basic("other:se:cret"),
        basic("other:"),
        basic(":"),
        basic("key:se:cret", "basic"),
        basic("key:se:cret", "Bearer"),
    ],
)
def test_anything_else_is_nobody(header: str | None) -> None:
    assert basic_account(header, Keys()) is None
