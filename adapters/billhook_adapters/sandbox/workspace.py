"""A workspace: one sandbox in memory, its snapshots, and how it goes back to one of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

from billhook_adapters.http.core.application import build_app
from billhook_adapters.http.core.asgi import App, Receive, Scope, Send
from billhook_adapters.sandbox.running import Sandbox
from billhook_adapters.sandbox.state import SandboxState

MOST_SNAPSHOTS = 100
"""Snapshots of one workspace."""


class TooManySnapshotsError(Exception):
    """A workspace has as many snapshots as it may have."""


class UnknownSnapshotError(Exception):
    """A workspace has no snapshot of this name."""


class Workspace:
    """Serves a sandbox that `build` makes, and another one each time that it goes back.

    `build` gets the state to begin with, None for the first one. Nothing of the sandbox before is
    left: rows, the clock, faults, what was captured, and the log of requests.
    """

    def __init__(
        self,
        build: Callable[[Workspace, SandboxState | None], Sandbox],
        *,
        starts_at_present: bool = True,
    ) -> None:
        """With `starts_at_present` the time after a reset is the present one."""
        self._build = build
        self.sandbox = build(self, None)
        state = self.sandbox.state()
        self._start_state = replace(state, now=None) if starts_at_present else state
        self._snapshots: dict[str, SandboxState] = {}
        self._changing = asyncio.Lock()
        self.app: App = build_app(self._serve, started=self.start, stopped=self.close)

    @property
    def snapshots(self) -> list[str]:
        """The names of the snapshots, the oldest first."""
        return [*self._snapshots]

    async def reset(self) -> None:
        """Make everything as it was at the start. Snapshots stay."""
        await self._go_back(self._start_state)

    async def save(self, name: str) -> None:
        """Take a snapshot under this name; one that has the name already is replaced.

        Raises TooManySnapshotsError.
        """
        async with self._changing:
            if name not in self._snapshots and len(self._snapshots) >= MOST_SNAPSHOTS:
                raise TooManySnapshotsError
            self._snapshots[name] = await self.sandbox.settled_state()

    async def restore(self, name: str) -> None:
        """Make everything as it was when a snapshot was taken. Raises UnknownSnapshotError."""
        await self._go_back(self._found(name))

    def delete(self, name: str) -> None:
        """Forget a snapshot. Raises UnknownSnapshotError."""
        self._found(name)
        del self._snapshots[name]

    def start(self) -> None:
        """Begin to deliver."""
        if self.sandbox.application.delivering is not None:
            self.sandbox.application.delivering.start()

    def close(self) -> None:
        """Deliver what is begun, and let go of the database."""
        self.sandbox.stop()

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.sandbox.app(scope, receive, send)

    async def _go_back(self, state: SandboxState) -> None:
        async with self._changing:
            # Not on the event loop: a receiver that is being posted to may ask the sandbox first.
            await asyncio.to_thread(self.close)
            self.sandbox = self._build(self, state)
            self.start()

    def _found(self, name: str) -> SandboxState:
        state = self._snapshots.get(name)
        if state is None:
            raise UnknownSnapshotError
        return state
