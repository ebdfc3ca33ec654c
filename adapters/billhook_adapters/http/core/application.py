"""The ASGI application of a service: what serves its requests, and its lifespan."""

from __future__ import annotations

from asyncio import to_thread
from collections.abc import Callable

from billhook_adapters.http.core.asgi import App, Receive, Scope, Send


def build_app(
    serve: App,
    *,
    started: Callable[[], None] = lambda: None,
    stopped: Callable[[], None] = lambda: None,
) -> App:
    """The application that serves requests by `serve`, usually a `MountTable`.

    `started` is called when the server starts; `stopped` when it has drained, in a thread.
    """

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await serve(scope, receive, send)
        elif scope["type"] == "lifespan":
            await _lifespan(receive, send, started, stopped)

    return app


async def _lifespan(
    receive: Receive, send: Send, started: Callable[[], None], stopped: Callable[[], None]
) -> None:
    while True:
        event = await receive()
        if event["type"] == "lifespan.startup":
            started()
            await send({"type": "lifespan.startup.complete"})
        else:
            await to_thread(stopped)  # it waits for threads that may still need the loop
            await send({"type": "lifespan.shutdown.complete"})
            return
