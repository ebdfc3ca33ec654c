"""API keys: what a keyring keeps of them, whatever it is kept in."""

from __future__ import annotations

from hashlib import sha256
from typing import NamedTuple, Protocol

from billhook.account import AccountId


class StoredKey(NamedTuple):
    """An API key as it is kept: the secret only as its SHA-256."""

    account: AccountId
    secret_sha256: str


class Keyring(Protocol):
    """Where API keys are kept."""

    def find(self, key_id: str) -> StoredKey | None:
        """The key of this id, or None."""
        ...


def hashed(secret: str) -> str:
    """The form in which a secret is kept. Plain SHA-256 is enough for 128 random bits."""
    return sha256(secret.encode()).hexdigest()
