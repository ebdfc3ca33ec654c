"""A desk with nothing behind it but memory."""

from __future__ import annotations

from datetime import UTC, datetime

from billhook.account import Account
from billhook.desk.desk import Desk
from billhook.ports import Clock
from billhook.value import AccountId
from billhook_adapters.memory.clock import SettableClock
from billhook_adapters.memory.ids import RandomIds
from billhook_adapters.memory.store import InMemoryStore


def in_memory_desk(clock: Clock | None = None, account: Account | None = None) -> Desk:
    """A desk over an empty store, with one account, `acc_1` unless another is given.

    Its clock stands at noon on 1 January 2026 unless another is given.
    """
    noon = SettableClock(datetime(2026, 1, 1, 12, tzinfo=UTC))
    desk = Desk(InMemoryStore(), clock or noon, RandomIds())
    desk.open(account or Account(id=AccountId("acc_1"), name="Acme"))
    return desk
