"""What the faces of all vendors do alike: one request in, one answer out, and no trouble told."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from enum import Enum

from billhook_adapters.http.core.batcher import Overloaded
from billhook_adapters.http.core.exchange import (
    Answer,
    Call,
    Gone,
    Lost,
    Receive,
    Scope,
    Send,
    TooLarge,
    called,
    reply,
)
from billhook_adapters.system.error_kinds import kind

_log = logging.getLogger(__name__)


class Trouble(Enum):
    """What may go wrong with a request whoever the vendor is."""

    TOO_LARGE = 413
    LOST = 400
    BUSY = 429
    BROKEN = 500


class Face(ABC):
    """One vendor's API as a plain ASGI application: no framework's routes."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        call = called(scope, receive)
        try:
            given = await self._answered(call)
        except Gone:
            return
        await reply(send, given, head=call.method == "HEAD")

    @abstractmethod
    async def serve(self, call: Call) -> Answer:
        """What the vendor would answer."""

    @abstractmethod
    def troubled(self, trouble: Trouble) -> Answer:
        """How the vendor words it."""

    async def _answered(self, call: Call) -> Answer:
        try:
            return await self.serve(call)
        except TooLarge:
            return self.troubled(Trouble.TOO_LARGE)
        except Lost:
            return self.troubled(Trouble.LOST)
        except Overloaded:
            return self.troubled(Trouble.BUSY)
        except Gone:
            raise
        except Exception as bug:  # noqa: BLE001  # whatever it is, the caller gets an envelope
            # The kind alone: an error's own words may quote a row or a header.
            _log.error("a request failed: %s", kind(bug))
            return self.troubled(Trouble.BROKEN)
