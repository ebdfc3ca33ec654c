"""Programs that run as long as a block, and the service as its operators start it."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from time import monotonic
from typing import Any

import httpx

from chaos.serving import Served, opened_account

DEADLINE = 30.0


def free_ports(count: int) -> list[int]:
    """Ports of this machine that are free."""
    listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [listener.getsockname()[1] for listener in listeners]
    for listener in listeners:
        listener.close()
    return ports


def until(true: Callable[[], object], what: str) -> None:
    """Wait until something is true; another process makes it so, without a signal."""
    end, pause = monotonic() + DEADLINE, Event()
    while not true():
        assert monotonic() < end, f"not within {DEADLINE} s: {what}"
        pause.wait(0.05)


@contextmanager
def running(command: list[str], log: Path, **how: Any) -> Iterator[subprocess.Popen[bytes]]:
    """A program, ended with the block."""
    with log.open("ab") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, **how)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class Service:
    """`billhook serve`, with one account."""

    def __init__(self, served: Served, account: str, authorization: str) -> None:
        self.account = account
        self._client = httpx.Client(
            base_url=f"http://127.0.0.1:{served.port}",
            headers={"Authorization": authorization},
            timeout=30,
        )

    def got(self, method: str, path: str, **given: Any) -> Any:
        """The JSON of a success."""
        answer = self._client.request(method, path, **given)
        assert answer.status_code < 300, answer.text
        return answer.json()

    def sent(self, medium: str, **customer: Any) -> tuple[str, str]:
        """An invoice that was sent: its id, and its short URL."""
        body = {
            "currency": "INR",
            "customer": {"name": "Ravi", **customer},
            "lines": [{"name": "Book", "unit_amount": 49900, "quantity": 2}],
            "send": {"media": [medium]},
        }
        invoice = self.got("POST", "/api/invoices", json=body)["invoice"]
        return invoice["id"], invoice["short_url"]

    def message(self, invoice: str) -> Any:
        """The first message about an invoice."""
        return self.got("GET", f"/api/invoices/{invoice}/messages")["messages"][0]

    def became(self, invoice: str, status: str) -> Any:
        """The message, once it has this status."""
        until(lambda: self.message(invoice)["status"] == status, f"a message is {status}")
        return self.message(invoice)

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()


@contextmanager
def service(folder: Path, environ: Mapping[str, str], port: int) -> Iterator[Service]:
    """The service over a database of its own, at a port that its own URLs name."""
    database = f"sqlite:///{folder / 'billhook.sqlite3'}"
    who = opened_account(database)
    environ, port_of = {**os.environ, **environ}, ("--port", str(port))
    with Served(database, folder / "serve.log", environ, *port_of) as served:
        started = Service(served, who.id, who.authorization)
        try:
            yield started
        finally:
            started.close()
