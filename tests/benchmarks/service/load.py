"""Ask one server a fixed number of times, and check every answer.

Its arguments are `PORT REQUESTS [--call NAME] [--invoices COUNT] [--connections COUNT] [--seed
NUMBER] [--acknowledged]`. It is a process of its own, so that no server shares its loop. Prints
JSON: `right` and `wrong` answers, `seconds` from the first to the last, `p50`, `p99` and `longest`
in milliseconds, one of the wrong ones, and with the last option the numbers of the invoices whose
requests were acknowledged.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from typing import Any, NamedTuple

import uvloop

from benchmarks.service import seed
from benchmarks.service.calls import CALLS, Call

TIMEOUT_SECONDS = 300


class Pending(NamedTuple):
    """A request, and the number of the invoice that it is about."""

    number: int
    request: bytes


def requests(given: Namespace) -> Iterator[Pending]:
    """All requests; the same invoices in the same order in every run of a seed."""
    call, chosen = CALLS[given.call], random.Random(given.seed)  # noqa: S311  # nothing secret
    for _ in range(given.requests):
        number = chosen.randrange(1, given.invoices)
        yield Pending(number, call.request(number, given.invoices))


class Tally:
    """What is still to ask, and what was answered."""

    def __init__(self, call: Call, waiting: Iterator[Pending], count: int) -> None:
        self.call, self.waiting, self.left = call, waiting, count
        self.wrong = 0
        self.acknowledged: list[int] = []
        self.took: list[float] = []
        self.first_wrong = ""
        self.done = asyncio.Event()

    def count(self, number: int, answer: bytes) -> None:
        """One more answer came in, head and body."""
        head, _, body = answer.partition(b"\r\n\r\n")
        if self.call.is_right(number, head, body):
            self.acknowledged.append(number)
            self._ended()
        else:
            self.miss(answer)

    def miss(self, answer: bytes) -> None:
        """One more answer was wrong, or never came."""
        self.wrong += 1
        self.first_wrong = self.first_wrong or answer.decode(errors="replace")
        self._ended()

    def _ended(self) -> None:
        self.left -= 1
        if not self.left:
            self.done.set()


class Caller(asyncio.Protocol):
    """One connection, kept alive: sends a request, reads the answer, sends the next."""

    def __init__(self, tally: Tally) -> None:
        self._tally, self._got = tally, b""
        self._transport: Any = None
        self._pending: Pending | None = None
        self._started_at = 0.0

    def connection_made(self, transport: Any) -> None:
        """Ask the first question."""
        self._transport = transport
        self._ask()

    def data_received(self, data: bytes) -> None:
        """Wait until the answer is whole, and ask the next question."""
        self._got += data
        end = _end(self._got)
        pending = self._pending
        if end is None or pending is None:
            return
        answer, self._got, self._pending = self._got[:end], self._got[end:], None
        self._tally.took.append(time.perf_counter() - self._started_at)
        self._tally.count(pending.number, answer)
        self._ask()

    def connection_lost(self, exc: Exception | None) -> None:
        """A server that hangs up in the middle owes all that is left."""
        if self._pending is not None:
            self._tally.miss(b"hung up after " + self._got)
            while self._tally.left and next(self._tally.waiting, None) is not None:
                self._tally.miss(b"")

    def _ask(self) -> None:
        self._pending = next(self._tally.waiting, None)
        if self._pending is None:
            self._transport.close()
            return
        self._started_at = time.perf_counter()
        self._transport.write(self._pending.request)


def _end(got: bytes) -> int | None:
    """Where the first answer ends, or None while it is not whole."""
    head = got.find(b"\r\n\r\n")
    if head < 0:
        return None
    name = b"\r\ncontent-length:"
    at = got.lower().find(name, 0, head)
    if at < 0:
        return len(got)  # no length: wrong in any case, its body is not the expected one
    length = got[at + len(name) : got.index(b"\r\n", at + 2)]
    end = head + 4 + int(length)
    return end if len(got) >= end else None


async def ask(given: Namespace) -> dict[str, Any]:
    """Send all requests, and report the result."""
    count = given.requests
    tally = Tally(CALLS[given.call], requests(given), count)
    loop = asyncio.get_running_loop()
    started = time.perf_counter()
    for _ in range(min(given.connections, count)):
        await loop.create_connection(lambda: Caller(tally), "127.0.0.1", given.port)
    await asyncio.wait_for(tally.done.wait(), TIMEOUT_SECONDS)
    seconds = time.perf_counter() - started
    took = sorted(one * 1000 for one in tally.took) or [0.0]
    return {
        "right": len(tally.acknowledged),
        "wrong": tally.wrong,
        "seconds": seconds,
        "p50": took[len(took) // 2],
        "p99": took[len(took) * 99 // 100],
        "longest": took[-1],
        "first_wrong": tally.first_wrong[:2000],
        "acknowledged": tally.acknowledged if given.acknowledged else [],
    }


def main() -> int:
    """Ask, print the report, and fail where an answer was wrong."""
    arguments = ArgumentParser(description=__doc__)
    arguments.add_argument("port", type=int)
    arguments.add_argument("requests", type=int)
    arguments.add_argument("--call", choices=sorted(CALLS), default="notify")
    arguments.add_argument("--invoices", type=int, default=seed.INVOICES)
    arguments.add_argument("--connections", type=int, default=32)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--acknowledged", action="store_true")
    report = uvloop.run(ask(arguments.parse_args()))
    print(json.dumps(report))
    return 1 if report["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
