"""The operation `cancel`: cancel an invoice before any payment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from returns.result import Result, Success

from billhook.lifecycle.apply import Change, changed
from billhook.lifecycle.errors import GuardRefused, OperationNotAllowed
from billhook.lifecycle.events import InvoiceCancelled
from billhook.lifecycle.guards import NO_GUARDS, Guard, refused_by
from billhook.lifecycle.operation import Operation
from billhook.lifecycle.transitions import StatusCheck
from billhook.model.arguments import checked
from billhook.model.invoice import Invoice

STATUS_CHECK = StatusCheck(Operation.CANCEL)


@checked
def cancel(
    invoice: Invoice, *, now: datetime, guards: Sequence[Guard] = NO_GUARDS
) -> Result[Change, OperationNotAllowed | GuardRefused]:
    """Cancel the invoice, if it has no payments. `now` is an aware datetime."""
    refused = STATUS_CHECK.error(invoice, now) or refused_by(guards, invoice, Operation.CANCEL, now)
    if refused is not None:
        return refused
    return Success(changed(invoice, InvoiceCancelled(now)))
