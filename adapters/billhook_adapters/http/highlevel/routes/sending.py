"""The routes that send an invoice to its payer: send and text2pay."""

from __future__ import annotations

from returns.result import Failure

from billhook.lifecycle.operation import Operation
from billhook.lifecycle.transitions import sources
from billhook.model.customer import Medium
from billhook.model.invoice import InvoiceId
from billhook_adapters.http.core.response import Response, json_response
from billhook_adapters.http.highlevel.commands import SendInvoice, TextToPay
from billhook_adapters.http.highlevel.errors import NO_AUTO_PAYMENT, SETTLED, error_response
from billhook_adapters.http.highlevel.request import AuthenticatedRequest
from billhook_adapters.http.highlevel.routes.found import found_invoice, numbering
from billhook_adapters.http.highlevel.schemas.fields import InvalidRequestError, checked
from billhook_adapters.http.highlevel.schemas.invoices import TextToPayIn
from billhook_adapters.http.highlevel.schemas.sending import SendIn, queued
from billhook_adapters.http.highlevel.serializers import entity

_ISSUABLE = frozenset(sources(Operation.ISSUE))


async def send_invoice(request: AuthenticatedRequest) -> Response:
    """Issue a draft as the body has it, and send it; or send an issued invoice once more."""
    payload = checked(await request.body(), SendIn)
    if payload.charges and not request.charges_automatically:
        raise InvalidRequestError(400, NO_AUTO_PAYMENT)
    known = await found_invoice(request, request.invoice)
    if known.status in _ISSUABLE:
        payload.patch(known.document)  # what cannot be merged is an error in the vendor's words
    elif payload.changes(known.document):
        raise InvalidRequestError(400, f"autoPayment {SETTLED}")
    sent = await request.batched.execute(
        SendInvoice(
            account=request.account,
            invoice=request.invoice,
            asked=payload,
            key=request.key,
            actor=payload.user_id,
        )
    )
    if isinstance(sent, Failure):
        return error_response(sent.failure())
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
    rounding, upcoming = await numbering(request)
    named = InvoiceId(payload.id) if payload.id else None
    if named is None:
        payload.document(rounding, upcoming)
    else:
        payload.patch((await found_invoice(request, named)).document, upcoming)
    sent = await request.batched.execute(
        TextToPay(
            account=request.account,
            asked=payload,
            invoice=named,
            upcoming=upcoming,
            key=request.key,
            actor=payload.user_id,
        )
    )
    if isinstance(sent, Failure):
        return error_response(sent.failure())
    invoice = sent.unwrap().invoice
    return json_response(
        {"invoice": entity(invoice, request.location), "invoiceUrl": invoice.short_url or ""}
    )
