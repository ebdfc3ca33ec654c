"""API keys: what a keyring keeps of them, whatever it is kept in, and how new ones are minted."""

from __future__ import annotations

import re
import secrets
import string
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import ClassVar, NamedTuple, Protocol

from returns.result import Result

from billhook.lifecycle.errors import AccountNotFound
from billhook.model.base import AccountId

LOCATION = re.compile(r"[A-Za-z0-9_.-]{1,64}")
"""The shape of the id of a location."""

KEY_ID = re.compile(r"[A-Za-z0-9_.-]{1,64}")
"""The shape of a key id: that of every id but the colon, which ends the id in HTTP Basic."""

SHORTEST_SECRET = 22
"""The fewest characters in which 128 random bits can be written, 6 bits a character."""

_ALPHANUMERICS = string.ascii_letters + string.digits


class StoredKey(NamedTuple):
    """An API key as it is kept: the secret only as its SHA-256."""

    account: AccountId
    secret_sha256: str
    location: str | None = None
    """The location that it is a token of, where it is one."""


class ListedKey(NamedTuple):
    """What may be shown of an API key; `created_at` is None where it is unknown."""

    id: str
    created_at: datetime | None
    revoked_at: datetime | None
    location: str | None = None


@dataclass(frozen=True, slots=True)
class NewKey:
    """An API key that is about to be kept: its secret can be shown now and never again."""

    id: str
    secret: str = field(repr=False)
    location: str | None = None


@dataclass(frozen=True, slots=True)
class KeyTaken:
    """A key of this id exists, or existed: an id names one key for ever."""

    code: ClassVar = "key_taken"


@dataclass(frozen=True, slots=True)
class KeyNotFound:
    """The account has no such key in force: unknown, revoked and foreign ones answer alike."""

    code: ClassVar = "key_not_found"


class Keyring(Protocol):
    """Where API keys are looked up. A revoked key is not found."""

    def find(self, key_id: str) -> StoredKey | None:
        """The key of this id, or None."""
        ...

    def find_all(self, ids: Collection[str]) -> Mapping[str, StoredKey]:
        """The keys of these ids, each under its id; unknown and revoked ones are absent."""
        ...


class EditableKeyring(Keyring, Protocol):
    """Where API keys are made and revoked as well."""

    def add(
        self,
        account: AccountId,
        key_id: str,
        secret: str,
        now: datetime | None = None,
        location: str | None = None,
    ) -> Result[None, KeyTaken | AccountNotFound]:
        """Keep a key made at `now`, or the token of a location."""
        ...

    def of(self, account: AccountId) -> Sequence[ListedKey]:
        """The keys of an account, revoked ones too, the oldest first, ties by id."""
        ...

    def revoke(self, account: AccountId, key_id: str, now: datetime) -> Result[None, KeyNotFound]:
        """Let a key open nothing any more."""
        ...

    def rotate(
        self, account: AccountId, key_id: str, secret: str, now: datetime
    ) -> Result[Sequence[str], KeyTaken | AccountNotFound]:
        """Keep a new key and revoke all others of its account, both or neither.

        Answers the ids that were revoked.
        """
        ...


def hashed(secret: str) -> str:
    """The form in which a secret is kept. Plain SHA-256 is enough for 128 random bits."""
    return sha256(secret.encode()).hexdigest()


def new_id(prefix: str) -> str:
    """An id of 14 random alphanumerics behind its prefix.

    >>> len(new_id("key_"))
    18
    """
    return prefix + "".join(secrets.choice(_ALPHANUMERICS) for _ in range(14))


def new_key() -> NewKey:
    """A key of 192 random bits, under an id of its own.

    >>> new_key().id.startswith("key_")
    True
    """
    return NewKey(new_id("key_"), secrets.token_urlsafe(24))


def new_token() -> str:
    """A bearer token of 192 random bits.

    >>> new_token().startswith("pit-")
    True
    """
    return "pit-" + secrets.token_urlsafe(24)


def token_key(token: str, location: str) -> NewKey:
    """The key that a bearer token is: found by its hash, since it has no id beside it.

    >>> token_key("pit-1", "loc_1").id == hashed("pit-1")
    True
    """
    return NewKey(hashed(token), token, location)
