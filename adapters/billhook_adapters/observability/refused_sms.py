"""SMS that the limits against fraud refuse: counted, and the first of many named in the log."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from billhook.lifecycle.errors import SmsBudgetUsedUp, SmsError
from billhook.model.base import AccountId
from billhook_adapters.observability.metrics import Metrics

_log = logging.getLogger(__name__)

QUIET_SECONDS = 60.0
"""How long one account's refusals of one kind are only counted after one is logged."""

MOST_REMEMBERED = 1000
"""How many accounts and kinds are remembered; then all are forgotten, and logged again."""


class RefusedSms:
    """Counts each refusal, and warns of one account and kind once a minute; nothing personal."""

    def __init__(self, metrics: Metrics, seconds: Callable[[], float] = time.monotonic) -> None:
        self._metrics, self._seconds = metrics, seconds
        self._logged: dict[tuple[AccountId, str], float] = {}

    def __call__(self, account: AccountId, error: SmsError) -> None:
        """An SMS of this account was refused."""
        self._metrics.refused_sms(error.code)
        now, kind = self._seconds(), (account, error.code)
        if now - self._logged.get(kind, float("-inf")) < QUIET_SECONDS:
            return
        if len(self._logged) >= MOST_REMEMBERED:
            self._logged.clear()
        self._logged[kind] = now
        budget = ""
        if isinstance(error, SmsBudgetUsedUp):
            whose = "account" if error.prefix is None else "prefix"
            budget = f" budget={whose} until={error.until:%Y-%m-%dT%H:%M:%SZ}"
        _log.warning("sms refused: account=%s code=%s%s", account, error.code, budget)
