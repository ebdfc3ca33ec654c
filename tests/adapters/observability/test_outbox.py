"""The outbox as gauges: counted when asked, kept for some seconds, silent where it cannot be."""

from __future__ import annotations

import logging
from collections.abc import Mapping

import pytest

from billhook_adapters.observability import Metrics
from billhook_adapters.observability.outbox_gauges import KEPT_SECONDS, OutboxGauges

TOLD: Mapping[str, int | Mapping[str, int]] = {
    "due": 2,
    "later": 3,
    "sending": 1,
    "abandoned": 0,
    "oldest_waits_seconds": 40,
    "overdue_invoices": 7,
    "sweep_repairs": 4,
    "failed": {"provider": 5},
    "suppressed_within_a_day": {"operation_not_allowed": 6},
}


def test_every_figure_is_a_gauge() -> None:
    metrics = Metrics()
    metrics.watch(OutboxGauges(lambda: TOLD))
    told = metrics.exposition().decode()
    for line in (
        'billhook_outbox_messages{state="due"} 2.0',
        'billhook_outbox_messages{state="abandoned"} 0.0',
        "billhook_outbox_oldest_seconds 40.0",
        "billhook_overdue_invoices 7.0",
        "billhook_sweep_repairs 4.0",
        'billhook_dead_letters{reason="provider"} 5.0',
        'billhook_suppressed_messages{reason="operation_not_allowed"} 6.0',
    ):
        assert line in told.splitlines()


def test_it_is_counted_no_more_often_than_every_few_seconds() -> None:
    counted: list[int] = []
    now = [0.0]

    def outbox_counts() -> Mapping[str, int | Mapping[str, int]]:
        counted.append(1)
        return TOLD

    gauges = OutboxGauges(outbox_counts, seconds=lambda: now[0])
    for now[0] in (0.0, KEPT_SECONDS / 2, KEPT_SECONDS, KEPT_SECONDS * 1.5):
        assert list(gauges.collect())
    assert len(counted) == 2


def test_a_store_that_is_away_takes_the_gauges_away_and_nothing_else(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def away() -> Mapping[str, int | Mapping[str, int]]:
        raise ConnectionError("no route to db for ravi@example.com")

    metrics = Metrics()
    metrics.handled("nothing")
    metrics.watch(OutboxGauges(away))
    with caplog.at_level(logging.ERROR):
        told = metrics.exposition().decode()
    assert "billhook_messages_handled" in told
    assert "billhook_outbox" not in told
    assert caplog.messages == ["the outbox was not counted: ConnectionError"]
