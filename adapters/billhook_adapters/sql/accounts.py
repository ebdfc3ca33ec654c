"""Accounts for their operator: added in one transaction, listed with their keys and webhooks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from returns.result import Failure, Result, Success
from sqlalchemy import Engine, bindparam, select

from billhook.application.records import PendingWrites
from billhook.messaging.webhooks import WebhookEndpoint
from billhook.model.account import Account
from billhook.model.base import AccountId
from billhook.model.invoice import InvoiceId
from billhook_adapters.sql.connections import reading, writing
from billhook_adapters.sql.keys import LISTED, is_taken, listed, put_key
from billhook_adapters.sql.tables import accounts, invoices
from billhook_adapters.sql.transaction import SqlTransaction
from billhook_adapters.system.api_keys import KeyTaken, ListedKey, NewKey
from billhook_adapters.system.backend import ListedAccount

_ACCOUNTS = select(accounts.c.id).order_by(accounts.c.id)
# An invoice's id alone is no key: two accounts may have an invoice of the same id.
HOLDERS = (
    select(accounts.c.id)
    .join(invoices, invoices.c.account == accounts.c.id)
    .where(invoices.c.id == bindparam("invoice"), invoices.c.deleted_at.is_(None))
    .order_by(accounts.c.id)
)


class SqlAccounts:
    """The accounts of a database that `open_database` opened."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def open(
        self,
        account: Account,
        keys: Sequence[NewKey],
        webhook_endpoint: WebhookEndpoint | None,
        now: datetime,
    ) -> Result[None, KeyTaken]:
        """Add an account with its first keys and its webhook, in one transaction or not at all."""
        with writing(self._engine) as connection:
            if any(is_taken(connection, key.id) for key in keys):
                return Failure(KeyTaken())
            transaction = SqlTransaction(connection)
            transaction.save(PendingWrites.opening(account, webhook_endpoint, now))
            for key in keys:
                put_key(connection, account.id, key, now)
        return Success(None)

    def listed(self) -> Sequence[ListedAccount]:
        """Every account, ordered by id."""
        with reading(self._engine) as connection:
            ids = [AccountId(name) for name in connection.scalars(_ACCOUNTS)]
            transaction = SqlTransaction(connection)
            found = transaction.accounts(ids)
            endpoints = transaction.webhook_endpoints(ids)
            keys: dict[str, list[ListedKey]] = {}
            for account, *row in connection.execute(LISTED):
                keys.setdefault(account, []).append(listed(*row))
        return [
            ListedAccount(found[name], keys.get(name, []), endpoints.get(name, ())) for name in ids
        ]

    def holders(self, invoice: InvoiceId) -> Sequence[AccountId]:
        """The accounts that have an invoice of this id."""
        with self._engine.connect() as connection:
            return [AccountId(name) for name in connection.scalars(HOLDERS, {"invoice": invoice})]
