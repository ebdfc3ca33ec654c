"""Razorpay's API: its registration; what serves it is imported only where it is served."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from billhook.application.command import AnyCommand
from billhook.lifecycle.errors import DomainError
from billhook.model.account import AccountPolicy
from billhook.model.base import AccountId
from billhook.model.customer import Customer
from billhook.model.invoice import Invoice
from billhook_adapters.http.core.asgi import App
from billhook_adapters.http.core.authentication import Authentication, Callers
from billhook_adapters.http.core.response import Response
from billhook_adapters.http.core.vendor_api import ApiContext, VendorApi
from billhook_adapters.http.razorpay.webhooks import WEBHOOK_FORMAT

if TYPE_CHECKING:
    from billhook_adapters.importing.command import ImportedInvoice


def _application(context: ApiContext) -> App:
    from billhook_adapters.http.razorpay.application import RazorpayApi

    return RazorpayApi(context.batched, Callers(context.keys, context.batched), context.ids)


def _routes() -> Collection[str]:
    from billhook_adapters.http.razorpay.routes import TEMPLATES

    return TEMPLATES


def _error_response(error: DomainError) -> Response:
    from billhook_adapters.http.razorpay.errors import error_response

    return error_response(error)


def _payer_redirect(invoice: Invoice, payment: str, secret: str) -> str | None:
    from billhook_adapters.http.razorpay.callbacks import payer_redirect

    return payer_redirect(invoice, payment, secret)


def _read_export(given: Any, country: str | None) -> ImportedInvoice:
    from billhook_adapters.http.razorpay.exports import read_export

    return read_export(given, country)


def _keep_customer(account: AccountId, customer: Customer) -> AnyCommand | None:
    from billhook_adapters.http.razorpay.commands import keep_customer

    return keep_customer(account, customer)


API = VendorApi(
    name="razorpay",
    application=_application,
    routes=_routes,
    error_response=_error_response,
    authentication=Authentication.API_KEY,
    webhook_formats={"razorpay": WEBHOOK_FORMAT},
    payer_redirect=_payer_redirect,
    read_export=_read_export,
    keep_customer=_keep_customer,
    account_policy=AccountPolicy(min_expiry_lead=timedelta(minutes=15)),
)
"""Razorpay's Invoices API with its customers and items."""
