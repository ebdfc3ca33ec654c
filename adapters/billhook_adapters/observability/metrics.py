"""What Prometheus may ask: requests, batches, deliveries."""

from __future__ import annotations

import os
from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

MANY = "PROMETHEUS_MULTIPROC_DIR"
"""The variable that names the folder through which several processes count together.

It is read where this module is first imported, and holds for the life of the process.
"""

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
_COMMANDS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)
_CLASSES = ("gone", "1xx", "2xx", "3xx", "4xx", "5xx")  # gone: the client had disconnected


class Metrics:
    """The counters of one service, in a registry of their own.

    Labels cost more than the count itself, so each is looked up once. The caller sees to it
    that routes and outcomes are few.
    """

    def __init__(self) -> None:
        self._own = CollectorRegistry()
        registry = None if MANY in os.environ else self._own
        self._requests = Counter(
            "billhook_requests", "Requests answered.", ("route", "status"), registry=registry
        )
        self._seconds = Histogram(
            "billhook_request_seconds",
            "How long an answer took.",
            ("route",),
            buckets=_SECONDS,
            registry=registry,
        )
        self._commands = Histogram(
            "billhook_batch_commands",
            "Commands decided in one transaction, with the steps of delivery that share it.",
            buckets=_COMMANDS,
            registry=registry,
        )
        self._handled = Counter(
            "billhook_messages_handled",
            "Messages and webhook events handled, by result.",
            ("outcome",),
            registry=registry,
        )
        self._left_out = Counter(
            "billhook_rows_left_out",
            "Rows that cannot be read, each time that a list leaves one out.",
            ("table",),
            registry=registry,
        )
        self._refused_sms = Counter(
            "billhook_sms_refused",
            "SMS that the limits against fraud refused, by error code.",
            ("code",),
            registry=registry,
        )
        self._missing_glyphs = Counter(
            "billhook_pdf_missing_glyphs",
            "Characters of PDFs that no font has, and a box stands for, by script.",
            ("script",),
            registry=registry,
        )
        self._watched: Collector | None = None
        self._routes: dict[tuple[str, int], tuple[Counter, Histogram]] = {}
        self._outcomes: dict[str, Counter] = {}

    def answered(self, route: str, status: int, seconds: float) -> None:
        """A request was answered; status 0 where its caller had gone."""
        hundreds = status // 100
        found = self._routes.get((route, hundreds))
        if found is None:
            counted = self._requests.labels(route, _CLASSES[min(hundreds, 5)])
            found = self._routes[route, hundreds] = counted, self._seconds.labels(route)
        found[0].inc()
        found[1].observe(seconds)

    def batch_decided(self, commands: int) -> None:
        """So many commands were decided together."""
        self._commands.observe(commands)

    def handled(self, outcome: str) -> None:
        """Count the result of an attempt."""
        found = self._outcomes.get(outcome)
        if found is None:
            found = self._outcomes[outcome] = self._handled.labels(outcome)
        found.inc()

    def left_out(self, table: str) -> None:
        """A list left out a row of this table that cannot be read."""
        self._left_out.labels(table).inc()

    def refused_sms(self, code: str) -> None:
        """The limits of SMS refused one."""
        self._refused_sms.labels(code).inc()

    def missing_glyphs(self, scripts: Mapping[str, int]) -> None:
        """A PDF has so many characters of these scripts that no font has."""
        for script, count in scripts.items():
            self._missing_glyphs.labels(script).inc(count)

    def watch(self, outbox: Collector) -> None:
        """Report what this collector finds as well, at each scrape."""
        self._watched = outbox

    def exposition(self, *, with_outbox: bool = True) -> bytes:
        """All of it, in Prometheus' text form; of all processes, where they count together.

        What is watched is left out without `with_outbox`: it is counted by the database.
        """
        watched = b""
        if with_outbox and self._watched is not None:
            registry = CollectorRegistry()
            registry.register(self._watched)
            watched = generate_latest(registry)
        if MANY not in os.environ:
            return generate_latest(self._own) + watched
        together = CollectorRegistry()
        MultiProcessCollector(together)  # type: ignore[no-untyped-call]  # the library has no type here
        return generate_latest(together) + watched
