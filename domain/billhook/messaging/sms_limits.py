"""The limits of SMS, against fraud: where they may go, and how many are accepted.

A budget counts the SMS that were accepted in the period before now, of the account or of the
numbers with one prefix, whatever became of them. So no hour and no day has more than the budget,
wherever it begins.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from billhook.lifecycle.errors import (
    CountryNotAllowed,
    PremiumNumber,
    SmsBudgetUsedUp,
    SmsDisabled,
    SmsNotAllowed,
)
from billhook.model.account import Account, AccountPolicy
from billhook.model.base import AccountId
from billhook.model.destinations import destination


class SmsBudgetKey(NamedTuple):
    """A budget of an account: for the numbers with one prefix, or for all if it is None."""

    account: AccountId
    prefix: str | None


class SmsPeriod(NamedTuple):
    """The SMS that one limit counts: those of a budget after `since`, up to `most`."""

    budget: SmsBudgetKey
    since: datetime
    most: int


@dataclass(frozen=True, slots=True)
class SmsCount:
    """How many SMS were accepted in a period, and when the first of them was."""

    accepted: int = 0
    first_at: datetime | None = None


class SmsLimit(NamedTuple):
    """A limit of a budget: at most `most` SMS in any period of `within`."""

    budget: SmsBudgetKey
    within: timedelta
    most: int

    def period(self, now: datetime) -> SmsPeriod:
        """The SMS that count against it at a time."""
        return SmsPeriod(self.budget, now - self.within, self.most)

    def error(self, count: SmsCount, now: datetime) -> SmsBudgetUsedUp | None:
        """The error if as many were accepted as it allows, else None."""
        if count.accepted < self.most:
            return None
        return SmsBudgetUsedUp(self.budget.prefix, (count.first_at or now) + self.within)


def sms_not_allowed(
    policy: AccountPolicy, number: str, *, enabled: bool = True
) -> SmsNotAllowed | None:
    """Why an account sends no SMS to a phone number; None if it does.

    `enabled` is whether the service sends SMS at all.

    >>> sms_not_allowed(AccountPolicy(sms_countries=("IN",)), "+12145596993")
    CountryNotAllowed(country='US')
    """
    if not (enabled and policy.sms_enabled):
        return SmsDisabled()
    country = destination(number).country
    if country is None:
        return PremiumNumber()
    allowed = policy.sms_countries
    return None if allowed is None or country in allowed else CountryNotAllowed(country)


def has_sms_budget(policy: AccountPolicy) -> bool:
    """Whether the SMS of an account are counted."""
    return any((*policy.sms_budget.limits(), *policy.sms_prefix_budget.limits()))


def sms_limits(account: Account, number: str) -> Iterator[SmsLimit]:
    """The limits under which an account sends an SMS to a phone number."""
    policy = account.policy
    for within, most in policy.sms_budget.limits():
        yield SmsLimit(SmsBudgetKey(account.id, None), within, most)
    for within, most in policy.sms_prefix_budget.limits():
        yield SmsLimit(SmsBudgetKey(account.id, destination(number).prefix), within, most)
