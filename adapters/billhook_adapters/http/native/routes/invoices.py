"""The routes of invoices: created, read, changed, issued, cancelled, deleted, explained."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, cast

from fastapi import APIRouter, Query, Request, Response
from returns.result import Failure, Result
from starlette.requests import Request as StarletteRequest

from billhook.application.commands import Cancel, Delete, Draft, DraftAndSend, Issue, Update
from billhook.application.records import Page, Place, RecordedEvent
from billhook.application.service import InvoiceService
from billhook.lifecycle.errors import InvoiceNotFound
from billhook.model.base import AccountId
from billhook.model.invoice import Invoice, InvoiceId
from billhook_adapters.http.core.answered import same
from billhook_adapters.http.core.batched_service import BatchedService
from billhook_adapters.http.core.contacts import reachable
from billhook_adapters.http.native.authentication import GuardedRoute
from billhook_adapters.http.native.openapi import BODY, ETAG, problems
from billhook_adapters.http.native.pages import page_response
from billhook_adapters.http.native.request import (
    TheAccount,
    TheInvoice,
    TheKey,
    TheService,
    TheVersion,
    executed,
    unwrapped,
)
from billhook_adapters.http.native.routes.etags import etag
from billhook_adapters.http.native.schemas.invoices import (
    EditsIn,
    EventPageIn,
    InvoiceIn,
    ListIn,
    MomentIn,
)
from billhook_adapters.http.native.serializers import (
    ONLY_ANSWERED,
    EventOut,
    EventsOut,
    InvoiceOut,
    InvoicesOut,
    SentOut,
)
from billhook_adapters.system.ids import is_id


class PutBackRoute(GuardedRoute):
    """Reads of an invoice that was answered, and is sent back, only what has been changed in it."""

    async def body_of(self, request: StarletteRequest, value: Any) -> Any:
        """The fields that say something else than the invoice does."""
        account, invoice = request.state.account, InvoiceId(request.path_params["id"])
        if not isinstance(value, dict) or not is_id(invoice):
            return cast("object", value)
        body = cast("dict[str, Any]", value)
        if not body.keys() & ONLY_ANSWERED:
            return body
        batched: BatchedService = request.app.state.batched
        found = await batched.read(lambda service: service.get(account, invoice))
        if isinstance(found, Failure):
            return body
        shown = InvoiceOut.of(found.unwrap()).model_dump(mode="json")
        return {
            name: one
            for name, one in body.items()
            if name not in shown or not same(one, shown[name])
        }


router = APIRouter(route_class=GuardedRoute)
put_back = APIRouter(route_class=PutBackRoute)


def invoice_out(invoice: Invoice, response: Response) -> InvoiceOut:
    """The invoice in a response, its version as the ETag."""
    response.headers["ETag"] = etag(invoice.version)
    return InvoiceOut.of(invoice)


@router.post(
    "/invoices", status_code=201, responses=problems(403, 409, 429, *BODY), tags=["invoices"]
)
async def create_invoice(
    batched: TheService,
    account: TheAccount,
    key: TheKey,
    payload: InvoiceIn,
    request: Request,
    response: Response,
) -> SentOut:
    """Make a draft; with `send`, issue it and send it to its payer, all or nothing."""
    document = payload.document()
    document = await reachable(document, batched, account, country=None, currency=document.currency)
    if payload.send is None:
        draft = Draft(account=account, document=document, invoice=payload.chosen_id, key=key)
        out = SentOut.of(await executed(batched, draft))
    else:
        both = DraftAndSend(
            account=account,
            document=document,
            media=payload.send.chosen,
            addresses=payload.send.addresses,
            invoice=payload.chosen_id,
            key=key,
        )
        sent = await executed(batched, both)
        out = SentOut.of(sent.invoice, sent.messages)
    root: str = request.scope.get("root_path", "")
    response.headers["Location"] = f"{root}/invoices/{out.invoice.id}"
    response.headers["ETag"] = etag(out.invoice.version)
    return out


@put_back.patch(
    "/invoices/{id}", responses={**ETAG, **problems(403, 404, 409, *BODY)}, tags=["invoices"]
)
async def update_invoice(
    batched: TheService,
    account: TheAccount,
    id: TheInvoice,
    version: TheVersion,
    payload: EditsIn,
    response: Response,
) -> InvoiceOut:
    """Set the fields that are given; one that is given as it was answered stays."""
    currency: str = payload.currency
    if payload.needs_currency:
        # If it changes before the command is decided, the service refuses the lines.
        found = unwrapped(await batched.read(lambda service: service.get(account, id)))
        currency = found.document.currency
    patch = await reachable(
        payload.patch(currency), batched, account, country=None, currency=currency
    )
    command = Update(account=account, invoice=id, patch=patch, expected_version=version)
    return invoice_out(await executed(batched, command), response)


@router.delete(
    "/invoices/{id}", status_code=204, responses=problems(403, 404, 409), tags=["invoices"]
)
async def delete_invoice(
    batched: TheService, account: TheAccount, id: TheInvoice, version: TheVersion
) -> None:
    """Delete a draft."""
    await executed(batched, Delete(account=account, invoice=id, expected_version=version))


@router.post(
    "/invoices/{id}/issue",
    responses={**ETAG, **problems(403, 404, 409, *BODY)},
    tags=["invoices"],
)
async def issue_invoice(
    batched: TheService,
    account: TheAccount,
    id: TheInvoice,
    version: TheVersion,
    key: TheKey,
    response: Response,
) -> InvoiceOut:
    """Issue the invoice without sending a message."""
    command = Issue(account=account, invoice=id, expected_version=version, key=key)
    return invoice_out(await executed(batched, command), response)


@router.post(
    "/invoices/{id}/cancel",
    responses={**ETAG, **problems(403, 404, 409, *BODY)},
    tags=["invoices"],
)
async def cancel_invoice(
    batched: TheService,
    account: TheAccount,
    id: TheInvoice,
    version: TheVersion,
    key: TheKey,
    response: Response,
) -> InvoiceOut:
    """Cancel the invoice."""
    command = Cancel(account=account, invoice=id, expected_version=version, key=key)
    return invoice_out(await executed(batched, command), response)


@router.get("/invoices", response_model=InvoicesOut, responses=problems(), tags=["invoices"])
async def list_invoices(
    batched: TheService, account: TheAccount, selection: Annotated[ListIn, Query()]
) -> Response:
    """The invoices that the query selects, a page at a time."""

    def page(service: InvoiceService) -> Response:
        def read(page: Page[Place]) -> Sequence[Invoice]:
            return service.search(account, selection.search(page), fill=True)

        def place(invoice: Invoice, _: int) -> Place:
            return invoice.created_at, invoice.id

        return page_response(
            "invoices", selection.limit, selection.after, read, place, InvoiceOut.of
        )

    return await batched.read_page(page)


@router.get("/invoices/{id}", responses={**ETAG, **problems(404)}, tags=["invoices"])
async def get_invoice(
    batched: TheService,
    account: TheAccount,
    id: TheInvoice,
    response: Response,
    selection: Annotated[MomentIn, Query()],
) -> InvoiceOut:
    """One invoice, now or as it was at a time; its version is the ETag."""
    invoice = unwrapped(await batched.read(lambda service: _at(service, account, id, selection.at)))
    response.headers["ETag"] = etag(invoice.version)
    return InvoiceOut.of(invoice)


def _at(
    service: InvoiceService, account: AccountId, id: InvoiceId, at: datetime | None
) -> Result[Invoice, InvoiceNotFound]:
    return service.get(account, id) if at is None else service.get_at(account, id, at)


@router.get(
    "/invoices/{id}/events", response_model=EventsOut, responses=problems(404), tags=["invoices"]
)
async def list_events(
    batched: TheService,
    account: TheAccount,
    id: TheInvoice,
    wanted: Annotated[EventPageIn, Query()],
) -> Response:
    """The events of an invoice, the oldest first, a page at a time."""
    before = wanted.after or 0

    def page(service: InvoiceService) -> Response:
        def read(page: Page[int]) -> Sequence[RecordedEvent]:
            return unwrapped(service.history(account, id, page))

        def place(_: RecordedEvent, number: int) -> int:
            return before + number + 1

        return page_response("events", wanted.limit, wanted.after, read, place, EventOut.of)

    return await batched.read_page(page)
