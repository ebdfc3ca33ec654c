"""A sandbox that is built: what serves it, and what it has recorded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from billhook_adapters.composition.service import Application
from billhook_adapters.http.core.asgi import App
from billhook_adapters.http.core.authentication import basic_credentials
from billhook_adapters.memory import InMemoryBackend
from billhook_adapters.sandbox.clock import MovableClock
from billhook_adapters.sandbox.deliveries import deliver_all
from billhook_adapters.sandbox.moves import Moves
from billhook_adapters.sandbox.request_log import RequestLog
from billhook_adapters.sandbox.state import Recorded, SandboxState
from billhook_adapters.system.ids import RandomIds


class Key(NamedTuple):
    """An API key of the sandbox; its secret may have any length."""

    id: str
    secret: str


class Location(NamedTuple):
    """A bearer token of the sandbox, and the location that it opens."""

    token: str
    id: str


class Credentials(NamedTuple):
    """The keys of a sandbox, each with an account of its own, and its locations.

    A location belongs to the account of the key at the same index; further locations have their own
    accounts.
    """

    keys: Sequence[Key]
    locations: Sequence[Location] = ()

    def are_in(self, authorization: str) -> bool:
        """Whether an Authorization header has one of them."""
        known = basic_credentials(authorization)
        if known is not None:
            return any(tuple(known) == tuple(key) for key in self.keys)
        token = authorization.rpartition(" ")[2]
        return any(token == one.token for one in self.locations)


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A sandbox; `app` serves it, with its log of requests and its faults."""

    application: Application
    app: App
    clock: MovableClock
    moves: Moves
    ids: RandomIds
    recorded: Recorded
    log: RequestLog

    async def settled_state(self) -> SandboxState:
        """The state once all that is due is delivered, and not in the middle of a move."""

        def settled() -> SandboxState:
            deliver_all(self.application.background_jobs)
            return self.state()

        return await self.moves.after_moves(settled)

    def stop(self) -> None:
        """Finish what is being sent, and let go of the database."""
        self.moves.stop()
        if self.application.delivering is not None:
            self.application.delivering.stop()
        self.application.backend.dispose()

    def state(self) -> SandboxState:
        """The state now. Raises TypeError where it is not in memory."""
        backend = self.application.backend
        if not isinstance(backend, InMemoryBackend):
            raise TypeError("only a sandbox in memory has a state that can be copied")
        return SandboxState(
            backend.store.rows,
            self.clock.now(),
            self.ids.continued(self.clock),
            self.recorded.copied(),
        )
