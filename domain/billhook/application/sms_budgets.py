"""The SMS budgets in a unit of work: what was accepted before, and what its commands add."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from billhook.application.ports import Snapshot
from billhook.lifecycle.errors import SmsBudgetUsedUp, SmsError
from billhook.lifecycle.notify import Deliverability
from billhook.messaging.sms_limits import (
    SmsBudgetKey,
    SmsCount,
    SmsLimit,
    sms_limits,
    sms_not_allowed,
)
from billhook.model.account import Account
from billhook.model.base import AccountId

SmsRefused = Callable[[AccountId, SmsError], None]
"""Gets each SMS that was refused: the account, and why."""


def ignore(_account: AccountId, _error: SmsError) -> None:
    """Do nothing."""


NONE_PLANNED: Mapping[SmsBudgetKey, int] = MappingProxyType({})


class SmsBudgets:
    """The counts of the limits that commands meet, each read once."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._counts: dict[SmsLimit, SmsCount] = {}

    def read(self, numbers: Iterable[tuple[Account, str]], now: datetime) -> None:
        """Read the counts for SMS of these accounts to these numbers, in one call."""
        limits = {limit for one in numbers for limit in sms_limits(*one)} - self._counts.keys()
        if limits:
            periods = {limit: limit.period(now) for limit in limits}
            counts = self._snapshot.sms_counts(list(periods.values()))
            self._counts |= {limit: counts[period] for limit, period in periods.items()}

    def error(
        self, account: Account, number: str, now: datetime, planned: Mapping[SmsBudgetKey, int]
    ) -> SmsBudgetUsedUp | None:
        """Why no more SMS to a number is accepted; None if it is.

        `planned` counts those that the same command accepts before. Of several errors the result
        is the one that lasts longest.
        """
        self.read([(account, number)], now)
        errors = (
            limit.error(_with(self._counts[limit], planned.get(limit.budget, 0), now), now)
            for limit in sms_limits(account, number)
        )
        return _longest(error for error in errors if error is not None)

    def accept(
        self, account: Account, number: str, now: datetime
    ) -> Iterator[tuple[SmsBudgetKey, datetime]]:
        """Count an accepted SMS; yields each budget that it uses up, and until when."""
        for limit in sms_limits(account, number):
            self._counts[limit] = count = _with(self._counts[limit], 1, now)
            error = limit.error(count, now)
            if error is not None:
                yield limit.budget, error.until

    def count(self, account: Account, number: str, at: datetime, now: datetime) -> None:
        """Count an SMS that was accepted at a time against the limits whose period holds it."""
        self.read([(account, number)], now)
        for limit in sms_limits(account, number):
            if at > limit.period(now).since:
                self._counts[limit] = _with(self._counts[limit], 1, at)


def under_sms_limits(
    deliverability: Deliverability,
    budgets: SmsBudgets,
    account: Account,
    number: str,
    *,
    now: datetime,
    enabled: bool,
    planned: Mapping[SmsBudgetKey, int] = NONE_PLANNED,
) -> Deliverability:
    """The deliverability of a phone number under the limits of SMS as well.

    `enabled` is whether the service sends SMS at all; `planned` is as in `SmsBudgets.error`.
    """
    not_allowed = sms_not_allowed(account.policy, number, enabled=enabled)
    if not_allowed is not None:
        return replace(deliverability, not_allowed=not_allowed)
    used_up = budgets.error(account, number, now, planned)
    return deliverability if used_up is None else replace(deliverability, budget=used_up)


def planned_with(
    planned: Counter[SmsBudgetKey], account: Account, number: str
) -> Counter[SmsBudgetKey]:
    """The counts of a command with one more SMS."""
    return planned + Counter({limit.budget for limit in sms_limits(account, number)})


def _with(count: SmsCount, more: int, now: datetime) -> SmsCount:
    return SmsCount(count.accepted + more, count.first_at or now) if more else count


def _longest(errors: Iterable[SmsBudgetUsedUp]) -> SmsBudgetUsedUp | None:
    return max(errors, key=lambda error: error.until, default=None)
