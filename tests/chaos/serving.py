"""`billhook serve` as a process that may be killed, and a client for it."""

from __future__ import annotations

import json
import subprocess
import sys
from base64 import b64encode
from collections.abc import Mapping
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, NamedTuple, Self

from chaos.budget import DEADLINE

BILLHOOK = [sys.executable, "-m", "billhook_adapters.cli"]

INVOICE: Mapping[str, Any] = {
    "customer": {"name": "Ravi", "email": "ravi@example.com"},
    "line_items": [{"name": "Book", "amount": 100}],
    "email_notify": False,
}


class Account(NamedTuple):
    """An account and its credentials."""

    id: str
    authorization: str


def opened_account(database: str) -> Account:
    """A new account and its first key."""
    command = [*BILLHOOK, "account", "create", "--name", "Acme", "--database", database, "--json"]
    made = subprocess.run(command, capture_output=True, check=True, timeout=DEADLINE)
    created = json.loads(made.stdout)
    waits = ["--resend-wait", "0", "--invoice-wait", "0"]  # one payer gets every message
    limits = [*BILLHOOK, "account", "set", created["account"], *waits, "--database", database]
    subprocess.run(limits, capture_output=True, check=True, timeout=DEADLINE)
    pair = f"{created['key_id']}:{created['key_secret']}".encode()
    return Account(created["account"], f"Basic {b64encode(pair).decode()}")


class Served:
    """A process of the service; it is killed at the end of its block."""

    def __init__(
        self, database: str, log: Path, environ: Mapping[str, str], *arguments: str
    ) -> None:
        self._log = log
        with log.open("ab") as errors:
            self._process = subprocess.Popen(
                [*BILLHOOK, "serve", "--port", "0", "--database", database, *arguments],
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                env=dict(environ),
            )
        assert self._process.stdout is not None
        first = self._process.stdout.readline()
        self.port = int(first.partition(";")[0].rpartition(":")[2])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self.kill()
        if kind is not None:  # what failed is shown with what the service said last
            print(*self._log.read_text().splitlines()[-20:], sep="\n")

    def kill(self) -> int:
        """End it with SIGKILL; its exit code."""
        self._process.kill()
        return self._ended()

    def terminate(self) -> int:
        """End it with SIGTERM; its exit code."""
        self._process.terminate()
        return self._ended()

    def _ended(self) -> int:
        self._process.communicate(timeout=DEADLINE)
        return self._process.returncode


def post(
    port: int, who: Account, path: str, body: Mapping[str, Any], key: str
) -> tuple[int, bytes]:
    """The answer to one POST; raises what sockets raise."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=DEADLINE)) as connection:
        sent = {
            "Authorization": who.authorization,
            "Content-Type": "application/json",
            "Idempotency-Key": key,
        }
        connection.request("POST", path, json.dumps(body), sent)
        answer = connection.getresponse()
        return answer.status, answer.read()
