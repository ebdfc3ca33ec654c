"""A key opens the API that it was made for, and no response says which part of it was wrong."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from attacks.in_process import BASIC, BEARER, LOCATION, TOKEN, InProcess, basic
from billhook_adapters.composition.backends import open_backend
from billhook_adapters.http.core.authentication import Credentials, proven
from billhook_adapters.system.api_keys import EditableKeyring, NewKey, hashed
from billhook_adapters.testing import NOON, an_account

KEYS = ("/v1/invoices", "/api/invoices")
LOCATIONS = f"/invoices/?altId={LOCATION}&altType=location&limit=10&offset=0"


@pytest.mark.parametrize("path", KEYS)
def test_the_token_of_a_location_opens_no_api_of_keys(service: InProcess, path: str) -> None:
    for key_id, secret in ((hashed(TOKEN), TOKEN), (TOKEN, TOKEN), (LOCATION, TOKEN), ("", TOKEN)):
        assert service.ask("GET", path, basic(key_id, secret)).status == 401
    assert service.ask("GET", path, BEARER).status == 401
    assert service.ask("GET", path, BASIC).status == 200


def test_a_key_opens_no_api_of_locations(service: InProcess) -> None:
    for text in (b"secret", b"key_1", b"key_1:secret", hashed("secret").encode()):
        bearer = [(b"authorization", b"Bearer " + text), BEARER[1]]
        assert service.ask("GET", LOCATIONS, bearer).status == 401
    assert service.ask("GET", LOCATIONS, [*BASIC, BEARER[1]]).status == 401
    assert service.ask("GET", LOCATIONS, BEARER).status == 200


@pytest.fixture
def keys(tmp_path: Path) -> Iterator[EditableKeyring]:
    backend = open_backend(f"sqlite:///{tmp_path}/billhook.sqlite3")
    backend.accounts.open(an_account(), [NewKey("key_1", "right")], None, NOON).unwrap()
    yield backend.keyring
    backend.dispose()


def calls(act: Callable[[], object]) -> int:
    """How many functions are called, Python's and C's."""
    found = 0

    def counted(_frame: object, event: str, _argument: object) -> None:
        nonlocal found
        found += event in ("call", "c_call")

    sys.setprofile(counted)
    try:
        act()
    finally:
        sys.setprofile(None)
    return found


def test_an_unknown_key_takes_as_many_steps_as_a_wrong_secret(keys: EditableKeyring) -> None:
    def tried(key_id: str) -> None:
        assert proven(Credentials(key_id, "wrong"), keys.find(key_id)) is None

    tried("key_1")  # statements are compiled once
    assert calls(lambda: tried("key_2")) == calls(lambda: tried("key_1"))


def test_a_revoked_key_takes_as_many_too(keys: EditableKeyring) -> None:
    keys.revoke(an_account().id, "key_1", NOON).unwrap()
    keys.find("key_1")
    assert calls(lambda: keys.find("key_1")) == calls(lambda: keys.find("key_2"))
