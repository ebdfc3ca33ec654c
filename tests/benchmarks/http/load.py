"""Ask one server a fixed number of times, and check every answer.

`load.py PORT REQUESTS [--header "Idempotency-Key: bench-{n}"]`, where `{n}` becomes the number of
the request. A process of its own, so that no server shares its loop. Prints JSON: `right` and
`wrong` answers, `seconds` from the first to the last, and one of the wrong ones.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from argparse import ArgumentParser
from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import seed
import uvloop

CONNECTIONS = 32
TIMEOUT_SECONDS = 300
STATUS = b"HTTP/1.1 200 "
CREDENTIALS = b64encode(f"{seed.KEY_ID}:{seed.SECRET}".encode()).decode()


def requests(count: int, header: str | None) -> Iterator[bytes]:
    """The bytes of each request; the same invoices in the same order in every run."""
    chosen = random.Random(count)  # noqa: S311  # nothing secret: every server gets the same
    for number in range(count):
        lines = [
            f"POST /v1/invoices/{chosen.choice(seed.INVOICES)}/notify_by/email HTTP/1.1",
            "Host: 127.0.0.1",
            f"Authorization: Basic {CREDENTIALS}",
            "Content-Length: 0",
        ]
        if header is not None:
            lines.append(header.replace("{n}", str(number)))
        yield "\r\n".join([*lines, "", ""]).encode()


class Tally:
    """What is still to ask, and what was answered."""

    def __init__(self, waiting: Iterator[bytes], count: int) -> None:
        self.waiting, self.left = waiting, count
        self.right = self.wrong = 0
        self.first_wrong = ""
        self.done = asyncio.Event()

    def count(self, answer: bytes) -> None:
        """One more answer came in, head and body."""
        head, _, body = answer.partition(b"\r\n\r\n")
        if head.startswith(STATUS) and body == seed.ANSWER:
            self.right += 1
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
        self._asking = False

    def connection_made(self, transport: Any) -> None:
        """Ask the first question."""
        self._transport = transport
        self._ask()

    def data_received(self, data: bytes) -> None:
        """Wait until the answer is whole, and ask the next question."""
        self._got += data
        end = _end(self._got)
        if end is None:
            return
        answer, self._got = self._got[:end], self._got[end:]
        self._asking = False
        self._tally.count(answer)
        self._ask()

    def connection_lost(self, error: Exception | None) -> None:
        """A server that hangs up in the middle owes all that is left."""
        if self._asking:
            self._tally.miss(b"hung up after " + self._got)
            while self._tally.left and next(self._tally.waiting, None) is not None:
                self._tally.miss(b"")

    def _ask(self) -> None:
        request = next(self._tally.waiting, None)
        if request is None:
            self._transport.close()
            return
        self._asking = True
        self._transport.write(request)


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


async def ask(port: int, count: int, header: str | None) -> dict[str, Any]:
    """Send all requests, and report the result."""
    tally = Tally(requests(count, header), count)
    loop = asyncio.get_running_loop()
    started = time.perf_counter()
    for _ in range(min(CONNECTIONS, count)):
        await loop.create_connection(lambda: Caller(tally), "127.0.0.1", port)
    await asyncio.wait_for(tally.done.wait(), TIMEOUT_SECONDS)
    return {
        "right": tally.right,
        "wrong": tally.wrong,
        "seconds": time.perf_counter() - started,
        "first_wrong": tally.first_wrong,
    }


def main() -> int:
    """Ask, print the report, and fail where an answer was wrong."""
    arguments = ArgumentParser(description=__doc__)
    arguments.add_argument("port", type=int)
    arguments.add_argument("requests", type=int)
    arguments.add_argument("--header")
    given = arguments.parse_args()
    report = uvloop.run(ask(given.port, given.requests, given.header))
    print(json.dumps(report))
    return 1 if report["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
