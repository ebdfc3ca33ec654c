"""The outbox as gauges: counted at a scrape, and no more often than every few seconds."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Mapping

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

_log = logging.getLogger(__name__)

KEPT_SECONDS = 5.0
_WAITING = ("due", "later", "sending", "abandoned")

Standing = Mapping[str, int | Mapping[str, int]]
"""Every figure of an outbox by its name."""


class OutboxGauges(Collector):
    """What `billhook status` shows, for Prometheus. Nothing, while the store does not answer."""

    def __init__(
        self, deliverability: Callable[[], Standing], seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._standing, self._seconds = deliverability, seconds
        self._kept: tuple[float, list[Metric]] | None = None

    def collect(self) -> Iterable[Metric]:
        """The figures of the last few seconds, or fresh ones."""
        now = self._seconds()
        if self._kept is None or now - self._kept[0] >= KEPT_SECONDS:
            try:
                self._kept = now, [*_gauges(self._standing())]
            except Exception as error:  # noqa: BLE001  # /readyz says so; the rest is still wanted
                _log.error("the outbox was not counted: %s", type(error).__name__)
                return []
        return self._kept[1]


def _gauges(deliverability: Standing) -> Iterable[Metric]:
    waiting = GaugeMetricFamily(
        "billhook_outbox_messages", "Messages that wait or are being sent.", labels=("state",)
    )
    for state in _WAITING:
        waiting.add_metric((state,), _number(deliverability[state]))
    yield waiting
    for name, key, what in (
        ("billhook_outbox_oldest_seconds", "oldest_waits_seconds", "How long the oldest waits."),
        ("billhook_overdue_invoices", "overdue_invoices", "Invoices that a sweep has to expire."),
        (
            "billhook_sms_budgets_used_up",
            "sms_budgets_used_up",
            "SMS budgets, of accounts and of prefixes, that are used up now.",
        ),
        ("billhook_sweep_repairs", "sweep_repairs", "Messages that had lost their wake-up, ever."),
    ):
        yield GaugeMetricFamily(name, what, _number(deliverability[key]))
    for name, key, what in (
        ("billhook_dead_letters", "failed", "Messages that were given up, by reason."),
        ("billhook_suppressed_messages", "suppressed_within_a_day", "Not sent within a day."),
    ):
        family = GaugeMetricFamily(name, what, labels=("reason",))
        counted = deliverability[key]
        if isinstance(counted, Mapping):
            for reason, count in counted.items():
                family.add_metric((reason,), count)
        yield family


def _number(value: int | Mapping[str, int]) -> int:
    return value if isinstance(value, int) else sum(value.values())
