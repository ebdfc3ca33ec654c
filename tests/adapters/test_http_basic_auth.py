"""HTTP Basic credentials: all wrong ones get the same answer."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Collection, Mapping

import pytest

from billhook.application.service import InvoiceService
from billhook.model.base import AccountId
from billhook_adapters.http.core.authentication import Callers
from billhook_adapters.http.core.batched_service import BatchedService
from billhook_adapters.memory import InMemoryStore, RandomIds, SettableClock
from billhook_adapters.system.api_keys import StoredKey, hashed
from billhook_adapters.testing import NOON


class Keys:
    """One key, whose secret is `se:cret`."""

    def find(self, key_id: str) -> StoredKey | None:
        return self.find_all((key_id,)).get(key_id)

    def find_all(self, ids: Collection[str]) -> Mapping[str, StoredKey]:
        known = {"key": StoredKey(AccountId("acc_1"), hashed("se:cret"))}
        return {one: known[one] for one in ids if one in known}


def caller(header: str | None) -> AccountId | None:
    """Who a request with this Authorization header is from."""
    batched = BatchedService(InvoiceService(InMemoryStore(), SettableClock(NOON), RandomIds()))
    return asyncio.run(Callers(Keys(), batched).account(header))


def basic(pair: str, scheme: str = "Basic") -> str:
    return f"{scheme} {b64encode(pair.encode()).decode()}"


def test_the_right_pair_is_its_account_and_a_secret_may_hold_a_colon() -> None:
    assert caller(basic("key:se:cret")) == AccountId("acc_1")


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
def test_wrong_credentials_belong_to_no_account(header: str | None) -> None:
    assert caller(header) is None
