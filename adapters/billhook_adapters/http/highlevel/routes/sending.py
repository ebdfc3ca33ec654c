"""The routes that send an invoice to its payer: send and text2pay."""

from __future__ import annotations

from returns.result import Failure

from billhook.lifecycle.errors import DomainError, NotEditable
from billhook.model.customer import Medium
from billhook.model.invoice import InvoiceId
from billhook.model.patch import MergePatch
from billhook_adapters.http.core.response import Response, json_response
from billhook_adapters.http.highlevel.commands import CreateInvoice, SendInvoice, UpdateInvoice
from billhook_adapters.http.highlevel.errors import NO_AUTO_PAYMENT, SETTLED, error_response
from billhook_adapters.http.highlevel.request import AuthenticatedRequest
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
            "invoice": entity(invoice, request.location),
            "smsData": queued(messages, Medium.SMS),
            "emailData": queued(messages, Medium.EMAIL),
        }
    )


async def text_to_pay(request: AuthenticatedRequest) -> Response:
    """Make a draft or update one, and send it where `action` says so."""
    payload = checked(await request.body(), TextToPayIn)
    send = payload.action == "send"
    command: CreateInvoice | UpdateInvoice
    if payload.id:
        patch = await request.reachable(payload.patch(), payload.country, payload.currency)
        command = UpdateInvoice(
            account=request.account,
            invoice=InvoiceId(payload.id),
            patch=MergePatch(patch=patch),
            send=send,
            key=request.key,
            actor=payload.user_id,
        )
    else:
        command = CreateInvoice(
            account=request.account,
            document=await request.reachable(payload.document(), payload.country, payload.currency),
            send=send,
            key=request.key,
            actor=payload.user_id,
        )
    sent = await request.batched.execute(command)
    if isinstance(sent, Failure):
        return error_response(sent.failure())
    invoice = sent.unwrap().invoice
    return json_response(
        {"invoice": entity(invoice, request.location), "invoiceUrl": invoice.short_url or ""}
    )
