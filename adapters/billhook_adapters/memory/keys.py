"""API keys in memory, beside the accounts of a store."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Lock

from returns.result import Failure, Result, Success

from billhook.application.ports import Store
from billhook.lifecycle.errors import AccountNotFound
from billhook.model.base import AccountId
from billhook_adapters.system.api_keys import KeyNotFound, KeyTaken, ListedKey, StoredKey, hashed


@dataclass(frozen=True, slots=True)
class _Kept:
    key: StoredKey
    created_at: datetime | None
    revoked_at: datetime | None = None


class InMemoryKeyring:
    """Keys in a dictionary; the store knows which accounts exist."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept: dict[str, _Kept] = {}
        self._lock = Lock()

    def find(self, key_id: str) -> StoredKey | None:
        """The key of this id, or None."""
        return self.find_all((key_id,)).get(key_id)

    def find_all(self, ids: Collection[str]) -> Mapping[str, StoredKey]:
        """The keys of these ids; unknown and revoked ones are absent."""
        known = self._kept  # as it stands now: a rotation replaces it as a whole
        found = {name: known[name] for name in ids if name in known}
        return {name: kept.key for name, kept in found.items() if kept.revoked_at is None}

    def add(
        self,
        account: AccountId,
        key_id: str,
        secret: str,
        now: datetime | None = None,
        location: str | None = None,
    ) -> Result[None, KeyTaken | AccountNotFound]:
        """Keep a key made at `now`, or the token of a location."""
        with self._lock:
            refused = self._refusal(account, key_id)
            if refused is not None:
                return Failure(refused)
            self._kept[key_id] = _Kept(StoredKey(account, hashed(secret), location), now)
        return Success(None)

    def of(self, account: AccountId) -> Sequence[ListedKey]:
        """The keys of an account, revoked ones too, the oldest first."""
        with self._lock:
            listed = [
                ListedKey(name, kept.created_at, kept.revoked_at, kept.key.location)
                for name, kept in self._kept.items()
                if kept.key.account == account
            ]
        # A key of unknown age is first.
        return sorted(listed, key=lambda one: (_age(one.created_at), one.id))

    def revoke(self, account: AccountId, key_id: str, now: datetime) -> Result[None, KeyNotFound]:
        """Let a key open nothing any more."""
        with self._lock:
            if key_id not in self._in_force(account):
                return Failure(KeyNotFound())
            self._kept[key_id] = replace(self._kept[key_id], revoked_at=now)
        return Success(None)

    def rotate(
        self, account: AccountId, key_id: str, secret: str, now: datetime
    ) -> Result[Sequence[str], KeyTaken | AccountNotFound]:
        """Keep a new key and revoke all others of its account."""
        with self._lock:
            refused = self._refusal(account, key_id)
            if refused is not None:
                return Failure(refused)
            old = self._in_force(account)
            revoked = {name: replace(self._kept[name], revoked_at=now) for name in old}
            new = {key_id: _Kept(StoredKey(account, hashed(secret)), now)}
            # One assignment: a lookup without the lock sees the old keys or the new one.
            self._kept = {**self._kept, **revoked, **new}
        return Success(old)

    def is_taken(self, key_id: str) -> bool:
        """Whether a key has this id, in force or revoked."""
        return key_id in self._kept

    def _refusal(self, account: AccountId, key_id: str) -> KeyTaken | AccountNotFound | None:
        with self._store.snapshot() as snapshot:
            if account not in snapshot.accounts((account,)):
                return AccountNotFound()
        return KeyTaken() if self.is_taken(key_id) else None

    def _in_force(self, account: AccountId) -> list[str]:
        return sorted(
            name
            for name, kept in self._kept.items()
            if kept.key.account == account and kept.revoked_at is None
        )


def _age(made: datetime | None) -> tuple[bool, float]:
    return made is not None, 0 if made is None else made.timestamp()
