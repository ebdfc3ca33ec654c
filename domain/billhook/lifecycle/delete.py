"""Deleting: a draft is thrown away; every later read answers that it is unknown."""

from __future__ import annotations

from datetime import datetime

from returns.result import Result, Success

from billhook.change import Change, changed
from billhook.errors import OperationNotAllowed
from billhook.facts import Deleted
from billhook.invoice import Invoice
from billhook.lifecycle import Gate
from billhook.operation import Operation
from billhook.value import utc

GATE = Gate(Operation.DELETE)


def delete(invoice: Invoice, *, now: datetime) -> Result[Change, OperationNotAllowed]:
    """Throw the draft away; what is left is a tombstone. `now` is an aware datetime."""
    now = utc(now)
    refused = GATE.refusal(invoice, now)
    if refused is not None:
        return refused
    return Success(changed(invoice, Deleted(now)))
