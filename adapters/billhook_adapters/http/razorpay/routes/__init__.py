"""Razorpay's routes, one resource a module, and the table that finds the one of a request."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from billhook_adapters.http.core.request import Request
from billhook_adapters.http.razorpay.request import Endpoint
from billhook_adapters.http.razorpay.routes import customers, invoices, items, payments

ROUTES: Mapping[tuple[str, ...], Endpoint] = MappingProxyType(
    {
        ("POST", "invoices"): invoices.create_invoice,
        ("GET", "invoices"): invoices.list_invoices,
        ("GET", "invoices", "*"): invoices.fetch_invoice,
        ("PATCH", "invoices", "*"): invoices.update_invoice,
        ("DELETE", "invoices", "*"): invoices.delete_invoice,
        ("POST", "invoices", "*", "issue"): invoices.issue_invoice,
        ("POST", "invoices", "*", "cancel"): invoices.cancel_invoice,
        ("POST", "invoices", "*", "notify_by", "*"): invoices.notify_payer,
        ("POST", "customers"): customers.create_customer,
        ("GET", "customers"): customers.list_customers,
        ("GET", "customers", "*"): customers.fetch_customer,
        ("PUT", "customers", "*"): customers.edit_customer,
        ("GET", "payments"): payments.list_payments,
        ("GET", "payments", "*"): payments.fetch_payment,
        ("GET", "orders", "*"): payments.fetch_order,
        ("GET", "orders", "*", "payments"): payments.list_payments_of_order,
        ("POST", "items"): items.create_item,
        ("GET", "items"): items.list_items,
        ("GET", "items", "*"): items.fetch_item,
        ("PATCH", "items", "*"): items.edit_item,
        ("DELETE", "items", "*"): items.delete_item,
    }
)
"""The endpoint of a method and a path below `/v1`, its ids as stars."""

TEMPLATES = frozenset("/".join(("/v1", *path)) for _, *path in ROUTES)
"""The paths that are served, their ids as stars."""


def endpoint(request: Request) -> Endpoint | None:
    """The endpoint of a request; None where the vendor has none.

    Every path may end in a slash, as the PHP SDK's do.
    """
    if request.path[:1] != ("v1",):
        return None
    path = request.path[1:-1] if request.path[-1] == "" else request.path[1:]
    return ROUTES.get((request.method, *("*" if n % 2 else part for n, part in enumerate(path))))
