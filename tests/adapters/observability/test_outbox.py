"""The outbox as gauges: counted on a scrape, cached for seconds, left out after an error."""

from __future__ import annotations

import logging
from collections.abc import Mapping

import pytest

from billhook_adapters.observability import Metrics
from billhook_adapters.observability.outbox_gauges import KEPT_SECONDS, OutboxGauges

COUNTS: Mapping[str, int | Mapping[str, int]] = {
    "due": 2,
    "later": 3,
    "sending": 1,
    "abandoned": 0,
    "oldest_waits_seconds": 40,
    "overdue_invoices": 7,
    "sms_budgets_used_up": 8,
    "sweep_repairs": 4,
    "failed": {"provider": 5},
    "suppressed_within_a_day": {"operation_not_allowed": 6},
}


def test_every_count_is_a_gauge() -> None:
    metrics = Metrics()
    metrics.watch(OutboxGauges(lambda: COUNTS))
    exposition = metrics.exposition().decode()
    for line in (
        'billhook_outbox_messages{state="due"} 2.0',
        'billhook_outbox_messages{state="abandoned"} 0.0',
        "billhook_outbox_oldest_seconds 40.0",
        "billhook_overdue_invoices 7.0",
        "billhook_sms_budgets_used_up 8.0",
        "billhook_sweep_repairs 4.0",
        'billhook_dead_letters{reason="provider"} 5.0',
        'billhook_suppressed_messages{reason="operation_not_allowed"} 6.0',
    ):
        assert line in exposition.splitlines()


def test_the_outbox_is_counted_at_most_once_in_some_seconds() -> None:
    calls: list[int] = []
    now = [0.0]

    def outbox_counts() -> Mapping[str, int | Mapping[str, int]]:
        calls.append(1)
        return COUNTS

    gauges = OutboxGauges(outbox_counts, seconds=lambda: now[0])
    for now[0] in (0.0, KEPT_SECONDS / 2, KEPT_SECONDS, KEPT_SECONDS * 1.5):
        assert list(gauges.collect())
    assert len(calls) == 2


def test_a_store_that_cannot_be_reached_removes_only_its_gauges(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fails() -> Mapping[str, int | Mapping[str, int]]:
        raise ConnectionError("no route to db for ravi@example.com")

    metrics = Metrics()
    metrics.handled("nothing")
    metrics.watch(OutboxGauges(fails))
    with caplog.at_level(logging.ERROR):
        exposition = metrics.exposition().decode()
    assert "billhook_messages_handled" in exposition
    assert "billhook_outbox" not in exposition
    assert caplog.messages == ["the outbox was not counted: ConnectionError"]
