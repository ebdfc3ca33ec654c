"""The routes of payments and orders, which invoices make."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from returns.result import Success

from billhook.application.records import RecordedPayment
from billhook.application.service import InvoiceService
from billhook.model.base import AccountId
from billhook.model.invoice import Invoice
from billhook.model.payment import Reference
from billhook_adapters.http.core.ids import invoices_of
from billhook_adapters.http.core.payments import taken
from billhook_adapters.http.core.response import Response, json_response
from billhook_adapters.http.razorpay.errors import UNKNOWN_ID, invalid_response
from billhook_adapters.http.razorpay.payments import Paid, order_entity, payment_entity
from billhook_adapters.http.razorpay.request import AuthenticatedRequest
from billhook_adapters.http.razorpay.schemas.listing import DatedPageIn, collection, query_of


async def fetch_payment(request: AuthenticatedRequest) -> Response:
    """A payment that an invoice has taken."""

    def found(service: InvoiceService) -> Response:
        payment = service.payment(request.account, Reference(request.id))
        shown = [] if payment is None else _shown(service, request.account, [payment])
        return json_response(shown[0]) if shown else invalid_response(UNKNOWN_ID)

    return await request.batched.read(found)


async def list_payments(request: AuthenticatedRequest) -> Response:
    """The payments of the account's invoices, the newest first."""
    listing = query_of(request.http.query, DatedPageIn).listing()

    def page(service: InvoiceService) -> Response:
        found = service.payments_of(request.account, listing)
        return collection(_shown(service, request.account, found))

    return await request.batched.read(page)


async def fetch_order(request: AuthenticatedRequest) -> Response:
    """The order of an issued invoice."""

    def found(service: InvoiceService) -> Response:
        invoice = _invoice_of_order(service, request.account, request.id)
        if invoice is None:
            return invalid_response(UNKNOWN_ID)
        return json_response(order_entity(invoice, len(_applied(service, invoice))))

    return await request.batched.read(found)


async def list_payments_of_order(request: AuthenticatedRequest) -> Response:
    """The payments that the invoice of an order has taken, the newest first."""

    def found(service: InvoiceService) -> Response:
        invoice = _invoice_of_order(service, request.account, request.id)
        if invoice is None:
            return invalid_response(UNKNOWN_ID)
        payments = reversed(_applied(service, invoice))
        return collection(_shown(service, request.account, payments))

    return await request.batched.read(found)


def _invoice_of_order(service: InvoiceService, account: AccountId, order: str) -> Invoice | None:
    for name in invoices_of(order):
        match service.get(account, name):
            case Success(Invoice(issued_at=datetime()) as invoice):
                return invoice
            case _:
                continue
    return None


def _applied(service: InvoiceService, invoice: Invoice) -> list[RecordedPayment]:
    found = service.payments(invoice.account, invoice.id)
    return [one for one in found.value_or(()) if one.applied]


def _shown(
    service: InvoiceService, account: AccountId, payments: Iterable[RecordedPayment]
) -> list[dict[str, object]]:
    """The payments whose invoice is known; money that names no invoice of ours is not shown."""

    return [
        payment_entity(invoice, Paid(one.payment.reference, one.payment.amount, one.at, entry))
        for one, invoice, entry in taken(service, account, payments)
        if invoice is not None
    ]
