"""Whether an invoice is overdue: derived from its due dates and a time; it is no status."""

from __future__ import annotations

from datetime import datetime

from billhook.lifecycle.operation import Operation
from billhook.lifecycle.transitions import seen_status, sources
from billhook.model.arguments import checked
from billhook.model.invoice import Invoice

PAYABLE = sources(Operation.PAY)
"""The statuses in which an invoice can be overdue."""


@checked
def is_overdue(invoice: Invoice, *, now: datetime) -> bool:
    """Whether the invoice can still be paid, and a due date of what is unpaid has passed.

    With instalments that is the date of the earliest one that is not paid. `now` is an aware
    datetime.

    >>> from datetime import timedelta
    >>> from billhook import examples
    >>> is_overdue(examples.issued(due_by=examples.NOON), now=examples.NOON + timedelta(days=1))
    True
    """
    due_by = invoice.next_due_by
    return due_by is not None and due_by <= now and seen_status(invoice, now) in PAYABLE


@checked
def is_partially_overdue(invoice: Invoice, *, now: datetime) -> bool:
    """Whether the invoice is overdue, and a part of it is paid. `now` is an aware datetime."""
    return invoice.paid > 0 and is_overdue(invoice, now=now)
