"""The outbox as whoever runs it sees it: how much stands in it, and where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from billhook.messaging.delivery import DeliveryStatus, MessageKey, Unsent
from billhook.model.base import AccountId

MOST_COUNTED = 10_000
"""Where counting ends, so that a large outbox is looked at as fast as a small one."""

REASON_LENGTH = 128
"""Reasons that begin alike are counted together, so that quotes of strangers fill no memory."""

SUPPRESSED_WITHIN = timedelta(hours=24)
"""How far back suppressed messages are counted: they are no trouble, and stay for ever."""


class OutboxPosition(NamedTuple):
    """Where a message stands in its list: by when it is due, or when it ended; then by its key."""

    at: datetime
    key: MessageKey


@dataclass(frozen=True, slots=True)
class OutboxSearch:
    """Which messages that no provider took are wanted.

    `after` continues behind the last place of the page before.
    """

    status: Unsent = DeliveryStatus.FAILED
    account: AccountId | None = None
    after: OutboxPosition | None = None
    limit: int = 100


@dataclass(frozen=True, slots=True)
class OutboxCounts:
    """How much stands in an outbox, each count up to the number where counting ended.

    `due` may be sent now, `later` when its time comes, `sending` is in somebody's hands; the sender
    of what is `abandoned` never came back, and anybody may take it. `oldest_due` is since when the
    longest waiting of `due` and `abandoned` waits. Dead letters, and messages suppressed within
    the last 24 hours, are counted by their reasons, whose words may be a provider's own. `overdue`
    invoices wait for a sweep. `repairs` counts messages whose wake-up was lost, ever; `repaired_at`
    is when the last of them were found.
    """

    due: int = 0
    later: int = 0
    sending: int = 0
    abandoned: int = 0
    oldest_due: datetime | None = None
    dead: Mapping[str, int] = field(default_factory=dict[str, int])
    suppressed: Mapping[str, int] = field(default_factory=dict[str, int])
    overdue: int = 0
    repairs: int = 0
    repaired_at: datetime | None = None
