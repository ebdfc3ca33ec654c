"""Cancelling: the invoice is called off before any money came in."""

from __future__ import annotations

from datetime import datetime

from returns.result import Result, Success

from billhook.change import Change, changed
from billhook.errors import OperationNotAllowed
from billhook.facts import Cancelled
from billhook.invoice import Invoice
from billhook.lifecycle import Gate
from billhook.operation import Operation
from billhook.value import utc

GATE = Gate(Operation.CANCEL)


def cancel(invoice: Invoice, *, now: datetime) -> Result[Change, OperationNotAllowed]:
    """Call the invoice off. Once money is in, it cannot be. `now` is an aware datetime."""
    now = utc(now)
    refused = GATE.refusal(invoice, now)
    if refused is not None:
        return refused
    return Success(changed(invoice, Cancelled(now)))
