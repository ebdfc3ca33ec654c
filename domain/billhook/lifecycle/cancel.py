"""The operation `cancel`: cancel an invoice before any payment."""

from __future__ import annotations

from datetime import datetime

from returns.result import Result, Success

from billhook.lifecycle.apply import Change, changed
from billhook.lifecycle.errors import OperationNotAllowed
from billhook.lifecycle.events import InvoiceCancelled
from billhook.lifecycle.operation import Operation
from billhook.lifecycle.transitions import StatusCheck
from billhook.model.arguments import checked
from billhook.model.invoice import Invoice

STATUS_CHECK = StatusCheck(Operation.CANCEL)


@checked
def cancel(invoice: Invoice, *, now: datetime) -> Result[Change, OperationNotAllowed]:
    """Cancel the invoice, if it has no payments. `now` is an aware datetime."""
    refused = STATUS_CHECK.error(invoice, now)
    if refused is not None:
        return refused
    return Success(changed(invoice, InvoiceCancelled(now)))
