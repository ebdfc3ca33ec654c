"""The routes of payments: taken, reported, and listed."""

from __future__ import annotations

import secrets
from hashlib import sha256

from fastapi import APIRouter

from billhook.application.commands import Pay, RecordPayment
from billhook.application.idempotency import IdempotentRequest
from billhook.model.base import AccountId
from billhook.model.canonical_json import canonical
from billhook.model.payment import Payment, Reference
from billhook_adapters.http.native.authentication import GuardedRoute
from billhook_adapters.http.native.openapi import BODY, problems
from billhook_adapters.http.native.request import (
    TheAccount,
    TheInvoice,
    TheKey,
    TheService,
    executed,
    unwrapped,
)
from billhook_adapters.http.native.schemas.invoices import PaymentIn
from billhook_adapters.http.native.serializers import InvoiceOut, PaidOut, PaymentOut, PaymentsOut

router = APIRouter(route_class=GuardedRoute)


@router.post(
    "/invoices/{id}/payments",
    status_code=201,
    responses=problems(403, 404, 409, *BODY),
    tags=["payments"],
)
async def take_payment(
    batched: TheService, account: TheAccount, id: TheInvoice, key: TheKey, payload: PaymentIn
) -> PaidOut:
    """Take a payment, if the invoice allows it; with `report`, record one that came in."""
    reference = Reference(payload.reference or reference_of(account, key))
    payment = Payment(reference=reference, amount=payload.amount, currency=payload.currency)
    command = (
        RecordPayment(account=account, invoice=id, payment=payment, key=key)
        if payload.report
        else Pay(account=account, invoice=id, payment=payment, key=key)
    )
    invoice = await executed(batched, command)
    return PaidOut(reference=reference, invoice=InvoiceOut.of(invoice))


def reference_of(account: AccountId, key: IdempotentRequest | None) -> str:
    """The reference of a payment that has none of its own; the same for the same key.

    >>> key = IdempotentRequest("order-1", "fingerprint")
    >>> reference_of(AccountId("acc_1"), key)[:12]
    'pay_9c4f0c6c'
    """
    if key is None:
        return f"pay_{secrets.token_hex(16)}"
    return f"pay_{sha256(canonical([account, key.key])).hexdigest()[:32]}"


@router.get("/invoices/{id}/payments", responses=problems(404), tags=["payments"])
async def list_payments(batched: TheService, account: TheAccount, id: TheInvoice) -> PaymentsOut:
    """The payments for an invoice, applied or not."""
    found = unwrapped(await batched.read(lambda service: service.payments(account, id)))
    return PaymentsOut(payments=[PaymentOut.of(payment) for payment in found])


@router.get("/unapplied-payments", responses=problems(), tags=["payments"])
async def list_unapplied_payments(batched: TheService, account: TheAccount) -> PaymentsOut:
    """The payments that no invoice could take."""
    found = await batched.read(lambda service: service.unapplied(account))
    return PaymentsOut(payments=[PaymentOut.of(payment) for payment in found])
