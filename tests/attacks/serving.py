"""`billhook serve` as a process with an account in each API, and clients that speak bytes to it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from base64 import b64encode
from collections.abc import Mapping
from contextlib import closing, suppress
from http.client import HTTPResponse
from pathlib import Path
from typing import Any, NamedTuple, Self

from returns.result import Success

from billhook_adapters.composition.backends import open_backend
from billhook_adapters.system.api_keys import new_key, new_token, token_key
from billhook_adapters.testing import NOON, an_account

BILLHOOK = (sys.executable, "-m", "billhook_adapters.cli")
DEADLINE = 20  # seconds on a socket; what is tested ends much sooner
LOCATION = "loc_attacks"


class Reply(NamedTuple):
    """A response as it came; status 0 where the connection was closed without one."""

    status: int
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Credentials(NamedTuple):
    """The headers that open an account in each API."""

    basic: bytes
    bearer: bytes


def opened(database: str, account: str = "acc_1", location: str = LOCATION) -> Credentials:
    """A new account, its key and the token of its location."""
    key, token = new_key(), token_key(new_token(), location)
    backend = open_backend(database)
    try:
        opening = backend.accounts.open(an_account(account), [key, token], None, NOON)
        assert isinstance(opening, Success)
    finally:
        backend.dispose()
    pair = b64encode(f"{key.id}:{key.secret}".encode())
    return Credentials(
        b"Authorization: Basic " + pair + b"\r\n",
        b"Authorization: Bearer " + token.secret.encode() + b"\r\nVersion: 2021-07-28\r\n",
    )


class Served:
    """A server process that ends with its block."""

    def __init__(
        self, database: str, log: Path, settings: Mapping[str, str], *, files: str = ""
    ) -> None:
        serve = [*BILLHOOK, "serve", "--port", "0", "--database", database]
        if files:  # open files, soft and hard
            serve = ["prlimit", f"--nofile={files}", *serve]
        with log.open("ab") as errors:
            self._process = subprocess.Popen(
                serve,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                env={**os.environ, **settings},
            )
        self.log, self.pid = log, self._process.pid
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline().partition(";")[0].rpartition(":")[2])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait(DEADLINE)
        assert self._process.stdout is not None
        self._process.stdout.close()

    def connected(self) -> socket.socket:
        """A new connection."""
        return socket.create_connection(("127.0.0.1", self.port), DEADLINE)

    def ask(self, *parts: bytes) -> Reply:
        """The response to these bytes, over a connection of their own."""
        with closing(self.connected()) as line:
            with suppress(ConnectionError):  # it may refuse what it has not read to its end
                for part in parts:
                    line.sendall(part)
            return reply(line)

    def is_alive(self) -> bool:
        """Whether another client gets a response."""
        return self.ask(head("GET", "/healthz"), b"\r\n").status == 200

    @property
    def memory(self) -> int:
        """Bytes of memory that the process has had at most."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) * 1024


def head(method: str, target: str, *fields: bytes) -> bytes:
    """The request line, a Host and these fields, without the empty line at the end."""
    return f"{method} {target} HTTP/1.1\r\nHost: bill.example\r\n".encode() + b"".join(fields)


def reply(line: socket.socket, method: str = "GET") -> Reply:
    """The response on a connection."""
    with closing(HTTPResponse(line, method=method)) as response:
        try:
            response.begin()
            return Reply(response.status, response.read())
        except (ConnectionError, OSError, ValueError):
            return Reply(0, b"")
        except Exception as error:
            if type(error).__name__ in ("BadStatusLine", "RemoteDisconnected"):
                return Reply(0, b"")
            raise
