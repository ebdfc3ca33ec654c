"""The operation `expire`: record that the `expire_by` of an invoice has passed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from returns.result import Failure, Result, Success

from billhook.lifecycle.apply import Change, changed
from billhook.lifecycle.errors import NotYetDue, OperationNotAllowed
from billhook.lifecycle.events import InvoiceExpired
from billhook.lifecycle.operation import Operation
from billhook.lifecycle.transitions import NEXT, StatusCheck
from billhook.model.arguments import checked
from billhook.model.invoice import Invoice, InvoiceKey, Status

STATUS_CHECK = StatusCheck(Operation.EXPIRE)


@checked
def expire(invoice: Invoice, *, now: datetime) -> Result[Change, OperationNotAllowed | NotYetDue]:
    """Record the expiry of an invoice. Reads show it as expired from `expire_by` on already.

    `now` is an aware datetime.
    """
    for error in violations(invoice, now):
        return Failure(error)
    return Success(changed(invoice, InvoiceExpired(now)))


class OverdueInvoice(NamedTuple):
    """An open invoice whose `expire_by` has passed: the fields needed to record its expiry."""

    key: InvoiceKey
    status: Status
    version: int
    expire_by: datetime
    updated_at: datetime


class ExpiredInvoice(NamedTuple):
    """The recorded expiry of an overdue invoice: the changed fields, and the event."""

    key: InvoiceKey
    status: Status
    version: int
    expired_at: datetime
    updated_at: datetime
    event: InvoiceExpired


def expire_overdue(overdue: OverdueInvoice, event: InvoiceExpired) -> ExpiredInvoice:
    """The same change as `expire` makes, for invoices of which only some fields were read."""
    status = NEXT[overdue.status, "expire"]
    updated_at = max(overdue.updated_at, overdue.expire_by)
    return ExpiredInvoice(
        overdue.key, status, overdue.version + 1, overdue.expire_by, updated_at, event
    )


def violations(invoice: Invoice, now: datetime) -> Iterator[OperationNotAllowed | NotYetDue]:
    """All errors of `expire`, in the order of precedence."""
    # The recorded status counts: `status_at` may already be expired.
    refused = STATUS_CHECK.in_status(invoice.status)
    if refused is not None:
        yield refused.failure()
    expire_by = invoice.document.expire_by
    if expire_by is None or now < expire_by:
        yield NotYetDue(expire_by)
