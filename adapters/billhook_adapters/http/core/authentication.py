"""The account of a caller: by an API key or a bearer token, checked in constant time."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Sequence
from enum import Enum
from functools import partial
from hmac import compare_digest
from typing import NamedTuple

from billhook.model.base import AccountId
from billhook_adapters.http.core.batched_service import BatchedService
from billhook_adapters.system.api_keys import Keyring, StoredKey, hashed

_NO_KEY = StoredKey(AccountId(""), hashed(""))  # compared where a key is unknown


class Authentication(Enum):
    """The credentials that an API takes from its callers."""

    API_KEY = "api_key"
    """The id and the secret of an API key, as HTTP Basic credentials."""
    LOCATION_TOKEN = "location_token"  # noqa: S105  # the name of a kind
    """A bearer token, which opens an account as one location."""


class Credentials(NamedTuple):
    """The key id and the secret of a request."""

    key_id: str
    secret: str


def basic_credentials(header: str | None) -> Credentials | None:
    """The credentials of an Authorization header, or None where it has another form."""
    scheme, _, encoded = (header or "").partition(" ")
    if scheme != "Basic":
        return None
    try:
        key_id, colon, secret = b64decode(encoded, validate=True).decode().partition(":")
    except ValueError:  # no base64, or no text in it
        return None
    return Credentials(key_id, secret) if colon else None


def bearer_token(header: str | None) -> str | None:
    """The token of an Authorization header, or None where it has another form.

    >>> bearer_token("Bearer pit-1"), bearer_token("Basic a2V5")
    ('pit-1', None)
    """
    scheme, _, token = (header or "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def proven(given: Credentials, key: StoredKey | None) -> AccountId | None:
    """The account of a key, if the secret is its own.

    An unknown key id costs the same work as a wrong secret, here and in the keyring.
    """
    known = key or _NO_KEY
    right = compare_digest(hashed(given.secret), known.secret_sha256)
    return known.account if right and known is not _NO_KEY else None


class Callers:
    """Finds the accounts of API keys, those of concurrent requests with one look-up."""

    def __init__(self, keys: Keyring, batched: BatchedService) -> None:
        self._keys = batched.look_up(partial(_found, keys))

    async def account(self, header: str | None) -> AccountId | None:
        """The account of an Authorization header, or None for every kind of wrong credential."""
        given = basic_credentials(header)
        if given is None:
            return None
        key = await self._keys.submit(given.key_id)
        account = proven(given, key)
        # The token of a location opens its location alone, in the API that has them.
        return None if key is None or key.location is not None else account


class Tenancy(NamedTuple):
    """The account that a bearer token opens, and the location that it is opened as."""

    account: AccountId
    location: str


class Bearers:
    """Finds the accounts of bearer tokens by their hashes, with one look-up as `Callers` does."""

    def __init__(self, keys: Keyring, batched: BatchedService) -> None:
        self._keys = batched.look_up(partial(_found, keys))

    async def tenancy(self, header: str | None) -> Tenancy | None:
        """The tenancy of an Authorization header, or None for every kind of wrong credential."""
        token = bearer_token(header)
        if token is None:
            return None
        given = Credentials(hashed(token), token)
        key = await self.key(given.key_id)
        account = proven(given, key)
        if account is None or key is None or key.location is None:
            return None
        return Tenancy(account, key.location)

    async def key(self, key_id: str) -> StoredKey | None:
        """The key of an id, for tokens that are derived from one; None where it is revoked."""
        return await self._keys.submit(key_id)


def _found(keys: Keyring, ids: Sequence[str]) -> list[StoredKey | None]:
    found = keys.find_all(ids)
    return [found.get(key_id) for key_id in ids]
