"""A sandbox in a process of its own, as its users start it, and what they do with it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import razorpay

BILLHOOK = Path(sys.executable).with_name("billhook")
SECRET = "s3cret"
ACCOUNTS = ("ours", "theirs", "lists", "pages", "forms", "node", "failing")
"""The keys of the sandbox, each with an account of its own; all have the one secret."""
NO_HEADERS: Mapping[str, str] = {}


class Sandbox:
    """A running sandbox. Money is in smallest units, time in seconds since 1970."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.address = url.removeprefix("http://")
        self._clients: list[Any] = []

    def client(self, key: str = "ours", secret: str = SECRET) -> Any:
        """The vendor's own client, pointed here."""
        made = razorpay.Client(auth=(key, secret), base_url=self.url)
        self._clients.append(made)
        return made

    def ask(
        self, method: str, path: str, body: object = None, headers: Mapping[str, str] = NO_HEADERS
    ) -> tuple[int, Any]:
        """The status and JSON of a route; without `headers`, of one that needs no credentials."""
        with closing(HTTPConnection(self.address, timeout=30)) as connection:
            text = None if body is None else json.dumps(body)
            connection.request(method, path, text, headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())

    def json_of(self, method: str, path: str, body: object = None) -> Any:
        """The JSON of a success."""
        status, answer = self.ask(method, path, body)
        assert status == 200, answer
        return answer

    def pay(self, invoice: str, amount: int, **fields: Any) -> Any:
        """The payer pays."""
        return self.json_of(
            "POST", f"/sandbox/invoices/{invoice}/payments", {"amount": amount, **fields}
        )

    @property
    def now(self) -> int:
        """The time in the sandbox."""
        now: int = self.json_of("GET", "/sandbox/clock")["now"]
        return now

    def advance(self, seconds: int) -> None:
        """Let so much time pass."""
        self.json_of("POST", "/sandbox/clock", {"advance_seconds": seconds})

    def sent(self, to: str) -> list[Mapping[str, Any]]:
        """The messages that an address got."""
        items = self.json_of("GET", "/sandbox/outbox")["items"]
        return [message for message in items if message["to"] == to]

    def fail(self, medium: str, fault: str, to: str, times: int = 1) -> None:
        """Let the provider of a medium refuse the next messages to an address.

        Without an address it would meet whatever is sent next, and what another test left to be
        tried again is sent whenever its time comes.
        """
        body = {"medium": medium, "fault": fault, "times": times, "to": to}
        self.json_of("POST", "/sandbox/faults", body)

    def close(self) -> None:
        """Let go of the connections."""
        for client in self._clients:
            client.session.close()


@contextmanager
def running(*arguments: str) -> Iterator[str]:
    """The URL of a sandbox that is ready, started with these arguments."""
    command = [str(BILLHOOK), "sandbox", "--port", "0", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            said = [process.stdout.readline()]
            while not said[-1].startswith("ready"):
                assert said[-1], f"it ended before it was ready: {said}"
                said.append(process.stdout.readline())
            yield said[0].split()[-1]
        finally:
            process.terminate()


@contextmanager
def sandbox(*arguments: str) -> Iterator[Sandbox]:
    """A sandbox with every account of `ACCOUNTS`."""
    keys = [part for name in ACCOUNTS for part in ("--account", f"{name}:{SECRET}")]
    with running(*keys, *arguments) as url, closing(Sandbox(url)) as started:
        yield started
