"""The application that serves HighLevel's API."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from billhook_adapters.http.core.http_api import HttpApi, RequestFailure
from billhook_adapters.http.core.request import Request
from billhook_adapters.http.core.response import Response
from billhook_adapters.http.core.vendor_api import ApiContext
from billhook_adapters.http.highlevel.access_tokens import Tenancies
from billhook_adapters.http.highlevel.errors import (
    BUSY,
    NO_VERSION,
    SERVER_ERROR,
    TOO_LARGE,
    UNAUTHORIZED,
    UNAVAILABLE,
    WRONG_VERSION,
    invalid_response,
)
from billhook_adapters.http.highlevel.request import AuthenticatedRequest
from billhook_adapters.http.highlevel.routes import TEMPLATES, endpoint, unauthenticated_endpoint
from billhook_adapters.http.highlevel.schemas.fields import InvalidRequestError

VERSIONS = frozenset({"v3", "2023-02-21", "2021-07-28", "2021-04-15"})
"""The `Version` headers that are accepted: all that the vendor has published."""

_FAILURES: Mapping[RequestFailure, Response] = MappingProxyType(
    {
        RequestFailure.BODY_TOO_LARGE: invalid_response(413, TOO_LARGE),
        RequestFailure.OVERLOADED: invalid_response(429, BUSY),
        RequestFailure.UNAVAILABLE: invalid_response(503, UNAVAILABLE),
        RequestFailure.SERVER_ERROR: invalid_response(500, SERVER_ERROR),
    }
)


class HighLevelApi(HttpApi):
    """Serves the vendor's invoices, and what their clients use beside them."""

    routes = TEMPLATES

    def __init__(self, context: ApiContext) -> None:
        self._context = context
        self._tenancies = Tenancies(context)

    async def serve(self, request: Request) -> Response:
        """The response of the vendor's API."""
        open_to_all = unauthenticated_endpoint(request)
        if open_to_all is not None:
            try:
                return await open_to_all(request, self._context, self._tenancies)
            except InvalidRequestError as invalid:
                return invalid_response(invalid.status, invalid.message)
        serve = endpoint(request)
        if serve is None:
            path = "/".join(("", *request.path))[:200]
            return invalid_response(404, f"Cannot {request.method} {path}")
        version = request.header(b"version")
        if version is None:
            return invalid_response(401, NO_VERSION)
        if version.strip() not in VERSIONS:
            return invalid_response(401, WRONG_VERSION)
        tenancy = await self._tenancies.tenancy(request.header(b"authorization"))
        if tenancy is None:
            return invalid_response(401, UNAUTHORIZED)
        await request.body()  # judged before anything is changed
        try:
            return await serve(AuthenticatedRequest(tenancy, request, self._context))
        except InvalidRequestError as invalid:
            return invalid_response(invalid.status, invalid.message)

    def failed(self, failure: RequestFailure) -> Response:
        """The response to a failure, in the vendor's envelope."""
        return _FAILURES.get(failure) or invalid_response(failure.status, failure.detail)
