"""The routes of invoices: a request becomes a command, its result the vendor's JSON."""

from __future__ import annotations

from returns.result import Failure

from billhook.application.commands import Delete, Draft, RecordView
from billhook.model.invoice import InvoiceId
from billhook_adapters.http.core.response import Response, json_response
from billhook_adapters.http.highlevel.commands import Revise, Void, edits_of
from billhook_adapters.http.highlevel.errors import error_response
from billhook_adapters.http.highlevel.request import AuthenticatedRequest
from billhook_adapters.http.highlevel.routes.found import (
    found_invoice,
    invoice_response,
    numbering,
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
    document = payload.document(*await numbering(request))
    drafted = await request.batched.execute(
        Draft(account=request.account, document=document, key=request.key)
    )
    return invoice_response(request, drafted)


async def list_invoices(request: AuthenticatedRequest) -> Response:
    """The invoices that the query selects, and their number."""
    request.check_tenancy()
    payload = checked(dict(request.query), ListIn)
    search = payload.search()
    if search is None:
        return json_response({"invoices": [], "total": 0})
    found, total = await request.batched.read(
        lambda service: service.search_and_count(request.account, search)
    )
    invoices = [summarised(invoice, request.location) for invoice in found[: payload.limit]]
    return json_response({"invoices": invoices, "total": total})


async def get_invoice(request: AuthenticatedRequest) -> Response:
    """One invoice."""
    request.check_tenancy()
    invoice = await found_invoice(request, request.invoice)
    return json_response(summarised(invoice, request.location))


async def update_invoice(request: AuthenticatedRequest) -> Response:
    """Replace the fields of a draft."""
    return await _update(request, checked(await request.body(), UpdateIn))


async def update_late_fees(request: AuthenticatedRequest) -> Response:
    """Replace the configuration of late fees."""
    return await _update(request, checked(await request.body(), LateFeesChangeIn))


async def _update(request: AuthenticatedRequest, payload: UpdateIn | LateFeesChangeIn) -> Response:
    known, (_, upcoming) = await found_invoice(request, request.invoice), await numbering(request)
    edits_of(payload, known.document, upcoming)  # what cannot be merged is an error in its words
    revise = Revise(
        account=request.account,
        invoice=request.invoice,
        asked=payload,
        upcoming=upcoming,
        key=request.key,
    )
    return invoice_response(request, await request.batched.execute(revise))


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
