"""Accounts as their operator sees them: opened whole, listed with their keys and webhooks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

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
from billhook_adapters.sql.transaction import SqlWork
from billhook_adapters.system.api_keys import KeyTaken, ListedKey, NewKey

_ACCOUNTS = select(accounts.c.id).order_by(accounts.c.id)
# An id of an invoice alone is no key: each account is asked for its own.
HOLDERS = (
    select(accounts.c.id)
    .join(invoices, invoices.c.account == accounts.c.id)
    .where(invoices.c.id == bindparam("invoice"), invoices.c.deleted_at.is_(None))
    .order_by(accounts.c.id)
)


class ListedAccount(NamedTuple):
    """An account with all that opens it or hears of it; no secret is in it but a sealed one."""

    account: Account
    keys: Sequence[ListedKey]
    webhook_endpoints: Sequence[WebhookEndpoint]


class SqlAccounts:
    """The accounts of a database that `open_database` opened.

    For whoever runs the database: this sees all accounts, and no face may offer it to a caller.
    """

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
        webhook_endpoints = (
            {} if webhook_endpoint is None else {webhook_endpoint.key: webhook_endpoint}
        )
        with writing(self._engine) as connection:
            if any(is_taken(connection, key.id) for key in keys):
                return Failure(KeyTaken())
            transaction = SqlWork(connection)
            transaction.save(
                PendingWrites(accounts={account.id: account}, webhook_endpoints=webhook_endpoints)
            )
            for key in keys:
                put_key(connection, account.id, key, now)
        return Success(None)

    def listed(self) -> Sequence[ListedAccount]:
        """Every account, ordered by id."""
        with reading(self._engine) as connection:
            ids = [AccountId(name) for name in connection.scalars(_ACCOUNTS)]
            transaction = SqlWork(connection)
            found, told = transaction.accounts(ids), transaction.webhook_endpoints(ids)
            keys: dict[str, list[ListedKey]] = {}
            for account, *row in connection.execute(LISTED):
                keys.setdefault(account, []).append(listed(*row))
        return [ListedAccount(found[name], keys.get(name, []), told.get(name, ())) for name in ids]

    def holders(self, invoice: InvoiceId) -> Sequence[AccountId]:
        """The accounts that have an invoice of this id."""
        with self._engine.connect() as connection:
            return [AccountId(name) for name in connection.scalars(HOLDERS, {"invoice": invoice})]
