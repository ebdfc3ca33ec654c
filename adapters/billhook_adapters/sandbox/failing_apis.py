"""Lets the APIs of a sandbox fail as it was requested: they themselves, or a proxy before them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, MutableMapping
from http import HTTPStatus
from typing import Any

from billhook_adapters.http.core.asgi import App, Receive, Scope, Send
from billhook_adapters.http.core.failures import RequestFailure
from billhook_adapters.http.core.response import Response, send_response
from billhook_adapters.sandbox.faults import Fault, FaultKind, Faults
from billhook_adapters.sandbox.request_log import FAULT

LONGEST_SILENCE = 120
"""Seconds; then a client that still waits for `no_answer` gets a 504."""

Words = Callable[[Scope, RequestFailure], Response]
"""The response of the API of a request to a failure."""


def failing(app: App, faults: Faults, is_api: Callable[[Scope], bool], words: Words) -> App:
    """An application of which each request to an API may meet a fault."""

    async def served(scope: Scope, receive: Receive, send: Send) -> None:
        fault = None
        if scope["type"] == "http" and is_api(scope):
            fault = faults.of_request(scope["method"], scope["path"])
        if fault is None:
            await app(scope, receive, send)
            return
        scope.setdefault("state", {})[FAULT] = fault.fault
        await _fail(fault, app, words, scope, receive, send)

    return served


async def _fail(
    fault: Fault, app: App, words: Words, scope: Scope, receive: Receive, send: Send
) -> None:
    is_head = scope["method"] == "HEAD"
    match fault.fault:
        case FaultKind.SLOW:
            await app(scope, receive, _late(send, fault.seconds))
        case FaultKind.ANSWER_LOST:
            await app(scope, receive, _ignored)
            await send_response(send, _from_a_proxy(HTTPStatus.GATEWAY_TIMEOUT), head=is_head)
        case FaultKind.NO_ANSWER:
            await _wait_for_the_client(receive)
            # No one is left to read it, but the server requires an answer.
            await send_response(send, _from_a_proxy(HTTPStatus.GATEWAY_TIMEOUT), head=is_head)
        case _:
            await _discard(receive)
            await send_response(send, _instead(fault, words, scope), head=is_head)


def _instead(fault: Fault, words: Words, scope: Scope) -> Response:
    if fault.fault is FaultKind.BAD_GATEWAY:
        return _from_a_proxy(HTTPStatus.BAD_GATEWAY)
    if fault.fault is FaultKind.GATEWAY_TIMEOUT:
        return _from_a_proxy(HTTPStatus.GATEWAY_TIMEOUT)
    if fault.fault is FaultKind.SERVER_ERROR:
        return words(scope, RequestFailure.SERVER_ERROR)
    response = words(scope, RequestFailure.RATE_LIMITED)
    wait = (b"retry-after", str(fault.seconds).encode())
    headers = [one for one in response.headers if one[0] != b"retry-after"]
    return response._replace(headers=(*headers, wait))


def _from_a_proxy(status: HTTPStatus) -> Response:
    """A page of a proxy: no JSON, which clients must bear."""
    title = f"{status.value} {status.phrase}"
    page = f"<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>\n"
    return Response(status.value, page.encode(), media_type=b"text/html")


def _late(send: Send, seconds: int) -> Send:
    async def sent(event: MutableMapping[str, Any]) -> None:
        if event["type"] == "http.response.start":
            await asyncio.sleep(seconds)
        await send(event)

    return sent


async def _ignored(_: MutableMapping[str, Any]) -> None:
    """What a client does not get."""


async def _wait_for_the_client(receive: Receive) -> None:
    try:
        async with asyncio.timeout(LONGEST_SILENCE):
            while (await receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        return


async def _discard(receive: Receive) -> None:
    while True:
        event = await receive()
        if event["type"] == "http.disconnect" or not event.get("more_body"):
            return
