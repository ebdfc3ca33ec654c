"""The routes of messages: sending an invoice, notifying its payer, and the reminders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from billhook.application.commands import Notify, Send
from billhook.application.records import Page, Place
from billhook.application.service import InvoiceService
from billhook.messaging.message import Message
from billhook_adapters.http.native.authentication import GuardedRoute
from billhook_adapters.http.native.openapi import BODY, problems
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
from billhook_adapters.http.native.schemas.invoices import NotifyIn, PageIn, SendIn
from billhook_adapters.http.native.serializers import (
    MessageOut,
    MessagesOut,
    RemindersOut,
    SentOut,
)

router = APIRouter(route_class=GuardedRoute)


@router.post(
    "/invoices/{id}/send", responses=problems(403, 404, 409, 429, *BODY), tags=["messages"]
)
async def send_invoice(
    batched: TheService,
    account: TheAccount,
    id: TheInvoice,
    version: TheVersion,
    key: TheKey,
    payload: SendIn,
) -> SentOut:
    """Issue the invoice where it is a draft, and send it to its payer, all or nothing."""
    command = Send(
        account=account,
        invoice=id,
        media=payload.chosen,
        addresses=payload.addresses,
        expected_version=version,
        key=key,
    )
    sent = await executed(batched, command)
    return SentOut.of(sent.invoice, sent.messages)


@router.post(
    "/invoices/{id}/notify",
    status_code=202,
    responses=problems(403, 404, 409, 429, *BODY),
    tags=["messages"],
)
async def notify_payer(
    batched: TheService,
    account: TheAccount,
    id: TheInvoice,
    version: TheVersion,
    key: TheKey,
    payload: NotifyIn,
) -> MessageOut:
    """Queue a message to the payer, by one medium."""
    command = Notify(
        account=account, invoice=id, medium=payload.medium, expected_version=version, key=key
    )
    return MessageOut.of(await executed(batched, command))


@router.get(
    "/invoices/{id}/messages",
    response_model=MessagesOut,
    responses=problems(404),
    tags=["messages"],
)
async def list_messages(
    batched: TheService, account: TheAccount, id: TheInvoice, wanted: Annotated[PageIn, Query()]
) -> Response:
    """The messages about an invoice, the oldest first, a page at a time."""

    def page(service: InvoiceService) -> Response:
        unwrapped(service.get(account, id))

        def read(page: Page[Place]) -> Sequence[Message]:
            return service.messages(account, id, page)

        def place(message: Message, _: int) -> Place:
            return message.requested_at, message.id

        return page_response("messages", wanted.limit, wanted.after, read, place, MessageOut.of)

    return await batched.read_page(page)


@router.get("/invoices/{id}/reminders", responses=problems(404), tags=["messages"])
async def show_reminders(batched: TheService, account: TheAccount, id: TheInvoice) -> RemindersOut:
    """How often the payer was reminded, and when the next reminders are planned."""
    found = unwrapped(await batched.read(lambda service: service.reminders(account, id)))
    return RemindersOut(sent=found.sent, planned=list(found.planned))
