"""A sandbox that can begin anew while it is served: another application in place of the first."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from billhook_adapters.composition.service import Application
from billhook_adapters.http.core.application import build_app
from billhook_adapters.http.core.asgi import App, Receive, Scope, Send

Reset = Callable[[], Coroutine[Any, Any, None]]
"""Makes everything as it was at the start."""


class ResettableSandbox:
    """Serves an application that `build` makes, and another one after each reset.

    `build` gets the function that resets. Nothing of the old application is left: rows, keys, the
    clock, faults, and what was captured.
    """

    def __init__(self, build: Callable[[Reset], Application]) -> None:
        self._build = build
        self._current = build(self._reset)
        self._resetting = asyncio.Lock()
        self.app: App = build_app(self._serve, started=self._start, stopped=self.close)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._current.app(scope, receive, send)

    async def _reset(self) -> None:
        async with self._resetting:
            # Not on the event loop: a receiver that is being posted to may ask the sandbox first.
            await asyncio.to_thread(self.close)
            self._current = self._build(self._reset)
            self._start()

    def _start(self) -> None:
        if self._current.delivering is not None:
            self._current.delivering.start()

    def close(self) -> None:
        """Deliver what is begun, and let go of the database."""
        if self._current.delivering is not None:
            self._current.delivering.stop()
        self._current.backend.dispose()
