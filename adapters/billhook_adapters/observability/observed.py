"""Every request counted, timed and written down, without a word of what it said."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Collection
from time import perf_counter
from typing import Any

from billhook_adapters.http.exchange import App, Receive, Scope, Send
from billhook_adapters.observability.metrics import Metrics

_log = logging.getLogger("billhook.requests")
_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")

OTHER = "other"
"""The route of every path that is nobody's: paths are strangers' text."""


def route_of(path: str, routes: Collection[str]) -> str:
    """The route of a path, its ids as stars; `other` where it is none of these.

    >>> route_of("/v1/invoices/inv_1/issue", {"/v1/invoices/*/issue"})
    '/v1/invoices/*/issue'
    """
    if path in routes:
        return path
    parts = path[:200].rstrip("/").split("/")[1:]
    starred = ("*" if place and place % 2 == 0 else part for place, part in enumerate(parts))
    route = "/" + "/".join(starred)
    return route if route in routes else OTHER


def observed(app: App, metrics: Metrics, routes: Collection[str]) -> App:
    """The application, observed; its answers get an `X-Request-Id` and are else as they were.

    The id is the caller's own where it sent one of 1 to 64 letters, digits, `.`, `_` or `-`.
    """
    known = frozenset(routes)

    async def watching(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        started, seen = perf_counter(), [0]
        request_id = _request_id(scope)

        async def noting(event: Any) -> None:
            if event["type"] == "http.response.start":
                seen[0] = event["status"]
                event = {**event, "headers": [*event["headers"], (b"x-request-id", request_id)]}
            await send(event)

        try:
            await app(scope, receive, noting)
        finally:
            seconds, route = perf_counter() - started, route_of(scope["path"], known)
            metrics.answered(route, seen[0], seconds)
            if _log.isEnabledFor(logging.INFO):
                _log.info(
                    "answered",
                    extra={
                        "method": scope["method"],
                        "route": route,
                        "status": seen[0],
                        "milliseconds": round(seconds * 1000, 3),
                        "request_id": request_id.decode(),
                    },
                )

    return watching


def _request_id(scope: Scope) -> bytes:
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _REQUEST_ID.fullmatch(value):
            given: bytes = value
            return given
    return secrets.token_hex(8).encode()
