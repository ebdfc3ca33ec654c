"""HighLevel's API: its registration; what serves it is imported only where it is served."""

from __future__ import annotations

from collections.abc import Collection

from billhook.lifecycle.errors import DomainError
from billhook.model.account import AccountPolicy
from billhook_adapters.http.core.asgi import App
from billhook_adapters.http.core.authentication import Authentication
from billhook_adapters.http.core.response import Response
from billhook_adapters.http.core.vendor_api import ApiContext, VendorApi
from billhook_adapters.http.highlevel.webhooks import WEBHOOK_FORMAT

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


def _application(context: ApiContext) -> App:
    from billhook_adapters.http.highlevel.application import HighLevelApi

    return HighLevelApi(context)


def _routes() -> Collection[str]:
    from billhook_adapters.http.highlevel.routes import TEMPLATES

    return TEMPLATES


def _error_response(error: DomainError) -> Response:
    from billhook_adapters.http.highlevel.errors import error_response

    return error_response(error)


API = VendorApi(
    name="highlevel",
    application=_application,
    routes=_routes,
    error_response=_error_response,
    authentication=Authentication.LOCATION_TOKEN,
    other_segments=OTHER_RESOURCES,
    webhook_formats={"highlevel": WEBHOOK_FORMAT},
    account_policy=AccountPolicy(number_prefix="", number_width=1),
)
"""HighLevel's Invoices API. Its accounts number their invoices 1, 2, 3."""
