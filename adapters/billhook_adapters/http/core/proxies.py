"""Proxies in front of the service: whose word is taken for the address of a client."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from billhook_adapters.http.core.asgi import App, Receive, Scope, Send
from billhook_adapters.system.optional_dependencies import needs

with needs("http"):
    from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

_log = logging.getLogger(__name__)
_FORWARDED = (b"x-forwarded-for", b"x-forwarded-proto")


class TrustedProxies:
    """Takes the client's address from X-Forwarded-For where a trusted proxy sent the request.

    `proxies` are addresses and networks. Says once in the log that another proxy seems to be in
    front: all clients behind it count as one.
    """

    def __init__(self, app: App, proxies: Sequence[str]) -> None:
        given: Any = app  # ours is ASGI, of which uvicorn has its own, narrower types
        self._app = app
        self._trusting: Any = ProxyHeadersMiddleware(given, list(proxies))
        self._warned = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on one request."""
        if not _is_forwarded(scope):
            await self._app(scope, receive, send)
            return
        client = (scope.get("client") or ("",))[0]
        if not self._warned and client not in self._trusting.trusted_hosts:
            self._warned = True
            _log.warning(
                "a proxy that BILLHOOK_TRUSTED_PROXIES does not name forwards requests: "
                "all clients behind it count as one"
            )
        await self._trusting(scope, receive, send)


def _is_forwarded(scope: Scope) -> bool:
    if scope["type"] != "http":
        return False
    return any(name in _FORWARDED for name, _ in scope["headers"])
