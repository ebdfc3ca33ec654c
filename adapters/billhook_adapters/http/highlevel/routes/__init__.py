"""HighLevel's routes, one resource a module, and the table that finds the one of a request."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from billhook_adapters.http.core.request import Request
from billhook_adapters.http.highlevel.request import Endpoint
from billhook_adapters.http.highlevel.routes import invoices, payments, sending, settings

ROUTES: Mapping[tuple[str, ...], Endpoint] = MappingProxyType(
    {
        ("POST",): invoices.create_invoice,
        ("GET",): invoices.list_invoices,
        ("GET", "generate-invoice-number"): settings.upcoming_number,
        ("GET", "settings"): settings.show_settings,
        ("POST", "text2pay"): sending.text_to_pay,
        ("PATCH", "stats", "last-visited-at"): invoices.record_view,
        ("GET", "*"): invoices.get_invoice,
        ("PUT", "*"): invoices.update_invoice,
        ("DELETE", "*"): invoices.delete_invoice,
        ("POST", "*", "send"): sending.send_invoice,
        ("POST", "*", "record-payment"): payments.record_payment,
        ("POST", "*", "void"): invoices.void_invoice,
        ("PATCH", "*", "late-fees-configuration"): invoices.update_late_fees,
    }
)
"""The endpoint of a method and a path below `/invoices`; a word of the vendor's wins over an id."""

NOT_IDS = frozenset({"schedule", "template", "estimate"})
"""Other resources of the vendor's below `/invoices`, of which none is served: no invoice's ids."""

TEMPLATES = frozenset("/".join(("/invoices", *path)) for _, *path in ROUTES)
"""The paths that are served, their ids as stars."""


def endpoint(request: Request) -> Endpoint | None:
    """The endpoint of a request; None where the vendor has none. A last slash is ignored."""
    if request.path[:1] != ("invoices",):
        return None
    path = request.path[1:]
    if path and path[0] in NOT_IDS:
        return None
    if path and path[-1] == "":
        path = path[:-1]
    found = ROUTES.get((request.method, *path))
    if found is not None or not path or "*" in path:
        return found
    return ROUTES.get((request.method, "*", *path[1:]))
