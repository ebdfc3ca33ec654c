"""The native API: its registration; the application is imported only where it is served."""

from __future__ import annotations

from collections.abc import Collection

from billhook.lifecycle.errors import DomainError
from billhook_adapters.http.core.asgi import App
from billhook_adapters.http.core.authentication import Authentication
from billhook_adapters.http.core.mounts import Mount
from billhook_adapters.http.core.response import Response
from billhook_adapters.http.core.vendor_api import ApiContext, VendorApi
from billhook_adapters.http.native.webhooks import WEBHOOK_FORMAT


def _application(context: ApiContext) -> App:
    from billhook_adapters.http.native.application import native_application

    return native_application(context.batched, context.keys, context.ids)


def _routes() -> Collection[str]:
    from billhook_adapters.http.native.application import TEMPLATES

    return TEMPLATES


def _error_response(error: DomainError) -> Response:
    from billhook_adapters.http.native.errors import problem_of

    return problem_of(error).response()


API = VendorApi(
    name="native",
    application=_application,
    routes=_routes,
    error_response=_error_response,
    authentication=Authentication.API_KEY,
    mount=Mount(prefix="/api"),
    owns_mount=True,
    webhook_formats={"native": WEBHOOK_FORMAT},
)
"""billhook's own API: every operation and query, in the domain's terms."""
