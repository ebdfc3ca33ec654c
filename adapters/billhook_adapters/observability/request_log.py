"""A line in the log for each request: by the logger of Python, or directly as JSON.

A server answers more requests than all else that it logs, and the lines of requests have one
shape. So `JsonRequestLog` writes them itself, those of one turn of the event loop together: a
fifth of the time of a record that passes through logger, handler and formatter.
"""

from __future__ import annotations

import logging
from asyncio import get_running_loop
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple, TextIO

from billhook.application.ports import Clock
from billhook_adapters.observability.logs import JsonLines, shown_request_id

REQUESTS = logging.getLogger("billhook.requests")


class AnsweredRequest(NamedTuple):
    """A request that was answered: `route` is a template, `status` is 0 where its caller left."""

    method: str
    route: str
    status: int
    milliseconds: float
    request_id: str


RequestLog = Callable[[AnsweredRequest], None]
"""Writes down a request that was answered."""


def log_request(answered: AnsweredRequest) -> None:
    """Log a request by the logger `billhook.requests`, where that is enabled for INFO."""
    if REQUESTS.isEnabledFor(logging.INFO):
        REQUESTS.info("answered", extra=answered._asdict())


class JsonRequestLog:
    """Writes the lines that `log_request` writes through the formatter `JsonLines`."""

    def __init__(self, stream: TextIO, clock: Clock) -> None:
        self._stream, self._clock = stream, clock
        self._lines: list[str] = []
        self._templates: dict[tuple[str, str], str] = {}

    def __call__(self, answered: AnsweredRequest) -> None:
        """Write a request down, at the end of this turn of the event loop."""
        method, route, status, milliseconds, request_id = answered
        template = self._templates.get((method, route))
        if template is None:
            template = self._templates[method, route] = _template(method, route)
        at = self._clock.now().isoformat(timespec="milliseconds")
        line = template % (at, status, milliseconds, shown_request_id(request_id))
        if not self._lines:
            get_running_loop().call_soon(self._write)
        self._lines.append(line)

    def _write(self) -> None:
        lines, self._lines = self._lines, []
        with suppress(OSError, ValueError):  # a log that cannot be written stops no request
            self._stream.write("".join(lines))
            self._stream.flush()


def _template(method: str, route: str) -> str:
    """The line of a request of this method and route, as JsonLines writes it."""
    record = logging.LogRecord(REQUESTS.name, logging.INFO, "", 0, "answered", None, None)
    record.created = 0.0
    vars(record).update(AnsweredRequest(method, route, 0, 0.5, "request")._asdict())
    line = JsonLines().format(record).replace("%", "%%") + "\n"
    for fixed, mark in (
        ('"1970-01-01T00:00:00.000+00:00"', '"%s"'),
        ('"status": 0', '"status": %d'),
        ('"milliseconds": 0.5', '"milliseconds": %r'),
        ('"request_id": "request"', '"request_id": "%s"'),
    ):
        line = line.replace(fixed, mark)
    return line
