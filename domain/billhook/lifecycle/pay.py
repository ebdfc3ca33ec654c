"""The operation `pay`: apply a payment, in part or in full."""

from __future__ import annotations

from datetime import datetime

from returns.result import Failure, Result, Success

from billhook.lifecycle.apply import Change, changed
from billhook.lifecycle.errors import (
    BelowMinimum,
    CurrencyMismatch,
    Overpayment,
    PartialNotAllowed,
    PaymentError,
)
from billhook.lifecycle.events import PaymentRecorded
from billhook.lifecycle.operation import Operation
from billhook.lifecycle.transitions import StatusCheck
from billhook.model.base import utc
from billhook.model.invoice import Invoice
from billhook.model.payment import Payment

STATUS_CHECK = StatusCheck(Operation.PAY)


def pay(invoice: Invoice, payment: Payment, *, now: datetime) -> Result[Change, PaymentError]:
    """Apply a payment: the full amount due, or a part of it if the invoice allows partial payment.

    `now` is an aware datetime. A payment above the amount due is an error. Whether the payment's
    reference is new is checked by the service.
    """
    now = utc(now)
    document, due = invoice.document, invoice.due  # read together, as in `notify`
    refused = STATUS_CHECK.error(invoice, now)
    if refused is not None:
        return refused
    amount = payment.amount
    if payment.currency != document.currency:
        return Failure(CurrencyMismatch(payment.currency, document.currency))
    if amount > due:
        return Failure(Overpayment(amount, due))
    if amount < due:
        if not document.partial_payment:
            return Failure(PartialNotAllowed(amount, due))
        minimum = document.first_payment_min_amount
        if minimum is not None and invoice.paid == 0 and amount < minimum:
            return Failure(BelowMinimum(amount, minimum))
    return Success(changed(invoice, PaymentRecorded(now, payment.reference, amount)))
