"""The outbox for operators: searches of unsent messages, and counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from billhook.messaging.delivery import DeliveryStatus, MessageKey, Unsent
from billhook.model.base import AccountId

MAX_COUNT = 10_000
"""The largest count, so that counting a large outbox is as fast as a small one."""

REASON_LENGTH = 128
"""The length to which reasons are cut before they are counted, to bound the memory."""

SUPPRESSED_WITHIN = timedelta(hours=24)
"""The period in which suppressed messages are counted. They are never deleted."""


class OutboxPosition(NamedTuple):
    """The position of a message in its list: by when it is due, or when it ended; then by key."""

    at: datetime
    key: MessageKey


@dataclass(frozen=True, slots=True)
class OutboxSearch:
    """A search of messages that no provider accepted.

    `account` None searches all accounts. `after` is the last position of the page before.
    """

    status: Unsent = DeliveryStatus.FAILED
    account: AccountId | None = None
    after: OutboxPosition | None = None
    limit: int = 100


@dataclass(frozen=True, slots=True)
class OutboxCounts:
    """The numbers of messages in an outbox, each up to the maximum that was counted to.

    `due` messages can be sent now, `later` ones are scheduled, `sending` ones are under a lease,
    and the lease of `abandoned` ones has ended without a result. `oldest_due` is the earliest
    `due_at` of those due or abandoned. `dead` and `suppressed` (within 24 hours) are counted by
    reason, which may be a provider's text. `overdue` counts invoices whose expiry is not recorded
    yet. `sms_budgets_used_up` counts the SMS budgets, of accounts and of prefixes, that are used up
    now. `repairs` is the total number of messages whose job was lost and created again;
    `repaired_at` is when that last occurred.
    """

    due: int = 0
    later: int = 0
    sending: int = 0
    abandoned: int = 0
    oldest_due: datetime | None = None
    dead: Mapping[str, int] = field(default_factory=dict[str, int])
    suppressed: Mapping[str, int] = field(default_factory=dict[str, int])
    overdue: int = 0
    sms_budgets_used_up: int = 0
    repairs: int = 0
    repaired_at: datetime | None = None
