"""The log of a sandbox: the latest requests to its APIs, and what they were answered."""

from __future__ import annotations

import re
import shlex
from collections import deque
from collections.abc import Callable, Iterator, MutableMapping, Sequence
from datetime import datetime
from itertools import count
from time import perf_counter
from typing import Any, NamedTuple
from urllib.parse import unquote_plus

from billhook.application.ports import Clock
from billhook_adapters.http.core.asgi import App, Receive, Scope, Send
from billhook_adapters.http.core.authentication import basic_credentials
from billhook_adapters.sandbox.faults import FaultKind

MOST_REQUESTS = 500
"""Older ones are dropped."""
MOST_BYTES = 8 * 1024 * 1024
"""Of the bodies of all that are kept; older ones are dropped."""
LONGEST_BODY = 64 * 1024
"""Bytes of a body that are kept."""

FAULT = "billhook.sandbox_fault"
"""In the `state` of a scope: the fault that the request met."""

HIDDEN = "not a key of this sandbox"
"""In place of other credentials: a real key may be sent by mistake."""

_OF_THE_CLIENT = frozenset(
    {"host", "content-length", "connection", "accept-encoding", "transfer-encoding"}
)
_AUTHORIZATION = "authorization"
_SECRET = re.compile(r"client_secret[\"=: ]{1,5}([^&\"\s]*)")

Headers = Sequence[tuple[str, str]]


class LoggedRequest(NamedTuple):
    """A request to an API and its answer; of long bodies the first `LONGEST_BODY` bytes."""

    number: int
    at: datetime
    method: str
    target: str
    """The path and the query, as they were sent."""
    headers: Headers
    """Their names are in lower case."""
    body: bytes
    status: int | None
    """None where nothing was answered."""
    answer_headers: Headers
    answer: bytes
    milliseconds: float
    fault: FaultKind | None
    """The fault that was set and that it met."""

    def header(self, name: str) -> str | None:
        """A header of the request, by its lower-case name."""
        return next((value for one, value in self.headers if one == name), None)

    @property
    def path(self) -> str:
        """The path without the query."""
        return self.target.partition("?")[0]

    @property
    def idempotency_key(self) -> str | None:
        """Its Idempotency-Key."""
        return self.header("idempotency-key")

    def curl(self, base_url: str) -> str:
        """A command that makes this request again, in the quotes of a POSIX shell.

        >>> from datetime import UTC
        >>> at = datetime(2026, 1, 1, tzinfo=UTC)
        >>> given = (("host", "shop"), ("accept", "*/*"))
        >>> made = LoggedRequest(1, at, "GET", "/v1/items", given, b"", 200, (), b"", 1.0, None)
        >>> made.curl("http://127.0.0.1:8080")
        "curl -g -H 'accept: */*' http://127.0.0.1:8080/v1/items"
        """
        words = ["curl", "-g"]  # brackets of a query are meant as they are
        if self.method == "HEAD":
            words += ["-I"]
        elif self.method != ("POST" if self.body else "GET"):
            words += ["-X", self.method]
        credentials = basic_credentials(self.header(_AUTHORIZATION))
        if credentials is not None:
            words += ["-u", ":".join(credentials)]
        for name, value in self.headers:
            if name not in _OF_THE_CLIENT and not (credentials and name == _AUTHORIZATION):
                words += ["-H", f"{name}: {value}"]
        if self.body:
            words += ["--data-raw", self.body.decode(errors="replace")]
        return shlex.join([*words, f"{base_url}{self.target}"])


class RequestLog:
    """The latest requests, the oldest first.

    `is_known` says of an Authorization header whether it is one of the sandbox's own; others are
    not kept.
    """

    def __init__(self, clock: Clock, is_known: Callable[[str], bool]) -> None:
        self._clock, self._is_known = clock, is_known
        self._kept: deque[LoggedRequest] = deque(maxlen=MOST_REQUESTS)
        self._numbers = count(1)

    def __iter__(self) -> Iterator[LoggedRequest]:
        """The requests that are kept, the oldest first."""
        return iter([*self._kept])

    def find(self, number: int) -> LoggedRequest | None:
        """The request of this number, while it is kept."""
        return next((one for one in self if one.number == number), None)

    def logging(self, app: App, is_api: Callable[[Scope], bool]) -> App:
        """An application that keeps each request to an API."""

        async def logged(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "http" and is_api(scope):
                await self._log(app, scope, receive, send)
            else:
                await app(scope, receive, send)

        return logged

    async def _log(self, app: App, scope: Scope, receive: Receive, send: Send) -> None:
        at, began = self._clock.now(), perf_counter()
        state: dict[str, Any] = scope.setdefault("state", {})
        body, answer = _Kept(), _Kept()
        start: MutableMapping[str, Any] = {}

        async def received() -> MutableMapping[str, Any]:
            event = await receive()
            body.add(event)
            return event

        async def sent(event: MutableMapping[str, Any]) -> None:
            if event["type"] == "http.response.start":
                start.update(event)
            else:
                answer.add(event)
            await send(event)

        try:
            await app(scope, received, sent)
        finally:
            self._kept.append(
                LoggedRequest(
                    next(self._numbers),
                    at,
                    scope["method"],
                    _target(scope),
                    [*map(self._shown, _headers(scope))],
                    self._body(scope, bytes(body.kept)),
                    start.get("status"),
                    _headers(start),
                    bytes(answer.kept),
                    (perf_counter() - began) * 1000,
                    state.get(FAULT),
                )
            )
            self._drop()

    def _drop(self) -> None:
        """Drop the oldest ones where their bodies take too much."""
        size = sum(len(one.body) + len(one.answer) for one in self._kept)
        while size > MOST_BYTES:
            oldest = self._kept.popleft()
            size -= len(oldest.body) + len(oldest.answer)

    def _body(self, scope: Scope, body: bytes) -> bytes:
        """A body; that of OAuth only with a token of this sandbox, as a real one may be sent."""
        if not body or "/oauth/" not in scope["path"]:
            return body
        found = _SECRET.findall(body.decode(errors="replace"))
        is_known = all(self._is_known(f"Bearer {unquote_plus(one)}") for one in found)
        return body if found and is_known else HIDDEN.encode()

    def _shown(self, header: tuple[str, str]) -> tuple[str, str]:
        name, value = header
        is_secret = name == _AUTHORIZATION and not self._is_known(value)
        return (name, HIDDEN) if is_secret else header


class _Kept:
    """The first bytes of a body."""

    def __init__(self) -> None:
        self.kept = bytearray()

    def add(self, event: MutableMapping[str, Any]) -> None:
        self.kept += event.get("body", b"")[: LONGEST_BODY - len(self.kept)]


def _target(scope: Scope) -> str:
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    path = raw.partition(b"?")[0].decode("latin-1")
    query = scope["query_string"].decode("latin-1")
    return f"{path}?{query}" if query else path


def _headers(given: MutableMapping[str, Any]) -> list[tuple[str, str]]:
    pairs = given.get("headers", ())
    return [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in pairs]
