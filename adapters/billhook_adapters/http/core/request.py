"""A request as every API reads it: path, query, headers, body and Idempotency-Key."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import unquote

from billhook.application.idempotency import IdempotentRequest
from billhook_adapters.http.core.asgi import Receive, Scope
from billhook_adapters.http.core.bodies import BoundedBody, ClientDisconnectedError
from billhook_adapters.http.core.failures import RequestFailedError, RequestFailure


class IdempotencyKeyError(Exception):
    """The Idempotency-Key is not 1 to 255 printable ASCII characters."""


class Request:
    """One request: the segments of its path below the mount, decoded, and its other parts.

    `peer` is the network address of the client, or of the nearest proxy unless the server trusts
    that proxy.
    """

    __slots__ = ("_body", "_receive", "headers", "method", "path", "peer", "query")

    def __init__(
        self,
        method: str,
        path: tuple[str, ...],
        query: str,
        headers: Mapping[bytes, bytes],
        receive: Receive,
        peer: str = "",
    ) -> None:
        self.method, self.path, self.query = method, path, query
        self.headers, self.peer = headers, peer
        self._receive = receive
        self._body: bytes | None = None

    def header(self, name: bytes) -> str | None:
        """A header by its lower-case name. One that was sent twice is both, joined by a comma."""
        value = self.headers.get(name)
        return None if value is None else value.decode("latin-1")

    @property
    def media_type(self) -> str:
        """The Content-Type without its parameters, in lower case; empty where there is none."""
        return (self.header(b"content-type") or "").partition(";")[0].strip().lower()

    @property
    def key(self) -> IdempotentRequest | None:
        """The Idempotency-Key with the fingerprint of this request. Raises IdempotencyKeyError.

        None where the header is not there. The only place where an API reads it; the body has
        been read before.
        """
        key = self.header(b"idempotency-key")
        if key is None:
            return None
        if not (0 < len(key) <= 255 and key.isascii() and key.isprintable()):
            raise IdempotencyKeyError
        # A slash at the end is no other request: some SDKs send it, others do not.
        path = "/".join(self.path).rstrip("/")
        target = f"/{path}?{self.query}".encode(errors="surrogatepass")
        return IdempotentRequest.of_http(key, self.method, target, self._body or b"")

    async def body(self) -> bytes:
        """The complete body; read once, then kept.

        Raises RequestFailedError and ClientDisconnectedError.
        """
        if self._body is None:
            self._body = await self._read()
        return self._body

    async def _read(self) -> bytes:
        raw = bytearray()
        while True:
            event = await self._receive()
            if event["type"] == "http.disconnect":
                raise ClientDisconnectedError
            raw += event.get("body", b"")
            if not event.get("more_body"):
                if not raw and is_body_lost(self.headers):
                    raise RequestFailedError(RequestFailure.INCOMPLETE_BODY)
                return bytes(raw)


def is_body_lost(headers: Mapping[bytes, bytes]) -> bool:
    """Whether a body that is empty was sent with content: better refused than read as empty.

    >>> is_body_lost({b"upgrade": b"h2c", b"content-length": b"2"})
    True
    >>> is_body_lost({b"content-length": b"2"})
    False
    """
    sent = headers.get(b"content-length", b"0") != b"0" or b"transfer-encoding" in headers
    return sent and b"upgrade" in headers


def read_request(scope: Scope, receive: Receive) -> Request:
    """The request of an ASGI scope; its path is the part below the scope's `root_path`."""
    fields: dict[bytes, list[bytes]] = {}
    for name, value in scope["headers"]:
        fields.setdefault(name, []).append(value)
    headers = {name: b", ".join(values) for name, values in fields.items()}
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    root: str = scope.get("root_path", "")
    segments = raw.partition(b"?")[0].decode("latin-1").split("/")[1 + root.count("/") :]
    if b"%" in raw:  # each segment by itself, so that an encoded slash separates nothing
        segments = [unquote(segment) for segment in segments]
    query = scope["query_string"].decode("latin-1")
    peer: str = (scope.get("client") or ("",))[0]
    body = receive if isinstance(receive, BoundedBody) else BoundedBody(scope, receive)
    return Request(scope["method"], tuple(segments), query, headers, body, peer)
