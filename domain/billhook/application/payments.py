"""Money at the desk: each reference counts once, and money that came in is never lost."""

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
    """Take a payment once; with `keep_refused`, keep what no invoice takes as unapplied.

    The same reference, invoice and amount get the answer that was recorded; anything else under
    a known reference is `ReferenceReused`.
    """
    account = context.account.id
    known = context.payment(PaymentKey(account, payment.reference))
    if known is not None:
        if (known.invoice, known.payment) != (invoice_id, payment):
            return Failure(ReferenceReused())
        return decode(known.answer)
    answer = _asked(context, payment)
    taken = isinstance(answer, Success)
    if taken or keep_refused:
        context.payments.append(
            RecordedPayment(account, invoice_id, payment, context.now, taken, encode(answer))
        )
    return answer


def _asked(
    context: CommandContext, payment: Payment
) -> Result[Invoice, PaymentError | InvoiceNotFound]:
    if context.invoice is None:
        return Failure(InvoiceNotFound())
    return pay(context.invoice, payment, now=context.now).map(context.keep)
