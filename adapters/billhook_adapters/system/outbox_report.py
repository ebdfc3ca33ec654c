"""How an outbox stands, in the words that operators and their alarms read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from billhook.messaging.outbox_counts import OutboxCounts

_CODE = re.compile(r"[a-z_]{1,40}")
OTHER = "provider"
"""What stands for a reason that is no code of ours: a provider's words may quote anybody."""


def outbox_report(
    outbox_counts: OutboxCounts, now: datetime
) -> Mapping[str, int | Mapping[str, int]]:
    """Every figure by its name; how long the oldest waits in whole seconds."""
    waits = (
        0
        if outbox_counts.oldest_due is None
        else int((now - outbox_counts.oldest_due).total_seconds())
    )
    return {
        "due": outbox_counts.due,
        "later": outbox_counts.later,
        "sending": outbox_counts.sending,
        "abandoned": outbox_counts.abandoned,
        "oldest_waits_seconds": waits,
        "overdue_invoices": outbox_counts.overdue,
        "sms_budgets_used_up": outbox_counts.sms_budgets_used_up,
        "sweep_repairs": outbox_counts.repairs,
        "failed": by_code(outbox_counts.dead),
        "suppressed_within_a_day": by_code(outbox_counts.suppressed),
    }


def by_code(reasons: Mapping[str, int]) -> Mapping[str, int]:
    """Counts by code, and all others together.

    >>> by_code({"address_suppressed": 2, "550 no ravi@example.com here": 1, "553 nor there": 1})
    {'address_suppressed': 2, 'provider': 2}
    """
    counted: Counter[str] = Counter()
    for reason, count in reasons.items():
        counted[reason if _CODE.fullmatch(reason) else OTHER] += count
    return dict(counted)
