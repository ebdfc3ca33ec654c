"""API keys in the database: the secret only as its hash."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from returns.result import Failure, Result, Success
from sqlalchemy import Connection, Engine, and_, select, update

from billhook.lifecycle.errors import AccountNotFound
from billhook.model.base import AccountId
from billhook_adapters.sql.advisory_locks import hold
from billhook_adapters.sql.connections import writing
from billhook_adapters.sql.key_join import WANTED, matching, wanted
from billhook_adapters.sql.statements import fetch_rows
from billhook_adapters.sql.tables import accounts, api_keys
from billhook_adapters.system.api_keys import (
    KeyNotFound,
    KeyTaken,
    ListedKey,
    NewKey,
    StoredKey,
    hashed,
)
from billhook_adapters.system.instants import instant, some

_k = api_keys.c
# A row for an unknown id too, so that to look for it takes as much work as to find another.
FIND_ALL = select(_k.id, _k.account, _k.secret_sha256, _k.location).select_from(
    WANTED.outerjoin(api_keys, and_(matching(_k.id), _k.revoked_at.is_(None)))
)
LISTED = select(_k.account, _k.id, _k.created_at, _k.revoked_at, _k.location).order_by(
    _k.created_at.nulls_first(), _k.id
)


class SqlKeyring:
    """The API keys of a database that `open_database` opened."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def find(self, key_id: str) -> StoredKey | None:
        """The key of this id, or None."""
        return self.find_all((key_id,)).get(key_id)

    def find_all(self, ids: Collection[str]) -> Mapping[str, StoredKey]:
        """The keys of these ids, by one statement."""
        with self._engine.connect() as connection:
            rows = fetch_rows(connection, FIND_ALL, wanted(ids))
        # One is made for an unknown id as well: to answer that takes as much work.
        found = [
            (key_id, StoredKey(AccountId(account), secret_sha256, location))
            for key_id, account, secret_sha256, location in rows
        ]
        return {key_id: key for key_id, key in found if key_id is not None}

    def add(
        self,
        account: AccountId,
        key_id: str,
        secret: str,
        now: datetime | None = None,
        location: str | None = None,
    ) -> Result[None, KeyTaken | AccountNotFound]:
        """Keep a key made at `now`, or the token of a location."""
        with writing(self._engine) as connection:
            refused = refusal(connection, account, key_id)
            if refused is not None:
                return Failure(refused)
            put_key(connection, account, NewKey(key_id, secret, location), now)
        return Success(None)

    def of(self, account: AccountId) -> Sequence[ListedKey]:
        """The keys of an account, revoked ones too, the oldest first."""
        with self._engine.connect() as connection:
            rows = connection.execute(LISTED.where(_k.account == account)).all()
        return [listed(*row) for _, *row in rows]

    def revoke(self, account: AccountId, key_id: str, now: datetime) -> Result[None, KeyNotFound]:
        """Let a key open nothing any more."""
        revoking = update(api_keys).where(
            _k.account == account, _k.id == key_id, _k.revoked_at.is_(None)
        )
        with writing(self._engine) as connection:
            done = connection.execute(revoking.values(revoked_at=some(now))).rowcount
        return Success(None) if done else Failure(KeyNotFound())

    def rotate(
        self, account: AccountId, key_id: str, secret: str, now: datetime
    ) -> Result[Sequence[str], KeyTaken | AccountNotFound]:
        """Keep a new key and revoke all others of its account, in one transaction."""
        revoking = update(api_keys).where(_k.account == account, _k.revoked_at.is_(None))
        with writing(self._engine) as connection:
            refused = refusal(connection, account, key_id)
            if refused is not None:
                return Failure(refused)
            old = connection.scalars(revoking.values(revoked_at=some(now)).returning(_k.id)).all()
            put_key(connection, account, NewKey(key_id, secret), now)
        return Success(sorted(old))


def refusal(
    connection: Connection, account: AccountId, key_id: str
) -> KeyTaken | AccountNotFound | None:
    """Why such a key cannot be kept; until the transaction ends, no other reason comes up."""
    # One at a time may change an account's keys; its invoices may go on meanwhile.
    held = select(accounts.c.id).where(accounts.c.id == account).with_for_update(key_share=True)
    taken = is_taken(connection, key_id)
    if connection.scalar(held) is None:
        return AccountNotFound()
    return KeyTaken() if taken else None


def is_taken(connection: Connection, key_id: str) -> bool:
    """Whether a key has this id, in force or revoked; no other transaction takes it meanwhile."""
    hold(connection, "key", (key_id,))
    return connection.scalar(select(_k.id).where(_k.id == key_id)) is not None


def put_key(connection: Connection, account: AccountId, key: NewKey, now: datetime | None) -> None:
    """Insert a key whose id is free."""
    row: dict[str, object] = {"id": key.id, "account": account, "secret_sha256": hashed(key.secret)}
    row |= {"created_at": None if now is None else some(now), "location": key.location}
    connection.execute(api_keys.insert(), row)


def listed(
    name: str, created_at: int | None, revoked_at: int | None, location: str | None
) -> ListedKey:
    """An API key as it is listed, from its row."""
    return ListedKey(name, instant(created_at), instant(revoked_at), location)
