"""Issuing: the invoice is handed to its payer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from returns.result import Failure, Result, Success

from billhook.lifecycle.apply import Change, changed
from billhook.lifecycle.checks import AT_ONCE, expiry_violations
from billhook.lifecycle.errors import (
    ExpiresTooSoon,
    MissingCustomer,
    NothingToBill,
    OperationNotAllowed,
)
from billhook.lifecycle.events import InvoiceIssued
from billhook.lifecycle.operation import Operation
from billhook.lifecycle.transitions import StatusCheck
from billhook.model.base import utc
from billhook.model.invoice import Invoice

STATUS_CHECK = StatusCheck(Operation.ISSUE)

IssueError = OperationNotAllowed | MissingCustomer | NothingToBill | ExpiresTooSoon


def issue(
    invoice: Invoice,
    *,
    now: datetime,
    short_url: str,
    number: str | None = None,
    min_expiry_lead: timedelta = AT_ONCE,
) -> Result[Change, IssueError]:
    """Hand the invoice to its payer, under a short URL that it keeps for ever.

    `now` is an aware datetime; `short_url` is unguessable and unique, minted by the caller, and
    so is `number` unique in its series. `min_expiry_lead` is as in `draft`.
    """
    now = utc(now)
    for refusal in violations(invoice, min_expiry_lead, now):
        return Failure(refusal)
    return Success(changed(invoice, InvoiceIssued(now, short_url, number)))


def violations(invoice: Invoice, min_expiry_lead: timedelta, now: datetime) -> Iterator[IssueError]:
    """Every reason against issuing, in the order in which they win."""
    refused = STATUS_CHECK.refusal(invoice, now)
    if refused is not None:
        yield refused.failure()
    if invoice.document.customer is None:
        yield MissingCustomer()
    if invoice.amount == 0:
        yield NothingToBill()
    yield from expiry_violations(invoice.document, min_expiry_lead, now)
