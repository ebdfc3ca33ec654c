"""Refused SMS: each is counted, and one a minute of an account and kind is in the log."""

from __future__ import annotations

import logging

import pytest

from billhook.lifecycle.errors import CountryNotAllowed, SmsBudgetUsedUp, SmsDisabled
from billhook.model.base import AccountId
from billhook_adapters.observability import Metrics
from billhook_adapters.observability import refused_sms as module
from billhook_adapters.observability.logs import JsonLines
from billhook_adapters.observability.refused_sms import QUIET_SECONDS, RefusedSms
from billhook_adapters.testing import NOON

ONE, TWO = AccountId("acc_1"), AccountId("acc_2")


def test_each_is_counted_and_one_a_minute_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    metrics, now = Metrics(), [0.0]
    refused = RefusedSms(metrics, seconds=lambda: now[0])
    with caplog.at_level(logging.WARNING):
        for now[0] in (0.0, 1.0, QUIET_SECONDS - 0.5, QUIET_SECONDS):
            refused(ONE, SmsDisabled())
        refused(TWO, SmsDisabled())
        refused(ONE, CountryNotAllowed("US"))
    assert caplog.messages == [
        "sms refused: account=acc_1 code=sms_disabled",
        "sms refused: account=acc_1 code=sms_disabled",
        "sms refused: account=acc_2 code=sms_disabled",
        "sms refused: account=acc_1 code=country_not_allowed",
    ]
    lines = metrics.exposition().decode().splitlines()
    assert 'billhook_sms_refused_total{code="sms_disabled"} 5.0' in lines
    assert 'billhook_sms_refused_total{code="country_not_allowed"} 1.0' in lines


@pytest.mark.parametrize(
    ("prefix", "budget"), [(None, "budget=account"), ("+919876", "budget=prefix")]
)
def test_a_used_up_budget_is_named_without_a_number(
    caplog: pytest.LogCaptureFixture, prefix: str | None, budget: str
) -> None:
    with caplog.at_level(logging.WARNING):
        RefusedSms(Metrics())(ONE, SmsBudgetUsedUp(prefix, NOON))
    (record,) = caplog.records
    line = JsonLines().format(record)
    assert f"code=sms_budget_used_up {budget} until=2026-01-01T12:00:00Z" in line
    assert "919876" not in line


def test_what_is_remembered_is_bounded(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_REMEMBERED", 2)
    refused = RefusedSms(Metrics(), seconds=lambda: 0.0)
    for account in ("a", "b", "c", "a"):
        refused(AccountId(account), SmsDisabled())
    assert len(caplog.records) == 4
