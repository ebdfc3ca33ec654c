"""The routes of invoices: a request becomes a command, its result the vendor's JSON."""

from __future__ import annotations

from returns.result import Failure

from billhook.application.commands import Delete, RecordView, Update
from billhook.application.service import InvoiceService
from billhook.model.invoice import InvoiceId
from billhook_adapters.http.core.response import Response, json_response, list_response
from billhook_adapters.http.highlevel.commands import CreateInvoice, UpdateInvoice, Void
from billhook_adapters.http.highlevel.errors import error_response
from billhook_adapters.http.highlevel.request import AuthenticatedRequest
from billhook_adapters.http.highlevel.routes.found import (
    found_invoice,
    invoice_response,
    sent_response,
)
from billhook_adapters.http.highlevel.schemas.fields import checked
from billhook_adapters.http.highlevel.schemas.invoices import (
    CreateIn,
    LateFeesChangeIn,
    Tenant,
    UpdateIn,
)
from billhook_adapters.http.highlevel.schemas.listing import ListIn
from billhook_adapters.http.highlevel.schemas.parts import In
from billhook_adapters.http.highlevel.serializers import summarised


class ViewedIn(In):
    """The body of `PATCH /invoices/stats/last-visited-at`."""

    invoice_id: str


async def create_invoice(request: AuthenticatedRequest) -> Response:
    """Make a draft."""
    payload = checked(await request.body(), CreateIn)
    document = await request.reachable(payload.document(), payload.country, payload.currency)
    create = CreateInvoice(account=request.account, document=document, key=request.key)
    return sent_response(request, await request.batched.execute(create))


async def list_invoices(request: AuthenticatedRequest) -> Response:
    """The invoices that the query selects, and their number."""
    request.check_tenancy()
    payload = checked(dict(request.query), ListIn)
    search = payload.search()
    if search is None:
        return json_response({"invoices": [], "total": 0})

    def page(service: InvoiceService) -> Response:
        found, total = service.search_and_count(request.account, search)
        shown = (summarised(invoice, request.location) for invoice in found[: payload.limit])
        return list_response('{"invoices":', shown, f',"total":{total}}}')

    return await request.batched.read_page(page)


async def get_invoice(request: AuthenticatedRequest) -> Response:
    """One invoice."""
    request.check_tenancy()
    invoice = await found_invoice(request, request.invoice)
    return json_response(summarised(invoice, request.location))


async def update_invoice(request: AuthenticatedRequest) -> Response:
    """Replace the fields of a draft."""
    payload = checked(await request.body(), UpdateIn)
    changes = payload.changes()
    patch = await request.reachable(changes.patch, payload.country, payload.currency)
    update = UpdateInvoice(
        account=request.account,
        invoice=request.invoice,
        patch=changes.model_copy(update={"patch": patch}),
        key=request.key,
    )
    return sent_response(request, await request.batched.execute(update))


async def update_late_fees(request: AuthenticatedRequest) -> Response:
    """Replace the configuration of late fees."""
    payload = checked(await request.body(), LateFeesChangeIn)
    update = Update(
        account=request.account, invoice=request.invoice, patch=payload.patch(), key=request.key
    )
    return invoice_response(request, await request.batched.execute(update))


async def delete_invoice(request: AuthenticatedRequest) -> Response:
    """Delete a draft."""
    request.check_tenancy()
    await request.http.body()
    delete = Delete(account=request.account, invoice=request.invoice, key=request.key)
    return invoice_response(request, await request.batched.execute(delete))


async def void_invoice(request: AuthenticatedRequest) -> Response:
    """Void an invoice that was sent."""
    checked(await request.body(), Tenant)
    void = Void(account=request.account, invoice=request.invoice, key=request.key)
    return invoice_response(request, await request.batched.execute(void))


async def record_view(request: AuthenticatedRequest) -> Response:
    """Record that the payer has opened the invoice."""
    payload = checked(await request.body(), ViewedIn)
    viewed = await request.batched.execute(
        RecordView(account=request.account, invoice=InvoiceId(payload.invoice_id), key=request.key)
    )
    if isinstance(viewed, Failure):
        return error_response(viewed.failure())
    return json_response({})  # the vendor has none, and its Python SDK reads JSON
