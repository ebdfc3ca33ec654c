"""Payments: each reference is applied once, and every reported payment is recorded."""

from __future__ import annotations

from dataclasses import replace

from returns.result import Failure, Result, Success

from billhook.application.idempotency import decode, encode
from billhook.application.records import PaymentKey, RecordedPayment, Refund
from billhook.application.unit_of_work import CommandContext
from billhook.lifecycle.errors import (
    InvoiceNotFound,
    MoreThanUnapplied,
    OtherCustomer,
    PaymentError,
    PaymentNotFound,
    ReferenceReused,
)
from billhook.lifecycle.pay import pay
from billhook.model.customer import same_customer
from billhook.model.invoice import Invoice, InvoiceId
from billhook.model.payment import Payment, Reference

PayError = PaymentError | InvoiceNotFound | ReferenceReused
UnappliedError = PaymentNotFound | MoreThanUnapplied
"""Why nothing of an unapplied payment can be applied or refunded."""

ApplyPaymentError = PaymentError | InvoiceNotFound | UnappliedError | OtherCustomer
"""Why an unapplied payment cannot be applied to an invoice."""


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
        return _recorded_answer(context, known)
    result = _pay(context, payment)
    if isinstance(result, Success):
        version = result.unwrap().version
        context.payments.append(RecordedPayment(account, invoice_id, payment, context.now, version))
    elif keep_refused:
        context.payments.append(
            RecordedPayment(
                account,
                invoice_id,
                payment,
                context.now,
                encode(result),
                unapplied=payment.amount,
            )
        )
    return result


def _recorded_answer(context: CommandContext, known: RecordedPayment) -> Result[Invoice, PayError]:
    """What was answered when the payment came in, whatever became of its invoice since."""
    if isinstance(known.answer, int):
        return Success(context.version_of(known.invoice, known.answer))
    return decode(known.answer)


def apply_unapplied(
    context: CommandContext, reference: Reference, invoice: Invoice, amount: int | None
) -> Result[Invoice, ApplyPaymentError]:
    """Apply what is unapplied of a payment, or `amount` of it, to an invoice of its customer.

    The part becomes a payment of the invoice, under a reference of its own. Without an amount it
    is as much as is unapplied and due.
    """
    found = _unapplied(context, reference, amount)
    if isinstance(found, Failure):
        return found
    known = found.unwrap()
    if known.invoice != invoice.id and not same_customer(
        context.customer_of(known.invoice), invoice.document.customer
    ):
        return Failure(OtherCustomer())
    part = Payment(
        reference=context.ids.payment(),
        # An invoice with nothing due is refused for its status, whatever is offered.
        amount=amount or max(min(known.unapplied, invoice.due), 1),
        currency=known.payment.currency,
    )
    result = _pay(context, part)
    if isinstance(result, Success):
        context.payments += [
            replace(known, unapplied=known.unapplied - part.amount),
            RecordedPayment(
                known.account,
                invoice.id,
                part,
                context.now,
                result.unwrap().version,
                origin=known.payment.reference,
            ),
        ]
    return result


def record_refund(
    context: CommandContext, reference: Reference, amount: int | None
) -> Result[Refund, UnappliedError]:
    """Record that what is unapplied of a payment, or `amount` of it, was sent back."""
    found = _unapplied(context, reference, amount)
    if isinstance(found, Failure):
        return found
    known = found.unwrap()
    sent = amount or known.unapplied
    left = known.unapplied - sent
    context.payments.append(replace(known, unapplied=left, refunded=known.refunded + sent))
    return Success(Refund(reference, sent, left))


def _unapplied(
    context: CommandContext, reference: Reference, amount: int | None
) -> Result[RecordedPayment, UnappliedError]:
    """The payment, if so much of it is unapplied; without an amount anything at all."""
    known = context.payment(PaymentKey(context.account.id, reference))
    if known is None:
        return Failure(PaymentNotFound())
    if known.unapplied < (amount or 1):
        return Failure(MoreThanUnapplied(amount or known.payment.amount, known.unapplied))
    return Success(known)


def _pay(
    context: CommandContext, payment: Payment
) -> Result[Invoice, PaymentError | InvoiceNotFound]:
    if context.invoice is None:
        return Failure(InvoiceNotFound())
    return pay(context.invoice, payment, now=context.now, guards=context.guards).map(context.keep)
