"""The dialect: who asks, what serves it, and how what went wrong is worded."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from billhook_adapters.http.core.authentication import Callers
from billhook_adapters.http.core.batched_service import BatchedService
from billhook_adapters.http.core.exchange import LOST, Request, Response
from billhook_adapters.http.core.vendor_api import Trouble, VendorApi
from billhook_adapters.http.razorpay.errors import (
    BUSY,
    NOT_JSON,
    SERVER_ERROR,
    TOO_LARGE,
    UNAUTHORIZED,
    UNKNOWN_ROUTE,
    broken,
    refusing,
)
from billhook_adapters.http.razorpay.parsing import MediaTypeError
from billhook_adapters.http.razorpay.request import AuthenticatedRequest
from billhook_adapters.http.razorpay.routes.invoices import endpoint
from billhook_adapters.http.razorpay.schemas.fields import InvalidRequestError

_TROUBLES: Mapping[Trouble, Response] = MappingProxyType(
    {
        Trouble.TOO_LARGE: refusing(TOO_LARGE, status=413),
        Trouble.LOST: refusing(LOST),
        Trouble.BUSY: refusing(BUSY, status=429),
        Trouble.BROKEN: broken(SERVER_ERROR),
    }
)


class RazorpayApi(VendorApi):
    """Serves the vendor's API below `/v1`."""

    def __init__(self, batched: BatchedService, callers: Callers) -> None:
        self._batched, self._callers = batched, callers

    async def serve(self, call: Request) -> Response:
        """What the vendor would answer."""
        serve = endpoint(call)
        if serve is None:
            return refusing(UNKNOWN_ROUTE)
        account = await self._callers.account(call.header(b"authorization"))
        if account is None:
            return refusing(UNAUTHORIZED, status=401)
        try:
            return await serve(AuthenticatedRequest(account, call, self._batched))
        except InvalidRequestError as refused:
            return refusing(str(refused), field=refused.field)
        except MediaTypeError:
            return refusing(NOT_JSON, status=415)

    def troubled(self, trouble: Trouble) -> Response:
        """How the vendor words it."""
        return _TROUBLES[trouble]
