"""The commands that tell the payer, and those that take money."""

from __future__ import annotations

import secrets
from hashlib import sha256

from fastapi import APIRouter

from billhook.application.commands import Notify, Pay, RecordPayment, Send
from billhook.model.base import AccountId
from billhook.model.canonical_json import canonical
from billhook.model.payment import Payment, Reference
from billhook_adapters.http.native.authentication import GuardedRoute
from billhook_adapters.http.native.openapi import BODY, answers
from billhook_adapters.http.native.request import (
    TheAccount,
    TheInvoice,
    TheKey,
    TheService,
    TheVersion,
    decided,
)
from billhook_adapters.http.native.schemas.invoices import NotifyIn, PaymentIn, SendIn
from billhook_adapters.http.native.serializers import InvoiceOut, MessageOut, PaidOut, SentOut

telling = APIRouter(route_class=GuardedRoute)


@telling.post(
    "/invoices/{id}/send", responses=answers(403, 404, 409, 429, *BODY), tags=["messages"]
)
async def send_invoice(  # what FastAPI hands over
    batched: TheService,
    account: TheAccount,
    id: TheInvoice,
    version: TheVersion,
    key: TheKey,
    asked: SendIn,
) -> SentOut:
    """Issue the invoice where it is a draft, and tell its payer, all or nothing."""
    command = Send(
        account=account,
        invoice=id,
        media=asked.chosen,
        addresses=asked.addresses,
        expected_version=version,
        key=key,
    )
    sent = await decided(batched, command)
    return SentOut.of(sent.invoice, sent.messages)


@telling.post(
    "/invoices/{id}/notify",
    status_code=202,
    responses=answers(403, 404, 409, 429, *BODY),
    tags=["messages"],
)
async def notify_payer(  # what FastAPI hands over
    batched: TheService,
    account: TheAccount,
    id: TheInvoice,
    version: TheVersion,
    key: TheKey,
    asked: NotifyIn,
) -> MessageOut:
    """Queue a message to the payer, by one medium."""
    command = Notify(
        account=account, invoice=id, medium=asked.medium, expected_version=version, key=key
    )
    return MessageOut.of(await decided(batched, command))


@telling.post(
    "/invoices/{id}/payments",
    status_code=201,
    responses=answers(403, 404, 409, *BODY),
    tags=["payments"],
)
async def take_payment(
    batched: TheService, account: TheAccount, id: TheInvoice, key: TheKey, asked: PaymentIn
) -> PaidOut:
    """Ask whether a payment may be made, and make it; or report one that came in."""
    reference = Reference(asked.reference or minted(account, key))
    payment = Payment(reference=reference, amount=asked.amount, currency=asked.currency)
    command = (
        RecordPayment(account=account, invoice=id, payment=payment, key=key)
        if asked.report
        else Pay(account=account, invoice=id, payment=payment, key=key)
    )
    invoice = await decided(batched, command)
    return PaidOut(reference=reference, invoice=InvoiceOut.of(invoice))


def minted(account: AccountId, key: str | None) -> str:
    """A reference for a payment that came without one: under a key always the same.

    >>> minted(AccountId("acc_1"), "order-1") == minted(AccountId("acc_1"), "order-1")
    True
    """
    if key is None:
        return f"pay_{secrets.token_hex(16)}"
    return f"pay_{sha256(canonical([account, key])).hexdigest()[:32]}"
