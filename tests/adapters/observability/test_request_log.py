"""The lines of requests that a server writes are those that the logging package would write."""

from __future__ import annotations

import asyncio
import io
import json
from datetime import timedelta
from typing import Any

import pytest

from billhook_adapters.observability.request_log import (
    AnsweredRequest,
    JsonRequestLog,
    log_request,
)
from billhook_adapters.system.clock import SettableClock
from billhook_adapters.testing import NOON

REQUESTS = [
    AnsweredRequest("POST", "/v1/invoices/*/notify_by/*", 200, 1.234, "0123456789abcdef"),
    AnsweredRequest("GET", "/100%s/%", 404, 0.0, "mine-1"),
    AnsweredRequest("other", "other", 0, 1234567.0, "my.own_id"),
    AnsweredRequest("GET", 'a "quoted" route\\', 500, 0.001, "919876543210"),  # may be a phone's
    AnsweredRequest("GET", "/", 200, 12.5, "9876543210987654"),  # random throughout
]


def written(*requests: AnsweredRequest, stream: io.StringIO | None = None) -> str:
    """What is written in one turn of an event loop."""
    stream = stream or io.StringIO()

    async def answer() -> None:
        log = JsonRequestLog(stream, SettableClock(NOON + timedelta(milliseconds=7)))
        for one in requests:
            log(one)
        assert stream.getvalue() == ""  # not for each request
        await asyncio.sleep(0)

    asyncio.run(answer())
    return stream.getvalue()


@pytest.mark.parametrize("request_", REQUESTS, ids=str)
def test_a_line_is_what_the_logging_package_writes(
    request_: AnsweredRequest, lines: io.StringIO
) -> None:
    log_request(request_)
    expected: dict[str, Any] = json.loads(lines.getvalue().splitlines()[-1])
    (line,) = written(request_).splitlines()
    shown = json.loads(line)
    assert shown.pop("at") == "2026-01-01T12:00:00.007+00:00"
    del expected["at"]
    assert list(shown.items()) == list(expected.items())


def test_a_phone_number_as_an_id_is_masked() -> None:
    assert "919876543210" not in written(*REQUESTS)
    assert "9876543210987654" in written(*REQUESTS)


def test_the_requests_of_one_turn_are_written_together_in_their_order() -> None:
    class Counting(io.StringIO):
        writes = 0

        def write(self, text: str, /) -> int:
            self.writes += 1
            return super().write(text)

    stream = Counting()
    found = [json.loads(line)["route"] for line in written(*REQUESTS, stream=stream).splitlines()]
    assert found == [one.route for one in REQUESTS]
    assert stream.writes == 1


def test_a_log_that_cannot_be_written_stops_no_request() -> None:
    class Broken(io.StringIO):
        def write(self, text: str, /) -> int:
            raise BrokenPipeError

    assert written(*REQUESTS, stream=Broken()) == ""
