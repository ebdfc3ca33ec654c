"""Expiring: the sweep records that an invoice's time has run out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from returns.result import Failure, Result, Success

from billhook.change import Change, changed
from billhook.errors import NotYetDue, OperationNotAllowed
from billhook.facts import Expired
from billhook.invoice import Invoice
from billhook.lifecycle import Gate
from billhook.operation import Operation
from billhook.value import utc

GATE = Gate(Operation.EXPIRE)


def expire(invoice: Invoice, *, now: datetime) -> Result[Change, OperationNotAllowed | NotYetDue]:
    """Record that the time to pay is over; reads have shown it since that instant.

    `now` is an aware datetime.
    """
    now = utc(now)
    for refusal in objections(invoice, now):
        return Failure(refusal)
    return Success(changed(invoice, Expired(now)))


def objections(invoice: Invoice, now: datetime) -> Iterator[OperationNotAllowed | NotYetDue]:
    """Every reason against expiring, in the order in which they win."""
    # The recorded status decides here: the one that holds may already say expired.
    refused = GATE.in_status(invoice.status)
    if refused is not None:
        yield refused.failure()
    expire_by = invoice.document.expire_by
    if expire_by is None or now < expire_by:
        yield NotYetDue(expire_by)
