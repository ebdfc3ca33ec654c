"""HighLevel's API: its registration, and the application that serves it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from billhook.model.account import AccountPolicy
from billhook_adapters.http.core.authentication import Authentication
from billhook_adapters.http.core.http_api import HttpApi, RequestFailure
from billhook_adapters.http.core.request import Request
from billhook_adapters.http.core.response import Response
from billhook_adapters.http.core.vendor_api import ApiContext, VendorApi
from billhook_adapters.http.highlevel.access_tokens import Tenancies
from billhook_adapters.http.highlevel.errors import (
    BUSY,
    NO_VERSION,
    SERVER_ERROR,
    TOO_LARGE,
    UNAUTHORIZED,
    UNAVAILABLE,
    WRONG_VERSION,
    error_response,
    invalid_response,
)
from billhook_adapters.http.highlevel.request import AuthenticatedRequest
from billhook_adapters.http.highlevel.routes import TEMPLATES, endpoint, unauthenticated_endpoint
from billhook_adapters.http.highlevel.schemas.fields import InvalidRequestError
from billhook_adapters.http.highlevel.webhooks import WEBHOOK_FORMAT

VERSIONS = frozenset({"v3", "2023-02-21", "2021-07-28", "2021-04-15"})
"""The `Version` headers that are accepted: all that the vendor has published."""

OTHER_RESOURCES = frozenset(
    {
        "ad-publishing", "affiliate-manager", "agent-studio", "associations", "blogs",
        "brand-boards", "businesses", "calendars", "campaigns", "chat-widget", "companies",
        "conversation-ai", "conversations", "courses", "custom-fields", "custom-menus",
        "emails", "forms", "funnels", "knowledge-bases", "links", "locations", "marketplace",
        "medias", "objects", "opportunities", "phone-system",
        "proposals", "saas", "saas-api", "snapshots", "social-media-posting", "store", "surveys",
        "voice-ai", "workflows",
    }
)  # fmt: skip
"""The resources of the vendor's API, by its SDK's paths, of which none is served."""

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


API = VendorApi(
    name="highlevel",
    application=HighLevelApi,
    routes=lambda: TEMPLATES,
    error_response=error_response,
    authentication=Authentication.LOCATION_TOKEN,
    other_segments=OTHER_RESOURCES,
    webhook_formats={"highlevel": WEBHOOK_FORMAT},
    account_policy=AccountPolicy(number_prefix="", number_width=1),
)
"""HighLevel's Invoices API. Its accounts number their invoices 1, 2, 3."""
