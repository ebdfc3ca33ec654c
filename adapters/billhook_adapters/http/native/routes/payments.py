"""The routes of payments: taken, reported, and listed."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from billhook.application.commands import ApplyPayment, Pay, RecordPayment, RecordRefund
from billhook.application.idempotency import IdempotentRequest
from billhook.application.records import Page, Place, RecordedPayment
from billhook.application.service import InvoiceService
from billhook.model.base import AccountId
from billhook.model.canonical_json import canonical
from billhook.model.invoice import InvoiceId
from billhook.model.payment import Payment, Reference
from billhook_adapters.http.native.authentication import GuardedRoute
from billhook_adapters.http.native.openapi import BODY, problems
from billhook_adapters.http.native.pages import page_response
from billhook_adapters.http.native.request import (
    TheAccount,
    TheIds,
    TheInvoice,
    TheKey,
    TheService,
    executed,
    unwrapped,
)
from billhook_adapters.http.native.schemas.invoices import ApplyIn, PageIn, PaymentIn, RefundIn
from billhook_adapters.http.native.serializers import (
    InvoiceOut,
    PaidOut,
    PaymentOut,
    PaymentsOut,
    RefundOut,
)

router = APIRouter(route_class=GuardedRoute)


@router.post(
    "/invoices/{id}/payments",
    status_code=201,
    responses=problems(403, 404, 409, *BODY),
    tags=["payments"],
)
async def take_payment(
    batched: TheService,
    account: TheAccount,
    id: TheInvoice,
    key: TheKey,
    ids: TheIds,
    payload: PaymentIn,
) -> PaidOut:
    """Take a payment, if the invoice allows it; with `report`, record one that came in."""
    reference = Reference(
        payload.reference or (ids.payment() if key is None else reference_of(account, key))
    )
    payment = Payment(
        reference=reference,
        amount=payload.amount,
        currency=payload.currency,
        instalments=tuple(payload.instalments),
    )
    command = (
        RecordPayment(account=account, invoice=id, payment=payment, key=key)
        if payload.report
        else Pay(account=account, invoice=id, payment=payment, key=key)
    )
    invoice = await executed(batched, command)
    return PaidOut(reference=reference, invoice=InvoiceOut.of(invoice))


def reference_of(account: AccountId, key: IdempotentRequest) -> str:
    """The reference of a payment that has only an idempotency key; the same for the same key.

    >>> key = IdempotentRequest("order-1", "fingerprint")
    >>> reference_of(AccountId("acc_1"), key)[:12]
    'pay_9c4f0c6c'
    """
    return f"pay_{sha256(canonical([account, key.key])).hexdigest()[:32]}"


def _place(payment: RecordedPayment, _: int) -> Place:
    return payment.at, payment.payment.reference


@router.get(
    "/invoices/{id}/payments",
    response_model=PaymentsOut,
    responses=problems(404),
    tags=["payments"],
)
async def list_payments(
    batched: TheService, account: TheAccount, id: TheInvoice, wanted: Annotated[PageIn, Query()]
) -> Response:
    """The payments for an invoice, applied or not, the oldest first, a page at a time."""

    def page(service: InvoiceService) -> Response:
        def read(page: Page[Place]) -> Sequence[RecordedPayment]:
            return unwrapped(service.payments(account, id, page))

        return page_response("payments", wanted.limit, wanted.after, read, _place, PaymentOut.of)

    return await batched.read_page(page)


@router.get(
    "/unapplied-payments", response_model=PaymentsOut, responses=problems(), tags=["payments"]
)
async def list_unapplied_payments(
    batched: TheService, account: TheAccount, wanted: Annotated[PageIn, Query()]
) -> Response:
    """The payments that no invoice could take, the oldest first, a page at a time."""

    def page(service: InvoiceService) -> Response:
        def read(page: Page[Place]) -> Sequence[RecordedPayment]:
            return service.unapplied(account, page)

        return page_response("payments", wanted.limit, wanted.after, read, _place, PaymentOut.of)

    return await batched.read_page(page)


@router.post(
    "/unapplied-payments/apply",
    responses=problems(403, 404, 409, *BODY),
    tags=["payments"],
)
async def apply_unapplied_payment(
    batched: TheService, account: TheAccount, key: TheKey, payload: ApplyIn
) -> InvoiceOut:
    """Apply what is unapplied of a payment to an invoice of its customer, in whole or in part."""
    command = ApplyPayment(
        account=account,
        invoice=InvoiceId(payload.invoice),
        payment=Reference(payload.payment),
        amount=payload.amount,
        key=key,
    )
    return InvoiceOut.of(await executed(batched, command))


@router.post(
    "/unapplied-payments/refund",
    responses=problems(403, 404, 409, *BODY),
    tags=["payments"],
)
async def refund_unapplied_payment(
    batched: TheService, account: TheAccount, key: TheKey, payload: RefundIn
) -> RefundOut:
    """Record that what is unapplied of a payment, or a part of it, was sent back to the payer."""
    command = RecordRefund(
        account=account, payment=Reference(payload.payment), amount=payload.amount, key=key
    )
    return RefundOut.of(await executed(batched, command))
