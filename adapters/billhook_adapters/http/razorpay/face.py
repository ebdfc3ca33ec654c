"""The dialect as one plain ASGI function: who asks, what serves it, and what went wrong."""

from __future__ import annotations

import logging

from billhook_adapters.http.auth import Callers
from billhook_adapters.http.exchange import (
    LOST,
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
from billhook_adapters.http.gathered import Overloaded
from billhook_adapters.http.lane import Lane
from billhook_adapters.http.razorpay.asked import Asked
from billhook_adapters.http.razorpay.bodies import WrongMediaType
from billhook_adapters.http.razorpay.fields import Refused
from billhook_adapters.http.razorpay.routes import endpoint
from billhook_adapters.http.razorpay.wording import (
    BUSY,
    NOT_JSON,
    SERVER_ERROR,
    TOO_LARGE,
    UNAUTHORIZED,
    UNKNOWN_ROUTE,
    broken,
    refusing,
)
from billhook_adapters.kinds import kind

_log = logging.getLogger(__name__)


class RazorpayFace:
    """Serves the vendor's API below `/v1`."""

    def __init__(self, lane: Lane, callers: Callers) -> None:
        self._lane, self._callers = lane, callers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        call = called(scope, receive)
        try:
            given = await self._answer(call)
        except Gone:
            return
        await reply(send, given, head=call.method == "HEAD")

    async def _answer(self, call: Call) -> Answer:
        serve = endpoint(call)
        if serve is None:
            return refusing(UNKNOWN_ROUTE)
        try:
            account = await self._callers.account(call.header(b"authorization"))
            if account is None:
                return refusing(UNAUTHORIZED, status=401)
            return await serve(Asked(account, call, self._lane))
        except Refused as refused:
            return refusing(str(refused), field=refused.field)
        except TooLarge:
            return refusing(TOO_LARGE, status=413)
        except Lost:
            return refusing(LOST)
        except WrongMediaType:
            return refusing(NOT_JSON, status=415)
        except Overloaded:
            return refusing(BUSY, status=429)
        except Gone:
            raise
        except Exception as bug:  # noqa: BLE001  # whatever it is, the caller gets an envelope
            # The kind alone: an error's own words may quote a row or a header.
            _log.error("a request failed: %s", kind(bug))
            return broken(SERVER_ERROR)
