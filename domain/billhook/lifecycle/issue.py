"""The operation `issue`: a draft becomes payable."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from returns.result import Failure, Result, Success

from billhook.lifecycle.apply import Change, changed
from billhook.lifecycle.checks import AT_ONCE, expiry_violations
from billhook.lifecycle.errors import (
    ExpiresTooSoon,
    GuardRefused,
    MissingCustomer,
    NothingToBill,
    OperationNotAllowed,
)
from billhook.lifecycle.events import InvoiceIssued
from billhook.lifecycle.guards import NO_GUARDS, Guard, guard_errors
from billhook.lifecycle.operation import Operation
from billhook.lifecycle.transitions import StatusCheck
from billhook.model.arguments import checked
from billhook.model.invoice import Invoice

STATUS_CHECK = StatusCheck(Operation.ISSUE)

IssueError = OperationNotAllowed | GuardRefused | MissingCustomer | NothingToBill | ExpiresTooSoon
"""Why an invoice cannot be issued."""


@checked
def issue(
    invoice: Invoice,
    *,
    now: datetime,
    short_url: str,
    number: str | None = None,
    min_expiry_lead: timedelta = AT_ONCE,
    guards: Sequence[Guard] = NO_GUARDS,
) -> Result[Change, IssueError]:
    """Issue the invoice under a permanent short URL.

    `now` is an aware datetime. The caller creates `short_url`, unique and hard to guess, and
    `number`, unique in its series. A short URL that the draft has reserved stays.
    `min_expiry_lead` is as in `draft`.
    """
    for error in violations(invoice, min_expiry_lead, now, guards):
        return Failure(error)
    return Success(changed(invoice, InvoiceIssued(now, invoice.short_url or short_url, number)))


def violations(
    invoice: Invoice, min_expiry_lead: timedelta, now: datetime, guards: Sequence[Guard] = NO_GUARDS
) -> Iterator[IssueError]:
    """All errors of `issue`, in the order of precedence."""
    refused = STATUS_CHECK.error(invoice, now)
    if refused is not None:
        yield refused.failure()
    yield from guard_errors(guards, invoice, Operation.ISSUE, now)
    if invoice.document.customer is None:
        yield MissingCustomer()
    if invoice.amount == 0:
        yield NothingToBill()
    yield from expiry_violations(invoice.document, min_expiry_lead, now)
