"""The routes of transactions and orders, which payments and invoices make."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from returns.result import Success

from billhook.application.records import RecordedPayment
from billhook.application.service import InvoiceService
from billhook.model.base import AccountId
from billhook.model.invoice import Invoice, InvoiceId
from billhook.model.payment import Reference
from billhook_adapters.http.core.entries import counted
from billhook_adapters.http.core.ids import invoices_of
from billhook_adapters.http.core.payments import taken
from billhook_adapters.http.core.response import Response, json_response
from billhook_adapters.http.highlevel.errors import (
    UNKNOWN_ORDER,
    UNKNOWN_TRANSACTION,
    invalid_response,
)
from billhook_adapters.http.highlevel.field_mapping import statuses_of_orders
from billhook_adapters.http.highlevel.location import Location
from billhook_adapters.http.highlevel.request import AuthenticatedRequest
from billhook_adapters.http.highlevel.schemas.fields import checked
from billhook_adapters.http.highlevel.schemas.payment_lists import (
    OrdersIn,
    TenancyIn,
    TransactionsIn,
)
from billhook_adapters.http.highlevel.transactions import (
    newest_first,
    order_entity,
    transaction_entity,
)
from billhook_adapters.system.ids import is_id

LONGEST_REFERENCE = 128


async def list_transactions(request: AuthenticatedRequest) -> Response:
    """A page of the payments, the newest first, and the number of all that the query selects."""
    request.check_location_of_payments()
    payload = checked(dict(request.query), TransactionsIn)
    location, account = await request.location(), request.account
    if payload.matches_nothing:
        return json_response({"data": [], "totalCount": 0})

    def page(service: InvoiceService) -> Response:
        listing = payload.listing(location)
        invoices = _invoices(service, account, payload)
        if invoices is None:
            found = service.payments_of(account, listing)
            total = counted(
                lambda one: service.payments_of(
                    account, one._replace(since=listing.since, until=listing.until)
                )
            )
        else:
            taken = newest_first(
                [
                    payment
                    for invoice in invoices
                    for payment in service.payments(account, invoice).value_or(())
                    if (listing.since is None or listing.since <= payment.at)
                    and (listing.until is None or payment.at <= listing.until)
                ]
            )
            found = taken[listing.skip : listing.skip + listing.limit]
            total = len(taken)
        shown = _shown(service, account, found, location)
        return json_response({"data": shown, "totalCount": total})

    return await request.batched.read_page(page)


def _invoices(
    service: InvoiceService, account: AccountId, payload: TransactionsIn
) -> list[InvoiceId] | None:
    """The invoices whose payments are wanted; None for those of all."""
    search = payload.invoices()
    if search is None:
        if not payload.entity_id:
            return None
        return [InvoiceId(payload.entity_id)] if is_id(payload.entity_id) else []
    found = [invoice.id for invoice in service.search(account, search, fill=True)]
    return [one for one in found if payload.entity_id in ("", one)]


async def get_transaction(request: AuthenticatedRequest) -> Response:
    """One payment."""
    request.check_location_of_payments()
    checked(dict(request.query), TenancyIn)
    location, name = await request.location(), request.http.path[2]

    def found(service: InvoiceService) -> Response:
        payment = None
        if 0 < len(name) <= LONGEST_REFERENCE and name.isprintable():
            payment = service.payment(request.account, Reference(name))
        if payment is None:
            return invalid_response(400, UNKNOWN_TRANSACTION)
        return json_response(_shown(service, request.account, [payment], location)[0])

    return await request.batched.read(found)


async def list_orders(request: AuthenticatedRequest) -> Response:
    """A page of the orders, the newest first: each invoice that is no draft has one."""
    request.check_location_of_payments()
    payload = checked(dict(request.query), OrdersIn)
    location = await request.location()
    search = payload.search(location)
    if search is None:
        return json_response({"data": [], "totalCount": 0})

    def page(service: InvoiceService) -> Response:
        if payload.source_id:
            one = _order(service, request.account, InvoiceId(payload.source_id))
            found, total = ([], 0) if one is None else ([one], 1)
        else:
            invoices, total = service.search_and_count(request.account, search)
            found = [*invoices]
        shown = [order_entity(invoice, location) for invoice in found[: payload.most]]
        return json_response({"data": shown, "totalCount": total})

    return await request.batched.read_page(page)


async def get_order(request: AuthenticatedRequest) -> Response:
    """The order of an invoice that is no draft."""
    request.check_location_of_payments()
    checked(dict(request.query), TenancyIn)
    location, name = await request.location(), request.http.path[2]

    def found(service: InvoiceService) -> Response:
        orders = (_order(service, request.account, one) for one in invoices_of(name))
        invoice = next((one for one in orders if one is not None), None)
        if invoice is None:
            return invalid_response(400, UNKNOWN_ORDER)
        return json_response(order_entity(invoice, location))

    return await request.batched.read(found)


def _order(service: InvoiceService, account: AccountId, id: InvoiceId) -> Invoice | None:
    """The invoice of an order."""
    match service.get(account, id):
        case Success(Invoice() as invoice) if invoice.status in statuses_of_orders():
            return invoice
        case _:
            return None


def _shown(
    service: InvoiceService,
    account: AccountId,
    payments: Sequence[RecordedPayment],
    location: Location,
) -> list[dict[str, Any]]:
    return [transaction_entity(one, location) for one in taken(service, account, payments)]
