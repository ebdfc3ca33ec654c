"""The dialect as one plain ASGI function: version, token, what serves it, and what went wrong."""

from __future__ import annotations

import logging

from billhook_adapters.http.auth import Bearers
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
from billhook_adapters.http.highlevel.asked import Asked
from billhook_adapters.http.highlevel.fields import Refused
from billhook_adapters.http.highlevel.routes import endpoint
from billhook_adapters.http.highlevel.wording import (
    BUSY,
    NO_VERSION,
    SERVER_ERROR,
    TOO_LARGE,
    UNAUTHORIZED,
    WRONG_VERSION,
    refusing,
)
from billhook_adapters.http.lane import Lane
from billhook_adapters.keys import Keyring
from billhook_adapters.kinds import kind

VERSIONS = frozenset({"v3", "2023-02-21", "2021-07-28", "2021-04-15"})
"""What the `Version` header may say: all that the vendor has published."""

_log = logging.getLogger(__name__)


class HighLevelFace:
    """Serves the vendor's API below `/invoices`.

    With `charging` an enabled autoPayment is kept: somebody is there who charges it.
    """

    def __init__(self, lane: Lane, keys: Keyring, *, charging: bool = False) -> None:
        self._lane, self._callers = lane, Bearers(keys, lane)
        self._charging = charging

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
            path = "/".join(("", *call.path))[:200]
            return refusing(404, f"Cannot {call.method} {path}")
        try:
            version = call.header(b"version")
            if version is None:
                return refusing(401, NO_VERSION)
            if version.strip() not in VERSIONS:
                return refusing(401, WRONG_VERSION)
            tenancy = await self._callers.tenancy(call.header(b"authorization"))
            if tenancy is None:
                return refusing(401, UNAUTHORIZED)
            return await serve(Asked(tenancy, call, self._lane, charging=self._charging))
        except Refused as refused:
            return refusing(refused.status, refused.told)
        except TooLarge:
            return refusing(413, TOO_LARGE)
        except Lost:
            return refusing(400, LOST)
        except Overloaded:
            return refusing(429, BUSY)
        except Gone:
            raise
        except Exception as bug:  # noqa: BLE001  # whatever it is, the caller gets an envelope
            # The kind alone: an error's own words may quote a row or a header.

            _log.error("a request failed: %s", kind(bug))
            return refusing(500, SERVER_ERROR)
