"""Payments: each reference is applied once, and every reported payment is recorded."""

from __future__ import annotations

from returns.result import Failure, Result, Success

from billhook.application.idempotency import decode, encode
from billhook.application.records import PaymentKey, RecordedPayment
from billhook.application.unit_of_work import CommandContext
from billhook.lifecycle.errors import InvoiceNotFound, PaymentError, ReferenceReused
from billhook.lifecycle.pay import pay
from billhook.model.invoice import Invoice, InvoiceId
from billhook.model.payment import Payment

PayError = PaymentError | InvoiceNotFound | ReferenceReused


def settle(
    context: CommandContext, invoice_id: InvoiceId, payment: Payment, *, keep_refused: bool
) -> Result[Invoice, PayError]:
    """Apply a payment once. With `keep_refused` one that fails is recorded as unapplied.

    A repeated payment with the same reference, invoice and amount gets the recorded result.
    Another payment under a known reference is `ReferenceReused`.
    """
    account = context.account.id
    known = context.payment(PaymentKey(account, payment.reference))
    if known is not None:
        if (known.invoice, known.payment) != (invoice_id, payment):
            return Failure(ReferenceReused())
        return decode(known.answer)
    result = _pay(context, payment)
    applied = isinstance(result, Success)
    if applied or keep_refused:
        context.payments.append(
            RecordedPayment(account, invoice_id, payment, context.now, applied, encode(result))
        )
    return result


def _pay(
    context: CommandContext, payment: Payment
) -> Result[Invoice, PaymentError | InvoiceNotFound]:
    if context.invoice is None:
        return Failure(InvoiceNotFound())
    return pay(context.invoice, payment, now=context.now).map(context.keep)
