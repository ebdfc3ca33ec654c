"""The dialect: which version, whose token, what serves it, and how what went wrong is worded."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from billhook_adapters.http.core.authentication import Bearers
from billhook_adapters.http.core.batched_service import BatchedService
from billhook_adapters.http.core.exchange import LOST, Request, Response
from billhook_adapters.http.core.vendor_api import Trouble, VendorApi
from billhook_adapters.http.highlevel.errors import (
    BUSY,
    NO_VERSION,
    SERVER_ERROR,
    TOO_LARGE,
    UNAUTHORIZED,
    WRONG_VERSION,
    refusing,
)
from billhook_adapters.http.highlevel.request import AuthenticatedRequest
from billhook_adapters.http.highlevel.routes.invoices import endpoint
from billhook_adapters.http.highlevel.schemas.fields import InvalidRequestError
from billhook_adapters.system.api_keys import Keyring

VERSIONS = frozenset({"v3", "2023-02-21", "2021-07-28", "2021-04-15"})
"""What the `Version` header may say: all that the vendor has published."""

_TROUBLES: Mapping[Trouble, Response] = MappingProxyType(
    {
        Trouble.TOO_LARGE: refusing(413, TOO_LARGE),
        Trouble.LOST: refusing(400, LOST),
        Trouble.BUSY: refusing(429, BUSY),
        Trouble.BROKEN: refusing(500, SERVER_ERROR),
    }
)


class HighLevelApi(VendorApi):
    """Serves the vendor's API below `/invoices`.

    With `charging` an enabled autoPayment is kept: somebody is there who charges it.
    """

    def __init__(self, batched: BatchedService, keys: Keyring, *, charging: bool = False) -> None:
        self._batched, self._callers = batched, Bearers(keys, batched)
        self._charging = charging

    async def serve(self, call: Request) -> Response:
        """What the vendor would answer."""
        serve = endpoint(call)
        if serve is None:
            path = "/".join(("", *call.path))[:200]
            return refusing(404, f"Cannot {call.method} {path}")
        version = call.header(b"version")
        if version is None:
            return refusing(401, NO_VERSION)
        if version.strip() not in VERSIONS:
            return refusing(401, WRONG_VERSION)
        tenancy = await self._callers.tenancy(call.header(b"authorization"))
        if tenancy is None:
            return refusing(401, UNAUTHORIZED)
        try:
            return await serve(
                AuthenticatedRequest(tenancy, call, self._batched, charging=self._charging)
            )
        except InvalidRequestError as refused:
            return refusing(refused.status, refused.told)

    def troubled(self, trouble: Trouble) -> Response:
        """How the vendor words it."""
        return _TROUBLES[trouble]
