"""The one judge of request bodies: every API, route and method reads them through it.

A body that is declared too large is refused unread; one in chunks is counted while it arrives. No
response leaves before its request's body has been judged, also where nothing reads that body.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, MutableMapping
from typing import Any

from billhook_adapters.http.core.asgi import Receive, Scope, Send
from billhook_adapters.http.core.failures import RequestFailedError, RequestFailure
from billhook_adapters.http.core.response import Response, send_response

LARGEST_BODY = 1024 * 1024
"""Bytes; a longer body is not read."""

FAILURE = "billhook.failure"
"""In the `state` of a scope: the `RequestFailure` by which the server broke the request off."""

CLOSE = (b"connection", b"close")


class ClientDisconnectedError(Exception):
    """The client closed the connection before its request was complete."""


def failure_in(scope: Scope) -> RequestFailure | None:
    """The failure by which the server broke a request off."""
    found: RequestFailure | None = scope.get("state", {}).get(FAILURE)
    return found


def declared_length(headers: Iterable[tuple[bytes, bytes]]) -> int | None:
    """The length of a body as its headers declare it; None where it comes in chunks.

    >>> declared_length([(b"content-length", b"2")]), declared_length([])
    (2, 0)
    """
    length = 0
    for name, value in headers:
        if name == b"transfer-encoding":
            return None
        if name == b"content-length" and value.isdigit():
            length = int(value[:20])
    return length


class BoundedBody:
    """Receives the body of one request, at most `LARGEST_BODY` bytes of it.

    Raises RequestFailedError where it is longer, or the server broke the request off.
    """

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self._scope, self._receive = scope, receive
        self._length = declared_length(scope["headers"])
        self._received = 0
        self._complete, self._failed = self._length == 0, False

    @property
    def is_empty(self) -> bool:
        """Whether there is none, by the headers."""
        return self._length == 0

    @property
    def failure(self) -> RequestFailure | None:
        """Why the request cannot be served, as far as it is known before its body is received."""
        too_large = self._length is not None and self._length > LARGEST_BODY
        return RequestFailure.BODY_TOO_LARGE if too_large else failure_in(self._scope)

    async def __call__(self) -> MutableMapping[str, Any]:
        """The next event of the request."""
        self._raise(self.failure)
        event = await self._receive()
        self._raise(failure_in(self._scope))
        if event["type"] == "http.request":
            self._received += len(event.get("body", b""))
            if self._received > LARGEST_BODY:
                self._raise(RequestFailure.BODY_TOO_LARGE)
            self._complete = not event.get("more_body")
        return event

    def judged(self, send: Send, refused: Callable[[RequestFailure], Response]) -> Send:
        """`send`, which first receives what is left of the body and keeps none of it.

        Where that fails, `refused` makes the response that is sent instead.
        """
        is_replaced = False

        async def sent(event: MutableMapping[str, Any]) -> None:
            nonlocal is_replaced
            if event["type"] == "http.response.start" and not self._complete:
                try:
                    if not (self._failed or self._is_awaiting_consent):
                        await self._discard()
                except RequestFailedError as error:
                    is_replaced = True
                    await send_response(send, refused(error.failure), close=True)
                except ClientDisconnectedError:
                    is_replaced = True
                if not self._complete:  # what is left of it is no next request
                    event["headers"] = [*event.get("headers", ()), CLOSE]
            if not is_replaced:
                await send(event)

        return sent

    @property
    def _is_awaiting_consent(self) -> bool:
        # To receive would be to ask the client for a body that is of no use any more.
        headers = self._scope["headers"]
        return self._received == 0 and any(name == b"expect" for name, _ in headers)

    async def _discard(self) -> None:
        while not self._complete:
            if (await self())["type"] == "http.disconnect":
                raise ClientDisconnectedError

    def _raise(self, failure: RequestFailure | None) -> None:
        if failure is not None:
            self._failed = True
            raise RequestFailedError(failure)
