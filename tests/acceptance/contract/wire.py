"""Requests as bytes on a socket, for SDKs that are not here to send them."""

from __future__ import annotations

import json
import socket
from base64 import b64encode
from contextlib import closing
from http.client import HTTPResponse
from typing import Any, NamedTuple

from acceptance.contract.sandbox import SECRET, Sandbox


class Answered(NamedTuple):
    """An answer as it came."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """Its JSON."""
        return json.loads(self.body)


def exchange(address: str, raw: bytes) -> Answered:
    """Send these bytes, and read the one answer to them."""
    host, _, port = address.partition(":")
    with closing(socket.create_connection((host, int(port)), timeout=30)) as line:
        line.sendall(raw)
        with closing(HTTPResponse(line)) as answer:
            answer.begin()
            headers = {name.lower(): value for name, value in answer.getheaders()}
            return Answered(answer.status, headers, answer.read())


def request(
    sandbox: Sandbox,
    method: str,
    path: str,
    body: bytes = b"",
    *,
    key: str = "forms",
    **headers: str,
) -> bytes:
    """The bytes of a request; header names are given with underscores."""
    pair = b64encode(f"{key}:{SECRET}".encode()).decode()
    given = {
        "Host": sandbox.address,
        "Authorization": f"Basic {pair}",
        "Connection": "close",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    if body or method not in ("GET", "DELETE"):
        given["Content-Length"] = str(len(body))
    lines = "".join(f"{name}: {value}\r\n" for name, value in given.items())
    return f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode() + body
