"""The operation `pay`: apply a payment, in part or in full."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from returns.result import Failure, Result, Success

from billhook.lifecycle.apply import Change, changed
from billhook.lifecycle.errors import (
    BelowMinimum,
    CurrencyMismatch,
    InstalmentNotFound,
    InstalmentOverpayment,
    Overpayment,
    PartialNotAllowed,
    PaymentError,
)
from billhook.lifecycle.events import PaymentRecorded
from billhook.lifecycle.guards import NO_GUARDS, Guard, refused_by
from billhook.lifecycle.operation import Operation
from billhook.lifecycle.transitions import StatusCheck
from billhook.model.arguments import instant, require
from billhook.model.instalments import paid_after
from billhook.model.invoice import Invoice
from billhook.model.payment import Payment

STATUS_CHECK = StatusCheck(Operation.PAY)


def pay(
    invoice: Invoice, payment: Payment, *, now: datetime, guards: Sequence[Guard] = NO_GUARDS
) -> Result[Change, PaymentError]:
    """Apply a payment: the full amount due, or a part of it if the invoice allows partial payment.

    Whole instalments can be paid without `partial_payment`. A payment above the amount due is an
    error, and so is one above what is due of the instalments that it names. `now` is an aware
    datetime. Whether the payment's reference is new is checked by the service.
    """
    try:
        if now.tzinfo is not UTC:  # skips a call if it is in UTC already
            now = instant("now", now)
        # Read together, as in `notify`, and without a call of `invoice.due`.
        document, due = invoice.document, invoice.amount - invoice.paid
        refused: Failure[PaymentError] | None = STATUS_CHECK.error(invoice, now)
        if refused is None and guards is not NO_GUARDS:
            refused = refused_by(guards, invoice, Operation.PAY, now)
        if refused is not None:
            return refused
        amount, named = payment.amount, payment.instalments
        if payment.currency != document.currency:
            return Failure(CurrencyMismatch(payment.currency, document.currency))
        if amount > due:
            return Failure(Overpayment(amount, due))
        if named:
            refused = _of_instalments(invoice, payment)
            if refused is not None:
                return refused
        if amount < due:
            if not document.partial_payment and not _settles_instalments(invoice, payment):
                return Failure(PartialNotAllowed(amount, due))
            minimum = document.first_payment_min_amount
            if minimum is not None and invoice.paid == 0 and amount < minimum:
                return Failure(BelowMinimum(amount, minimum))
        event = PaymentRecorded(now, payment.reference, amount, named)
        return Success(changed(invoice, event))
    except AttributeError:  # of another class: so that payments that are right are not checked
        require("invoice", invoice, Invoice)
        require("payment", payment, Payment)
        instant("now", now)
        raise  # pragma: no cover  # all three are what they should be


def _of_instalments(invoice: Invoice, payment: Payment) -> Failure[PaymentError] | None:
    """The error of a payment that names instalments, if they cannot take it."""
    due = {one.id: one.due for one in invoice.instalments}
    for name in payment.instalments:
        if name not in due:
            return Failure(InstalmentNotFound(tuple(due)))
    most = sum(due[name] for name in set(payment.instalments))
    return Failure(InstalmentOverpayment(payment.amount, most)) if payment.amount > most else None


def _settles_instalments(invoice: Invoice, payment: Payment) -> bool:
    """Whether the payment leaves no instalment paid in part."""
    instalments = invoice.instalments
    if not instalments:
        return False
    paid = paid_after(instalments, payment.amount, payment.instalments)
    return all(part in (0, one.amount) for part, one in zip(paid, instalments, strict=True))
