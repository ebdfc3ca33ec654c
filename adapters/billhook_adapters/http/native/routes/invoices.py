"""The commands that make, change and end an invoice."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from billhook.application.commands import Cancel, Delete, Draft, DraftAndSend, Issue, Update
from billhook.model.invoice import Invoice
from billhook_adapters.http.native.authentication import GuardedRoute
from billhook_adapters.http.native.openapi import BODY, ETAG, answers
from billhook_adapters.http.native.request import (
    TheAccount,
    TheInvoice,
    TheKey,
    TheService,
    TheVersion,
    decided,
    unwrapped,
)
from billhook_adapters.http.native.routes.queries import etag
from billhook_adapters.http.native.schemas.invoices import EditsIn, InvoiceIn
from billhook_adapters.http.native.serializers import InvoiceOut, SentOut

writes = APIRouter(route_class=GuardedRoute)


def shown(invoice: Invoice, response: Response) -> InvoiceOut:
    """The answer that shows an invoice, under its ETag."""
    response.headers["ETag"] = etag(invoice.version)
    return InvoiceOut.of(invoice)


@writes.post(
    "/invoices", status_code=201, responses=answers(403, 409, 429, *BODY), tags=["invoices"]
)
async def create_invoice(  # what FastAPI hands over
    batched: TheService,
    account: TheAccount,
    key: TheKey,
    asked: InvoiceIn,
    request: Request,
    response: Response,
) -> SentOut:
    """Make a draft; with `send`, issue it and tell its payer, all or nothing."""
    document = asked.document()
    if asked.send is None:
        draft = Draft(account=account, document=document, invoice=asked.chosen_id, key=key)
        answer = SentOut.of(await decided(batched, draft))
    else:
        both = DraftAndSend(
            account=account,
            document=document,
            media=asked.send.chosen,
            addresses=asked.send.addresses,
            invoice=asked.chosen_id,
            key=key,
        )
        sent = await decided(batched, both)
        answer = SentOut.of(sent.invoice, sent.messages)
    root: str = request.scope.get("root_path", "")
    response.headers["Location"] = f"{root}/invoices/{answer.invoice.id}"
    response.headers["ETag"] = etag(answer.invoice.version)
    return answer


@writes.patch(
    "/invoices/{id}", responses={**ETAG, **answers(403, 404, 409, *BODY)}, tags=["invoices"]
)
async def update_invoice(  # what FastAPI hands over
    batched: TheService,
    account: TheAccount,
    id: TheInvoice,
    version: TheVersion,
    asked: EditsIn,
    response: Response,
) -> InvoiceOut:
    """Set the fields that are given."""
    currency: str = asked.currency
    if asked.needs_currency:
        # Should it change before the command is decided, the desk refuses the lines.
        found = unwrapped(await batched.read(lambda service: service.get(account, id)))
        currency = found.document.currency
    command = Update(
        account=account, invoice=id, patch=asked.patch(currency), expected_version=version
    )
    return shown(await decided(batched, command), response)


@writes.delete(
    "/invoices/{id}", status_code=204, responses=answers(403, 404, 409), tags=["invoices"]
)
async def delete_invoice(
    batched: TheService, account: TheAccount, id: TheInvoice, version: TheVersion
) -> None:
    """Throw a draft away."""
    await decided(batched, Delete(account=account, invoice=id, expected_version=version))


@writes.post(
    "/invoices/{id}/issue",
    responses={**ETAG, **answers(403, 404, 409, *BODY)},
    tags=["invoices"],
)
async def issue_invoice(  # what FastAPI hands over
    batched: TheService,
    account: TheAccount,
    id: TheInvoice,
    version: TheVersion,
    key: TheKey,
    response: Response,
) -> InvoiceOut:
    """Hand the invoice to its payer, and tell nobody."""
    command = Issue(account=account, invoice=id, expected_version=version, key=key)
    return shown(await decided(batched, command), response)


@writes.post(
    "/invoices/{id}/cancel",
    responses={**ETAG, **answers(403, 404, 409, *BODY)},
    tags=["invoices"],
)
async def cancel_invoice(  # what FastAPI hands over
    batched: TheService,
    account: TheAccount,
    id: TheInvoice,
    version: TheVersion,
    key: TheKey,
    response: Response,
) -> InvoiceOut:
    """Call the invoice off."""
    command = Cancel(account=account, invoice=id, expected_version=version, key=key)
    return shown(await decided(batched, command), response)
