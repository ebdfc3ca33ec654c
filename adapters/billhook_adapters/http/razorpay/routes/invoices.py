"""The routes of invoices: a request becomes a command, its result the vendor's JSON."""

from __future__ import annotations

from functools import partial
from typing import Any, cast

from pydantic import ValidationError
from returns.result import Failure

from billhook.application.commands import Cancel, Delete, Notify, Send
from billhook.application.sending import MissingAddressPolicy
from billhook.application.service import InvoiceService
from billhook.lifecycle.errors import DomainError, NotEditable
from billhook.lifecycle.operation import Operation
from billhook.lifecycle.transitions import sources
from billhook.messaging.delivery import ACCEPTED, LIVE
from billhook.model.customer import Medium
from billhook.model.invoice import Invoice
from billhook_adapters.http.core.answered import same
from billhook_adapters.http.core.contacts import reachable
from billhook_adapters.http.core.response import Response, json_response, list_response
from billhook_adapters.http.razorpay.commands import (
    DraftAndSendInvoice,
    DraftInvoice,
    UpdateInvoice,
)
from billhook_adapters.http.razorpay.customer_entries import find_customer
from billhook_adapters.http.razorpay.errors import (
    UNKNOWN_ID,
    error_response,
    invalid_response,
    medium_unknown,
)
from billhook_adapters.http.razorpay.request import AuthenticatedRequest
from billhook_adapters.http.razorpay.schemas.customers import COUNTRY
from billhook_adapters.http.razorpay.schemas.fields import InvalidRequestError, invalid_request
from billhook_adapters.http.razorpay.schemas.invoices import (
    CreateIn,
    InvoiceIn,
    Named,
    checked,
)
from billhook_adapters.http.razorpay.schemas.items import ItemIn, find_item
from billhook_adapters.http.razorpay.schemas.listing import ListIn, collection, query_of
from billhook_adapters.http.razorpay.schemas.updates import PUT_BACK, UpdateIn
from billhook_adapters.http.razorpay.serializers import entity

NO_INVOICES = collection([])
SUCCESS, NO_SUCCESS = json_response({"success": True}), json_response({"success": False})
DELETED = Response(200, b"[]")  # the Java SDK compares it with these two bytes


async def create_invoice(request: AuthenticatedRequest) -> Response:
    """Draft an invoice; unless it is to stay a draft, issue and send it."""
    account, _, batched, _ = request
    payload = checked(await request.body(), CreateIn)
    if payload.draft not in ("0", "1"):
        raise InvalidRequestError("The selected draft is invalid.", "draft")
    named = await _named(request, payload)
    try:
        document = payload.domain(named)
    except ValidationError as invalid:
        raise invalid_request(invalid) from None
    document = await reachable(
        document, batched, account, country=COUNTRY, currency=document.currency
    )
    key = request.key
    if payload.draft == "1":
        drafted = await batched.execute(
            DraftInvoice(account=account, document=document, payer=payload.new_payer, key=key)
        )
        if isinstance(drafted, Failure):
            return error_response(drafted.failure())
        return json_response(entity(drafted.unwrap(), ()))
    sent = await batched.execute(
        DraftAndSendInvoice(account=account, document=document, payer=payload.new_payer, key=key)
    )
    if isinstance(sent, Failure):
        return error_response(sent.failure())
    return json_response(entity(sent.unwrap().invoice, sent.unwrap().messages))


async def _named(request: AuthenticatedRequest, payload: InvoiceIn) -> Named:
    """The customer and the items that the payload names by id. Raises InvalidRequestError."""
    account, _, batched, _ = request
    customer_id, item_ids = payload.names
    customer, items = None, dict[str, ItemIn]()
    if customer_id is not None:
        if payload.customer is not None:
            raise InvalidRequestError(
                "customer is/are not required and should not be sent", "customer"
            )
        customer = await batched.read(lambda service: find_customer(service, account, customer_id))
        if customer is None:
            raise InvalidRequestError(UNKNOWN_ID, "customer_id")
    for name in dict.fromkeys(item_ids):
        item = await batched.read(partial(find_item, account=account, name=name))
        if item is None:
            raise InvalidRequestError(UNKNOWN_ID, "item_id")
        if not item.active:
            raise InvalidRequestError("Item cannot be used as it is inactive.", "item_id")
        items[name] = item
    return Named(customer=customer, items=items)


async def fetch_invoice(request: AuthenticatedRequest) -> Response:
    """One invoice."""
    found = await request.batched.read(
        lambda service: service.get(request.account, request.invoice)
    )
    if isinstance(found, Failure):
        return error_response(found.failure())
    return await _invoice_response(request, found.unwrap())


async def list_invoices(request: AuthenticatedRequest) -> Response:
    """The invoices that the query selects, with their messages."""
    account, http, batched, _ = request
    search = query_of(http.query, ListIn).search()
    if search is None:
        return NO_INVOICES

    def page(service: InvoiceService) -> Response:
        found = service.search(account, search)
        messages = service.messages_of(account, [invoice.id for invoice in found])
        return list_response(
            f'{{"entity":"collection","count":{len(found)},"items":',
            (entity(invoice, messages.get(invoice.id, ())) for invoice in found),
            "}",
        )

    return await batched.read_page(page)


async def _changes(request: AuthenticatedRequest) -> Any:
    """The body; of a draft that was read and is sent back, what has been changed in it."""
    body: Any = await request.body()
    found = await request.batched.read(
        lambda service: service.get(request.account, request.invoice)
    )
    if not isinstance(body, dict):
        return body
    given = cast("dict[str, Any]", body)
    if isinstance(found, Failure):
        return given
    invoice = found.unwrap()
    if invoice.status not in sources(Operation.ISSUE):
        return given  # the response names the fields that should not be sent
    shown = entity(invoice, ())
    return {
        name: value
        for name, value in given.items()
        if name not in PUT_BACK or not same(value, shown[name])
    }


async def update_invoice(request: AuthenticatedRequest) -> Response:
    """Set the fields that the body has."""
    payload = checked(await _changes(request), UpdateIn)
    if payload.draft not in ("0", "1"):
        raise InvalidRequestError("The selected draft is invalid.", "draft")
    named = await _named(request, payload)
    try:
        changes = payload.changes(request.invoice, named)
    except ValidationError as invalid:
        raise invalid_request(invalid) from None
    patch = await reachable(
        changes.patch, request.batched, request.account, country=COUNTRY, currency="INR"
    )
    update = UpdateInvoice(
        account=request.account,
        invoice=request.invoice,
        patch=changes.model_copy(update={"patch": patch}),
        payer=payload.new_payer,
        amount=payload.amount,
        key=request.key,
    )
    updated = await request.batched.execute(update)
    if isinstance(updated, Failure):
        error: DomainError = updated.failure()
        if isinstance(error, NotEditable):
            raise payload.settled(error)
        return error_response(error)
    return await _invoice_response(request, updated.unwrap())


async def issue_invoice(request: AuthenticatedRequest) -> Response:
    """Issue a draft, and send it by the media that have an address."""
    await request.http.body()
    sent = await request.batched.execute(
        Send(
            account=request.account,
            invoice=request.invoice,
            addresses=MissingAddressPolicy.AVAILABLE,
            again=False,
            key=request.key,
        )
    )
    if isinstance(sent, Failure):
        return error_response(sent.failure())
    return json_response(entity(sent.unwrap().invoice, sent.unwrap().messages))


async def cancel_invoice(request: AuthenticatedRequest) -> Response:
    """Cancel an invoice."""
    await request.http.body()
    cancelled = await request.batched.execute(
        Cancel(account=request.account, invoice=request.invoice, key=request.key)
    )
    if isinstance(cancelled, Failure):
        return error_response(cancelled.failure())
    return await _invoice_response(request, cancelled.unwrap())


async def delete_invoice(request: AuthenticatedRequest) -> Response:
    """Delete a draft."""
    await request.http.body()
    deleted = await request.batched.execute(
        Delete(account=request.account, invoice=request.invoice, key=request.key)
    )
    return error_response(deleted.failure()) if isinstance(deleted, Failure) else DELETED


_MEDIA = frozenset(Medium)


async def notify_payer(request: AuthenticatedRequest) -> Response:
    """Queue a message by one medium; where it is delivered at once, whether a provider took it."""
    medium = request.http.path[4]
    if medium not in _MEDIA:
        return invalid_response(medium_unknown(medium))
    await request.http.body()
    queued = await request.batched.execute(
        Notify(
            account=request.account,
            invoice=request.invoice,
            medium=Medium(medium),
            key=request.key,
        )
    )
    if isinstance(queued, Failure):
        return error_response(queued.failure())
    message = queued.unwrap()
    untried = message.status in LIVE and message.attempts == 0
    return SUCCESS if untried or message.status in ACCEPTED else NO_SUCCESS


async def _invoice_response(request: AuthenticatedRequest, invoice: Invoice) -> Response:
    messages = await request.batched.read(
        lambda service: service.messages(request.account, invoice.id)
    )
    return json_response(entity(invoice, messages))
