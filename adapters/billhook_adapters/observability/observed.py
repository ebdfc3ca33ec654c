"""Every request counted, timed and written down, without a word of what it said."""

from __future__ import annotations

import re
import secrets
from asyncio import CancelledError
from collections.abc import Collection
from time import perf_counter
from typing import Any

from billhook_adapters.http.core.asgi import App, Receive, Scope, Send
from billhook_adapters.observability.metrics import Metrics
from billhook_adapters.observability.request_log import AnsweredRequest, RequestLog, log_request
from billhook_adapters.observability.routes import Routes, method_of

_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")

GONE, FAILED = 0, 500
"""The status that is noted where no answer began: its caller left, or the application raised."""


def observed(
    app: App, metrics: Metrics, routes: Collection[str], log: RequestLog | None = log_request
) -> App:
    """The application, observed; its answers get an `X-Request-Id` and are else as they were.

    The id is the caller's own where it sent one of 1 to 64 letters, digits, `.`, `_` or `-`.
    Without a `log` nothing is written for a request.
    """
    known = Routes(routes)

    async def watching(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        started, status = perf_counter(), GONE
        request_id = _request_id(scope)

        async def noting(event: Any) -> None:
            nonlocal status
            if event["type"] == "http.response.start":
                status = event["status"]
                headers = [*event.get("headers", ()), (b"x-request-id", request_id)]
                event = {**event, "headers": headers}
            await send(event)

        try:
            await app(scope, receive, noting)
        except CancelledError:
            raise
        except BaseException:
            status = status or FAILED
            raise
        finally:
            seconds, route = perf_counter() - started, known.of(scope["path"])
            metrics.answered(route, status, seconds)
            if log is not None:
                log(
                    AnsweredRequest(
                        method_of(scope["method"]),
                        route,
                        status,
                        round(seconds * 1000, 3),
                        request_id.decode(),
                    )
                )

    return watching


def _request_id(scope: Scope) -> bytes:
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _REQUEST_ID.fullmatch(value):
            given: bytes = value
            return given
    return secrets.token_hex(8).encode()
