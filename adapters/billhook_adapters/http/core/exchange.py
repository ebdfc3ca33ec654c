"""A request as a dialect sees it, its answer, and the plain ASGI function between the two.

The vendors' dialects are no framework's routes: what a framework does for a route costs more than
the whole decision behind it.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any, NamedTuple
from urllib.parse import unquote

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

LARGEST_BODY = 1024 * 1024
"""Bytes; what is longer is not read."""


class BodyTooLargeError(Exception):  # a refusal
    """The body is longer than `LARGEST_BODY`."""


class IncompleteBodyError(Exception):  # a refusal
    """The server below dropped the body: it does so where a request offers another protocol."""


class IdempotencyKeyError(Exception):  # a refusal
    """The Idempotency-Key has another shape than 1 to 255 printable ASCII characters."""


class ClientDisconnectedError(Exception):  # not an error of ours
    """The caller hung up before its request was complete."""


class Request(NamedTuple):
    """One request: the segments of its path, decoded, and what else a dialect may look at."""

    method: str
    path: tuple[str, ...]
    query: str
    headers: Mapping[bytes, bytes]
    receive: Receive
    peer: str = ""
    """The network address that asks; the nearest proxy's, unless the server below trusts it."""

    def header(self, name: bytes) -> str | None:
        """A header by its lower-case name. One that came twice is both, joined by a comma."""
        value = self.headers.get(name)
        return None if value is None else value.decode("latin-1")

    @property
    def key(self) -> str | None:
        """The Idempotency-Key, where there is one. Raises IdempotencyKeyError on one of another shape."""
        key = self.header(b"idempotency-key")
        if key is not None and not (0 < len(key) <= 255 and key.isascii() and key.isprintable()):
            raise IdempotencyKeyError
        return key

    async def body(self) -> bytes:
        """The whole body. Raises BodyTooLargeError, Lost, and Gone where the caller hung up."""
        declared = self.headers.get(b"content-length", b"")
        if declared.isdigit() and int(declared[:20]) > LARGEST_BODY:
            raise BodyTooLargeError
        raw = b""
        while True:
            event = await self.receive()
            if event["type"] == "http.disconnect":
                raise ClientDisconnectedError
            chunk: bytes = event.get("body", b"")
            raw += chunk
            if len(raw) > LARGEST_BODY:
                raise BodyTooLargeError
            if not event.get("more_body"):
                if not raw and lost(self.headers):
                    raise IncompleteBodyError
                return raw


def lost(headers: Mapping[bytes, bytes]) -> bool:
    """Whether a body that did not arrive was sent: better refused than taken for an empty one.

    >>> lost({b"upgrade": b"h2c", b"content-length": b"2"}), lost({b"content-length": b"2"})
    (True, False)
    """
    sent = headers.get(b"content-length", b"0") != b"0" or b"transfer-encoding" in headers
    return sent and b"upgrade" in headers


LOST = "The request offered another protocol and its body was lost; send it without Upgrade."


class Response(NamedTuple):
    """A status and the bytes of a body, JSON unless it is of another kind."""

    status: int
    body: bytes
    headers: tuple[tuple[bytes, bytes], ...] = ()
    kind: bytes = b"application/json"


def json_response(value: object, status: int = 200, **headers: str) -> Response:
    """The answer with this JSON body.

    >>> json_response({"success": True}).body
    b'{"success":true}'
    """
    named = ((name.replace("_", "-").encode(), value.encode()) for name, value in headers.items())
    return Response(status, json.dumps(value, separators=(",", ":")).encode(), tuple(named))


def read_request(scope: Scope, receive: Receive) -> Request:
    """The request of an ASGI scope."""
    headers: dict[bytes, bytes] = {}
    for name, value in scope["headers"]:
        headers[name] = value if name not in headers else b", ".join((headers[name], value))
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    segments = raw.partition(b"?")[0].decode("latin-1").split("/")[1:]
    if b"%" in raw:  # each on its own: an encoded slash is no slash
        segments = [unquote(segment) for segment in segments]
    query = scope["query_string"].decode("latin-1")
    method: str = scope["method"]
    peer: str = (scope.get("client") or ("",))[0]
    return Request(method, tuple(segments), query, headers, receive, peer)


async def send_response(send: Send, given: Response, *, head: bool = False) -> None:
    """Send an answer; for a HEAD request its body is left out."""
    await send(
        {
            "type": "http.response.start",
            "status": given.status,
            "headers": [
                (b"content-type", given.kind),
                (b"content-length", str(len(given.body)).encode()),
                *given.headers,
            ],
        }
    )
    await send({"type": "http.response.body", "body": b"" if head else given.body})
