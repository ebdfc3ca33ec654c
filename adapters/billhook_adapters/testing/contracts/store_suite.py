"""What the suites of the store share: the fixture that an adapter provides, and short cuts."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import pytest

from billhook.application.ports import Store, Transaction
from billhook.application.records import PendingWrites
from billhook.model.invoice import Invoice, InvoiceId, InvoiceKey
from billhook_adapters.testing.builders import an_account

ONE, OTHER = an_account("acc_1", "Acme"), an_account("acc_2", "Umbrella")


class StoreSuite:
    """Provide `store`: a new store without any rows."""

    @pytest.fixture
    def store(self) -> Store:
        raise NotImplementedError("give the suite a fixture `store`, new and empty")

    @pytest.fixture
    def opened(self, store: Store) -> Store:
        """The store once two accounts are open."""
        save(store, accounts={account.id: account for account in (ONE, OTHER)})
        return store


@contextmanager
def broken_off(store: Store) -> Generator[Transaction]:
    """A transaction that something interrupts right before its end."""
    with pytest.raises(InterruptedError), store.transaction() as transaction:  # noqa: PT012  # the caller adds to it
        yield transaction
        raise InterruptedError


def save(store: Store, **parts: Any) -> None:
    """Save an outcome of these parts in a transaction of its own."""
    with store.transaction() as transaction:
        transaction.save(PendingWrites(**parts))


def add(store: Store, *invoices: Invoice) -> None:
    """Save invoices that are new."""
    save(store, invoices={invoice.key: (None, invoice) for invoice in invoices})


def stored(store: Store, key: InvoiceKey) -> Invoice | None:
    """The invoice that the store has under a key."""
    with store.snapshot() as snapshot:
        return snapshot.invoices((key,)).get(key)


def a_key(invoice: str = "inv_1") -> InvoiceKey:
    """The key of an invoice of the first account."""
    return InvoiceKey(ONE.id, InvoiceId(invoice))
