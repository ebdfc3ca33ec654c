"""HighLevel's routes, one resource a module, and the table that finds the one of a request."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

from billhook_adapters.http.core.request import Request
from billhook_adapters.http.core.response import Response
from billhook_adapters.http.core.vendor_api import ApiContext
from billhook_adapters.http.highlevel.access_tokens import Tenancies
from billhook_adapters.http.highlevel.request import Endpoint
from billhook_adapters.http.highlevel.routes import (
    contacts,
    invoices,
    oauth,
    payments,
    prices,
    products,
    sending,
    settings,
    transactions,
    users,
)

ROUTES: Mapping[tuple[str, ...], Endpoint] = MappingProxyType(
    {
        ("POST", "invoices"): invoices.create_invoice,
        ("GET", "invoices"): invoices.list_invoices,
        ("GET", "invoices", "generate-invoice-number"): settings.upcoming_number,
        ("GET", "invoices", "settings"): settings.show_settings,
        ("POST", "invoices", "text2pay"): sending.text_to_pay,
        ("PATCH", "invoices", "stats", "last-visited-at"): invoices.record_view,
        ("GET", "invoices", "*"): invoices.get_invoice,
        ("PUT", "invoices", "*"): invoices.update_invoice,
        ("DELETE", "invoices", "*"): invoices.delete_invoice,
        ("POST", "invoices", "*", "send"): sending.send_invoice,
        ("POST", "invoices", "*", "record-payment"): payments.record_payment,
        ("POST", "invoices", "*", "void"): invoices.void_invoice,
        ("PATCH", "invoices", "*", "late-fees-configuration"): invoices.update_late_fees,
        ("POST", "contacts"): contacts.create_contact,
        ("GET", "contacts"): contacts.list_contacts,
        ("POST", "contacts", "upsert"): contacts.upsert_contact,
        ("POST", "contacts", "search"): contacts.search_contacts,
        ("GET", "contacts", "search", "duplicate"): contacts.find_duplicate,
        ("GET", "contacts", "*"): contacts.get_contact,
        ("PUT", "contacts", "*"): contacts.update_contact,
        ("DELETE", "contacts", "*"): contacts.delete_contact,
        ("POST", "contacts", "*", "tags"): contacts.add_tags,
        ("DELETE", "contacts", "*", "tags"): contacts.remove_tags,
        ("GET", "payments", "transactions"): transactions.list_transactions,
        ("GET", "payments", "transactions", "*"): transactions.get_transaction,
        ("GET", "payments", "orders"): transactions.list_orders,
        ("GET", "payments", "orders", "*"): transactions.get_order,
        ("POST", "products"): products.create_product,
        ("GET", "products"): products.list_products,
        ("GET", "products", "*"): products.get_product,
        ("PUT", "products", "*"): products.update_product,
        ("DELETE", "products", "*"): products.delete_product,
        ("POST", "products", "*", "price"): prices.create_price,
        ("GET", "products", "*", "price"): prices.list_prices,
        ("GET", "products", "*", "price", "*"): prices.get_price,
        ("PUT", "products", "*", "price", "*"): prices.update_price,
        ("DELETE", "products", "*", "price", "*"): prices.delete_price,
        ("GET", "users"): users.list_users,
        ("GET", "users", "search"): users.search_users,
        ("GET", "users", "*"): users.get_user,
    }
)
"""The endpoint of a method and a path; a word of the vendor's wins over an id."""

UnauthenticatedEndpoint = Callable[[Request, ApiContext, Tenancies], Awaitable[Response]]

UNAUTHENTICATED: Mapping[tuple[str, ...], UnauthenticatedEndpoint] = MappingProxyType(
    {
        ("POST", "oauth", "token"): oauth.issue_token,
        ("POST", "oauth", "locationToken"): oauth.issue_location_token,
        ("POST", "oauth", "location-token"): oauth.issue_location_token,
    }
)
"""The endpoints by which a client gets its token; their requests need no Version either."""

NOT_IDS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "invoices": frozenset({"schedule", "template", "estimate"}),
        "contacts": frozenset({"upsert", "search", "business", "bulk"}),
        "products": frozenset({"bulk-update", "collections", "inventory", "reviews", "store"}),
        "users": frozenset({"search"}),
    }
)
"""Words of the vendor's below a resource that are no ids: what is not served there is unknown."""

TEMPLATES = frozenset("/".join(("", *path)) for _, *path in (*ROUTES, *UNAUTHENTICATED))
"""The paths that are served, their ids as stars."""


def endpoint(request: Request) -> Endpoint | None:
    """The endpoint of a request; None where the vendor has none. A last slash is ignored."""
    path = _path(request)
    found = ROUTES.get((request.method, *path))
    if found is not None or len(path) < 2 or "*" in path:
        return found
    resource, word, *rest = path
    if word in NOT_IDS.get(resource, ()):
        return None
    if resource == "payments":
        return ROUTES.get((request.method, resource, word, *("*" for _ in rest)))
    last = ("*",) if len(rest) == 2 else rest[1:]
    return ROUTES.get((request.method, resource, "*", *rest[:1], *last))


def unauthenticated_endpoint(request: Request) -> UnauthenticatedEndpoint | None:
    """The endpoint of a request for a token; None for every other."""
    if request.path[:1] != ("oauth",):
        return None
    return UNAUTHENTICATED.get((request.method, *_path(request)))


def _path(request: Request) -> tuple[str, ...]:
    return request.path[:-1] if request.path[1:] and request.path[-1] == "" else request.path
