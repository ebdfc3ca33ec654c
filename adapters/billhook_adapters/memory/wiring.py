"""A service with nothing behind it but memory."""

from __future__ import annotations

from datetime import UTC, datetime

from billhook.application.account_commands import OpenAccount
from billhook.application.ports import Clock
from billhook.application.service import InvoiceService
from billhook.lifecycle.guards import GuardsOf, no_guards
from billhook.model.account import Account
from billhook.model.base import AccountId
from billhook_adapters.memory.store import InMemoryStore
from billhook_adapters.system.clock import SettableClock
from billhook_adapters.system.ids import RandomIds


def in_memory_service(
    clock: Clock | None = None,
    account: Account | None = None,
    *,
    store: InMemoryStore | None = None,
    guards: GuardsOf = no_guards,
) -> InvoiceService:
    """A service over a store, with one account, `acc_1` unless another is given.

    The store is empty unless one is given. Its clock stands at noon on 1 January 2026 unless
    another is given.
    """
    noon = SettableClock(datetime(2026, 1, 1, 12, tzinfo=UTC))
    service = InvoiceService(store or InMemoryStore(), clock or noon, RandomIds(), guards=guards)
    opened = account or Account(id=AccountId("acc_1"), name="Acme")
    service.execute(OpenAccount.of(opened)).unwrap()
    return service
