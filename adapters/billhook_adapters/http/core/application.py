"""The one ASGI application; each face has a prefix of its own, and the vendor's the rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from billhook.application.service import InvoiceService
from billhook_adapters.http.core.authentication import Callers
from billhook_adapters.http.core.batched_service import BatchedService
from billhook_adapters.http.core.exchange import App, Receive, Scope, Send
from billhook_adapters.http.razorpay.api import RazorpayApi
from billhook_adapters.system.api_keys import Keyring

NONE: Mapping[str, App] = MappingProxyType({})


def build_app(
    service: InvoiceService,
    keys: Keyring,
    *,
    apis: Callable[[BatchedService], Mapping[str, App]] = lambda _: NONE,
    started: Callable[[], None] = lambda: None,
    stopped: Callable[[], None] = lambda: None,
    writer_threads: int = 0,
    together: bool = True,
    decided: Callable[[int], None] = lambda _: None,
) -> App:
    """The application over a desk; callers are who their API keys say.

    `apis` makes the faces beside the vendor's, by prefix such as `/api`. `started` and `stopped`
    are called when the server starts and when it has drained. Commands are decided on the loop's
    own thread, or in so many `writer_threads` beside it. With `together` False every request
    is a transaction of its own; `decided` hears how many commands each transaction had.
    """
    batched = BatchedService(
        service, writer_threads=writer_threads, together=together, decided=decided
    )
    vendor, beside = RazorpayApi(batched, Callers(keys, batched)), apis(batched)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            path: str = scope["path"]
            for prefix, api in beside.items():
                if path == prefix or path.startswith(f"{prefix}/"):
                    root = scope.get("root_path", "") + prefix
                    await api({**scope, "root_path": root}, receive, send)
                    return
            await vendor(scope, receive, send)
        elif scope["type"] == "lifespan":
            await _live(receive, send, started, stopped)

    return app


async def _live(
    receive: Receive, send: Send, started: Callable[[], None], stopped: Callable[[], None]
) -> None:
    while True:
        event = await receive()
        if event["type"] == "lifespan.startup":
            started()
            await send({"type": "lifespan.startup.complete"})
        else:
            stopped()
            await send({"type": "lifespan.shutdown.complete"})
            return
