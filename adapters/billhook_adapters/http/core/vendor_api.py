"""What the faces of all vendors do alike: one request in, one answer out, and no trouble told."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from enum import Enum

from billhook_adapters.http.core.batcher import OverloadedError
from billhook_adapters.http.core.exchange import (
    BodyTooLargeError,
    ClientDisconnectedError,
    IncompleteBodyError,
    Receive,
    Request,
    Response,
    Scope,
    Send,
    read_request,
    send_response,
)
from billhook_adapters.system.error_kinds import kind

_log = logging.getLogger(__name__)


class Trouble(Enum):
    """What may go wrong with a request whoever the vendor is."""

    TOO_LARGE = 413
    LOST = 400
    BUSY = 429
    BROKEN = 500


class VendorApi(ABC):
    """One vendor's API as a plain ASGI application: no framework's routes."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        call = read_request(scope, receive)
        try:
            given = await self._answered(call)
        except ClientDisconnectedError:
            return
        await send_response(send, given, head=call.method == "HEAD")

    @abstractmethod
    async def serve(self, call: Request) -> Response:
        """What the vendor would answer."""

    @abstractmethod
    def troubled(self, trouble: Trouble) -> Response:
        """How the vendor words it."""

    async def _answered(self, call: Request) -> Response:
        try:
            return await self.serve(call)
        except BodyTooLargeError:
            return self.troubled(Trouble.TOO_LARGE)
        except IncompleteBodyError:
            return self.troubled(Trouble.LOST)
        except OverloadedError:
            return self.troubled(Trouble.BUSY)
        except ClientDisconnectedError:
            raise
        except Exception as bug:  # noqa: BLE001  # whatever it is, the caller gets an envelope
            # The kind alone: an error's own words may quote a row or a header.
            _log.error("a request failed: %s", kind(bug))
            return self.troubled(Trouble.BROKEN)
