"""The application that serves Razorpay's API."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from billhook.application.ports import Ids
from billhook_adapters.http.core.authentication import Callers
from billhook_adapters.http.core.batched_service import BatchedService
from billhook_adapters.http.core.http_api import HttpApi, RequestFailure
from billhook_adapters.http.core.request import Request
from billhook_adapters.http.core.response import Response
from billhook_adapters.http.razorpay.errors import (
    BUSY,
    NOT_JSON,
    SERVER_ERROR,
    TOO_LARGE,
    UNAUTHORIZED,
    UNKNOWN_ROUTE,
    invalid_response,
    server_error_response,
)
from billhook_adapters.http.razorpay.request import AuthenticatedRequest, MediaTypeError
from billhook_adapters.http.razorpay.routes import TEMPLATES, endpoint
from billhook_adapters.http.razorpay.schemas.fields import InvalidRequestError

_FAILURES: Mapping[RequestFailure, Response] = MappingProxyType(
    {
        RequestFailure.BODY_TOO_LARGE: invalid_response(TOO_LARGE, status=413),
        RequestFailure.OVERLOADED: invalid_response(BUSY, status=429),
        RequestFailure.UNAVAILABLE: server_error_response(SERVER_ERROR, 503),
        RequestFailure.SERVER_ERROR: server_error_response(SERVER_ERROR),
    }
)


class RazorpayApi(HttpApi):
    """Serves the vendor's API below `/v1`."""

    routes = TEMPLATES

    def __init__(self, batched: BatchedService, callers: Callers, ids: Ids) -> None:
        self._batched, self._callers, self._ids = batched, callers, ids

    async def serve(self, request: Request) -> Response:
        """The response of the vendor's API."""
        serve = endpoint(request)
        if serve is None:
            return invalid_response(UNKNOWN_ROUTE)
        account = await self._callers.account(request.header(b"authorization"))
        if account is None:
            return invalid_response(UNAUTHORIZED, status=401)
        await request.body()  # judged before anything is changed
        try:
            return await serve(AuthenticatedRequest(account, request, self._batched, self._ids))
        except InvalidRequestError as invalid:
            return invalid_response(str(invalid), field=invalid.field)
        except MediaTypeError:
            return invalid_response(NOT_JSON, status=415)

    def failed(self, failure: RequestFailure) -> Response:
        """The response to a failure, in the vendor's envelope."""
        own = _FAILURES.get(failure)
        return own or invalid_response(failure.detail, status=failure.status)
