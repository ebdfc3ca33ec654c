"""uvicorn, as billhook runs it."""

from __future__ import annotations

import gc
import signal
import socket
import sys
from functools import partial
from types import FrameType
from typing import Any

from billhook_adapters.http.core.asgi import App
from billhook_adapters.http.core.connections import Connections
from billhook_adapters.http.core.descriptors import fitted
from billhook_adapters.http.core.limits import DEFAULT_LIMITS, HttpLimits
from billhook_adapters.system.optional_dependencies import needs

with needs("http"):
    import uvicorn
    from uvicorn.supervisors import Multiprocess

    from billhook_adapters.http.core.protocol import BoundedProtocol

SETTINGS: dict[str, Any] = {
    "loop": "auto",  # uvloop where it is installed: the extra brings it
    "ws": "none",
    "lifespan": "on",
    "log_config": None,
    "access_log": False,
    "server_header": False,
    "proxy_headers": False,  # the application trusts the proxies that are set (`proxies`)
    "timeout_graceful_shutdown": 10,
}
"""One place, so that benchmarks and sandbox are served as the service is."""

SWITCH_SECONDS = 0.0005
"""How long a thread may compute while the event loop has something to do; Python's own is 0.005."""


COLLECT_AFTER = 20_000
"""New objects after which the garbage collector looks for cycles; Python's own is 700."""


def set_up_interpreter() -> None:
    """Let Python serve requests: called once, when all that stays has been made.

    The event loop runs soon after a thread began to compute, as lists do; and the garbage
    collector neither looks at what stays nor as often as a script needs it.
    """
    sys.setswitchinterval(SWITCH_SECONDS)
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER, 20, 20)


def listening(host: str, port: int) -> socket.socket:
    """A socket that takes connections; port 0 is any free one. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=2048)


def address(listener: socket.socket) -> str:
    """The URL of a listening socket."""
    host, port, *_ = listener.getsockname()
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def serve(app: App, listener: socket.socket, limits: HttpLimits = DEFAULT_LIMITS) -> None:
    """Serve until SIGTERM or SIGINT; requests in progress are finished first.

    A signal that comes before it serves ends it as well, without having served.
    """
    # Ours is ASGI, of which uvicorn has its own, narrower types.
    given: Any = app
    server = uvicorn.Server(uvicorn.Config(given, **_bounded(limits)))

    def leave(_number: int, _frame: FrameType | None) -> None:
        server.should_exit = True

    # uvicorn drains, then raises the signal again: the caller still has to clean up.
    before = {one: signal.signal(one, leave) for one in (signal.SIGTERM, signal.SIGINT)}
    try:
        server.run(sockets=[listener])
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def serve_by_many(
    application: str, listener: socket.socket, workers: int, limits: HttpLimits = DEFAULT_LIMITS
) -> None:
    """Serve by so many processes, each of which makes the application by this factory's name.

    Each process has these limits for itself.
    """
    config = uvicorn.Config(application, factory=True, workers=workers, **_bounded(limits))
    Multiprocess(config, sockets=[listener]).run()


def _bounded(limits: HttpLimits) -> dict[str, Any]:
    connections = Connections(fitted(limits))
    return {
        **SETTINGS,
        "http": partial(BoundedProtocol, connections),
        "timeout_keep_alive": limits.idle_seconds,
    }
