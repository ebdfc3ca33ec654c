"""A receiver of webhooks on this machine: it keeps what came, and fails on demand."""

from __future__ import annotations

import json
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Thread
from typing import Any, NamedTuple

HOOK_SECRET = "whsec-of-the-shop"
"""What a sandbox signs the webhooks with that this receiver gets."""

DEADLINE = 20  # seconds that a webhook may take to come


class Received(NamedTuple):
    """One request as it came."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def event(self) -> Any:
        """What it says."""
        return json.loads(self.body)

    @property
    def id(self) -> str:
        """The event's id."""
        return self.headers["x-razorpay-event-id"]

    @property
    def invoice(self) -> str:
        """The invoice that it is about."""
        event = self.event
        highlevel = "_id" in event
        name: str = event["_id"] if highlevel else event["payload"]["invoice"]["entity"]["id"]
        return name


class Receiver:
    """What came, in order, and how what comes about an invoice is answered: 200 by default."""

    def __init__(self) -> None:
        self._came: list[Received] = []
        self._changed = Condition()
        self._answers: defaultdict[str, deque[int]] = defaultdict(deque)

    def answer(self, invoice: str, *statuses: int) -> None:
        """Answer what comes next about an invoice with these statuses; 0 is to hang up."""
        with self._changed:
            self._answers[invoice].extend(statuses)

    def take(self, webhook: Received) -> int:
        """Keep a request; the status to answer it with."""
        with self._changed:
            self._came.append(webhook)
            self._changed.notify_all()
            answers = self._answers[webhook.invoice]
            return answers.popleft() if answers else 200

    def about(self, invoice: str) -> list[Received]:
        """What came about an invoice so far."""
        with self._changed:
            return [webhook for webhook in self._came if webhook.invoice == invoice]

    def wait(
        self, invoice: str, count: int, *, meanwhile: Callable[[], None] | None = None
    ) -> list[Received]:
        """What came about an invoice once it is so much, doing something now and then."""
        for _ in range(DEADLINE * 10):
            with self._changed:
                found = [webhook for webhook in self._came if webhook.invoice == invoice]
                if len(found) >= count:
                    return found
            if meanwhile is not None:
                meanwhile()  # webhooks may be sent by it
            with self._changed:
                self._changed.wait(0.1)
        raise AssertionError(f"of {count} webhooks only {len(found)} came")


@contextmanager
def receiving() -> Iterator[tuple[Receiver, str]]:
    """A receiver and its URL."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            if status := receiver.take(Received(self.path, headers, body)):
                self.send_response(status)
                said = b"status %d" % status
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)
            self.close_connection = True

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield receiver, f"http://127.0.0.1:{server.server_port}/hook"
        finally:
            server.shutdown()
            thread.join()
