"""How many messages an outbox holds. Loads no other module, so that counting starts at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import NamedTuple

MAX_COUNT = 10_000
"""The largest count, so that counting a large outbox is as fast as a small one."""

REASON_LENGTH = 128
"""The length to which reasons are cut before they are counted, to bound the memory."""

SUPPRESSED_WITHIN = timedelta(hours=24)
"""The period in which suppressed messages are counted. They are never deleted."""


_NONE: Mapping[str, int] = MappingProxyType({})


class OutboxCounts(NamedTuple):
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
    dead: Mapping[str, int] = _NONE
    suppressed: Mapping[str, int] = _NONE
    overdue: int = 0
    sms_budgets_used_up: int = 0
    repairs: int = 0
    repaired_at: datetime | None = None
