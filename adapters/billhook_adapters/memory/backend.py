"""A database in this process: for tests, and to try something out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from returns.result import Failure, Result, Success

from billhook.application.ports import Clock
from billhook.application.records import PendingWrites
from billhook.messaging.webhooks import WebhookEndpoint
from billhook.model.account import Account
from billhook.model.base import AccountId
from billhook.model.invoice import InvoiceId
from billhook_adapters.memory.keys import InMemoryKeyring
from billhook_adapters.memory.rows import Rows
from billhook_adapters.memory.store import InMemoryStore
from billhook_adapters.system.api_keys import KeyTaken, NewKey
from billhook_adapters.system.backend import JobQueue, ListedAccount
from billhook_adapters.system.clock import SystemClock


class InMemoryAccounts:
    """The accounts of a store in memory."""

    def __init__(self, store: InMemoryStore, keyring: InMemoryKeyring) -> None:
        self._store, self._keyring = store, keyring

    def open(
        self,
        account: Account,
        keys: Sequence[NewKey],
        webhook_endpoint: WebhookEndpoint | None,
        now: datetime,
    ) -> Result[None, KeyTaken]:
        """Add an account with its first keys and webhook endpoint."""
        if any(self._keyring.is_taken(key.id) for key in keys):
            return Failure(KeyTaken())
        with self._store.transaction() as transaction:
            transaction.save(PendingWrites.opening(account, webhook_endpoint, now))
        for key in keys:
            self._keyring.add(account.id, key.id, key.secret, now, key.location)
        return Success(None)

    def listed(self) -> Sequence[ListedAccount]:
        """Every account, ordered by id."""
        with self._store.snapshot() as snapshot:
            accounts = sorted(snapshot.rows.accounts.items())
            endpoints = snapshot.webhook_endpoints([name for name, _ in accounts])
        return [
            ListedAccount(account, self._keyring.of(name), endpoints.get(name, ()))
            for name, account in accounts
        ]

    def holders(self, invoice: InvoiceId) -> Sequence[AccountId]:
        """The accounts that have an invoice of this id."""
        with self._store.snapshot() as snapshot:
            keys = [key for key in snapshot.rows.invoices if key.invoice == invoice]
            return sorted(key.account for key in snapshot.invoices(keys))


class InMemoryBackend:
    """A store in memory with its API keys and accounts."""

    is_durable = False
    writer_threads = 0

    def __init__(self, rows: Rows | None = None) -> None:
        """With the rows of another one, or none."""
        self.store = InMemoryStore(rows)
        self.keyring = InMemoryKeyring(self.store)
        self.accounts = InMemoryAccounts(self.store, self.keyring)

    def clock(self) -> Clock:
        """The machine's clock: no other process shares it."""
        return SystemClock()

    def job_queue(self, clock: Clock) -> JobQueue | None:
        """None: no other process could read it."""
        del clock
        return None

    def check(self, now: datetime) -> None:
        """Do nothing: memory can always be used."""

    def faults(self) -> Iterator[str]:
        """Nothing: memory is not damaged, and has this machine's clock."""
        return iter(())

    def explain(self, error: Exception) -> str | None:
        """None: memory raises no errors of its own."""
        del error
        return None

    def dispose(self) -> None:
        """Do nothing: there is no connection."""
