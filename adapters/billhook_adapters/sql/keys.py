"""API keys in the database: the secret only as its hash."""

from __future__ import annotations

from sqlalchemy import Engine, select

from billhook.account import AccountId
from billhook_adapters.keys import StoredKey, hashed
from billhook_adapters.sql.tables import api_keys


class SqlKeyring:
    """The API keys of a database that `open_database` opened."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def find(self, key_id: str) -> StoredKey | None:
        """The key of this id, or None."""
        query = select(api_keys.c.account, api_keys.c.secret_sha256).where(api_keys.c.id == key_id)
        with self._engine.connect() as connection:
            row = connection.execute(query).first()
        return None if row is None else StoredKey(AccountId(row[0]), row[1])

    def add(self, account: AccountId, key_id: str, secret: str) -> None:
        """Keep a key. Raises SQLAlchemy's IntegrityError where the id is taken."""
        row = {"id": key_id, "account": account, "secret_sha256": hashed(secret)}
        with self._engine.begin() as connection:
            connection.execute(api_keys.insert(), row)
