"""Expiring: the sweep records that an invoice's time has run out."""

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
from billhook.model.base import utc
from billhook.model.invoice import Invoice, InvoiceKey, Status

STATUS_CHECK = StatusCheck(Operation.EXPIRE)


def expire(invoice: Invoice, *, now: datetime) -> Result[Change, OperationNotAllowed | NotYetDue]:
    """Record that the time to pay is over; reads have shown it since that instant.

    `now` is an aware datetime.
    """
    now = utc(now)
    for refusal in violations(invoice, now):
        return Failure(refusal)
    return Success(changed(invoice, InvoiceExpired(now)))


class OverdueInvoice(NamedTuple):
    """An open invoice whose time ran out: as much of it as recording that needs."""

    key: InvoiceKey
    status: Status
    version: int
    expire_by: datetime


class ExpiredInvoice(NamedTuple):
    """The expiry of an overdue invoice: what changes, and the fact."""

    key: InvoiceKey
    status: Status
    version: int
    expired_at: datetime
    event: InvoiceExpired


def expire_overdue(overdue: OverdueInvoice, noticed: InvoiceExpired) -> ExpiredInvoice:
    """The very change that `expire` makes, for many invoices that nobody needs to read whole."""
    status = NEXT[overdue.status, "expire"]
    return ExpiredInvoice(overdue.key, status, overdue.version + 1, overdue.expire_by, noticed)


def violations(invoice: Invoice, now: datetime) -> Iterator[OperationNotAllowed | NotYetDue]:
    """Every reason against expiring, in the order in which they win."""
    # The recorded status decides here: the one that holds may already say expired.
    refused = STATUS_CHECK.in_status(invoice.status)
    if refused is not None:
        yield refused.failure()
    expire_by = invoice.document.expire_by
    if expire_by is None or now < expire_by:
        yield NotYetDue(expire_by)
