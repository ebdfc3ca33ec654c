"""Updating: fields of the document are set, as far as the status still allows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from returns.result import Failure, Result, Success

from billhook.lifecycle.apply import Change, changed
from billhook.lifecycle.checks import (
    AT_ONCE,
    currency_violations,
    expiry_violations,
    size_violations,
)
from billhook.lifecycle.errors import (
    AmountTooLarge,
    CurrencyMismatch,
    ExpiresTooSoon,
    GuardRefused,
    InvalidDocument,
    LineNotFound,
    NotEditable,
    OperationNotAllowed,
)
from billhook.lifecycle.events import InvoiceUpdated
from billhook.lifecycle.guards import NO_GUARDS, Guard, refused_by
from billhook.lifecycle.merge import merged
from billhook.lifecycle.operation import Operation
from billhook.lifecycle.transitions import EDITABLE, StatusCheck, seen_status
from billhook.model.arguments import checked
from billhook.model.invoice import Invoice
from billhook.model.patch import DocumentField, MergePatch, Patch

UpdateError = (
    OperationNotAllowed
    | GuardRefused
    | NotEditable
    | LineNotFound
    | InvalidDocument
    | CurrencyMismatch
    | ExpiresTooSoon
    | AmountTooLarge
)
"""Why an invoice cannot be updated."""

STATUS_CHECK = StatusCheck(Operation.UPDATE)


@checked
def update(
    invoice: Invoice,
    patch: Patch | MergePatch,
    *,
    now: datetime,
    min_expiry_lead: timedelta = AT_ONCE,
    guards: Sequence[Guard] = NO_GUARDS,
) -> Result[Change, UpdateError]:
    """Set the given fields and keep the others; the amount follows the lines.

    `now` is an aware datetime, `min_expiry_lead` as in `draft`. Errors are found in this order:
    status, guards, fields, parts (of a `MergePatch`), currency, expiry, amount.
    """
    refused = STATUS_CHECK.error(invoice, now) or refused_by(guards, invoice, Operation.UPDATE, now)
    if refused is not None:
        return refused
    status = seen_status(invoice, now)
    settled = patch.fields - EDITABLE[status]
    if settled:
        return Failure(NotEditable(status, _in_order(settled), _in_order(EDITABLE[status])))
    if isinstance(patch, MergePatch):
        whole = merged(invoice.document, patch)
        if isinstance(whole, Failure):
            return whole
        patch = whole.unwrap()
    currency = patch.currency or invoice.document.currency
    lines = patch.lines if DocumentField.LINES in patch.fields else invoice.document.lines
    for mismatch in currency_violations(lines, currency):
        return Failure(mismatch)
    if DocumentField.EXPIRE_BY in patch.fields:
        for too_soon in expiry_violations(patch, min_expiry_lead, now):
            return Failure(too_soon)
    for too_large in size_violations(patch.applied_to(invoice.document)):
        return Failure(too_large)
    return Success(changed(invoice, InvoiceUpdated(now, patch)))


def _in_order(fields: Iterable[DocumentField]) -> tuple[DocumentField, ...]:
    return tuple(sorted(fields, key=list(DocumentField).index))
