"""The routes that send an invoice to its payer: send and text2pay."""

from __future__ import annotations

from typing import Any

from returns.result import Failure

from billhook.lifecycle.errors import DomainError, NotEditable
from billhook.model.customer import Medium
from billhook.model.invoice import InvoiceId
from billhook.model.patch import MergePatch
from billhook_adapters.http.core.response import Response, json_response
from billhook_adapters.http.highlevel.commands import CreateInvoice, SendInvoice, UpdateInvoice
from billhook_adapters.http.highlevel.errors import NO_AUTO_PAYMENT, SETTLED, error_response
from billhook_adapters.http.highlevel.request import AuthenticatedRequest
from billhook_adapters.http.highlevel.routes.found import known_invoice
from billhook_adapters.http.highlevel.schemas.fields import InvalidRequestError, checked
from billhook_adapters.http.highlevel.schemas.invoices import TextToPayIn
from billhook_adapters.http.highlevel.schemas.sending import SendIn, queued
from billhook_adapters.http.highlevel.serializers import entity


async def send_invoice(request: AuthenticatedRequest) -> Response:
    """Issue a draft as the body has it, and send it; or send an issued invoice once more."""
    payload = checked(await request.body(), SendIn)
    if payload.charges and not request.charges_automatically:
        raise InvalidRequestError(400, NO_AUTO_PAYMENT)
    sent = await request.batched.execute(
        SendInvoice(
            account=request.account,
            invoice=request.invoice,
            patch=payload.patch(),
            media=payload.media,
            key=request.key,
            actor=payload.user_id,
        )
    )
    if isinstance(sent, Failure):
        error: DomainError = sent.failure()
        if isinstance(error, NotEditable):
            raise InvalidRequestError(400, f"autoPayment {SETTLED}")
        return error_response(error)
    invoice, messages = sent.unwrap().invoice, sent.unwrap().messages
    return json_response(
        {
            "invoice": _as_documented(entity(invoice, await request.location())),
            "smsData": queued(messages, Medium.SMS),
            "emailData": queued(messages, Medium.EMAIL),
        }
    )


def _as_documented(shown: dict[str, Any]) -> dict[str, Any]:
    """The invoice as the vendor's example of send has it: an item names no `taxInclusive` false."""
    items = [
        {name: value for name, value in item.items() if name != "taxInclusive" or value}
        for item in shown["invoiceItems"]
    ]
    return {**shown, "invoiceItems": items}


async def text_to_pay(request: AuthenticatedRequest) -> Response:
    """Make a draft or update one, and send it where `action` says so."""
    body, location = await request.body(), await request.location()
    named = None if body is None else body.get("id")
    known = None
    if isinstance(named, str) and named:
        known = await known_invoice(request, InvoiceId(named), location)
    payload = checked(body, TextToPayIn, *([] if known is None else [known.changes]))
    command: CreateInvoice | UpdateInvoice
    send, key, actor = payload.action == "send", request.key, payload.user_id
    if not payload.id:
        document = await request.reachable(payload.document(location), payload, known)
        command = CreateInvoice(
            account=request.account,
            document=document,
            send=send,
            reserve=True,
            key=key,
            actor=actor,
        )
    else:
        patch = await request.reachable(payload.patch(location, known), payload, known)
        command = UpdateInvoice(
            account=request.account,
            invoice=InvoiceId(payload.id),
            patch=MergePatch(patch=patch),
            send=send,
            reserve=True,
            key=key,
            actor=actor,
        )
    sent = await request.batched.execute(command)
    if isinstance(sent, Failure):
        return error_response(sent.failure())
    invoice = sent.unwrap().invoice
    return json_response(
        {"invoice": entity(invoice, location), "invoiceUrl": invoice.short_url or ""}
    )
