"""The operation `delete`: delete a draft. Later reads return `InvoiceNotFound`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from returns.result import Result, Success

from billhook.lifecycle.apply import Change, changed
from billhook.lifecycle.errors import GuardRefused, OperationNotAllowed
from billhook.lifecycle.events import InvoiceDeleted
from billhook.lifecycle.guards import NO_GUARDS, Guard, refused_by
from billhook.lifecycle.operation import Operation
from billhook.lifecycle.transitions import StatusCheck
from billhook.model.arguments import checked
from billhook.model.invoice import Invoice

STATUS_CHECK = StatusCheck(Operation.DELETE)


@checked
def delete(
    invoice: Invoice, *, now: datetime, guards: Sequence[Guard] = NO_GUARDS
) -> Result[Change, OperationNotAllowed | GuardRefused]:
    """Delete the draft; a tombstone remains. `now` is an aware datetime."""
    refused = STATUS_CHECK.error(invoice, now) or refused_by(guards, invoice, Operation.DELETE, now)
    if refused is not None:
        return refused
    return Success(changed(invoice, InvoiceDeleted(now)))
