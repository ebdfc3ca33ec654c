"""The operation `draft`: create an invoice."""

from __future__ import annotations

from datetime import datetime, timedelta

from returns.result import Failure, Result, Success

from billhook.lifecycle.apply import Change, changed
from billhook.lifecycle.checks import AT_ONCE, expiry_violations, size_violations
from billhook.lifecycle.errors import AmountTooLarge, ExpiresTooSoon, InvalidDocument
from billhook.lifecycle.events import InvoiceDrafted
from billhook.model.arguments import checked
from billhook.model.base import AccountId
from billhook.model.document import Document
from billhook.model.invoice import InvoiceId


@checked
def draft(
    document: Document,
    *,
    account: AccountId,
    id: InvoiceId,
    now: datetime,
    min_expiry_lead: timedelta = AT_ONCE,
) -> Result[Change, AmountTooLarge | InvalidDocument | ExpiresTooSoon]:
    """Create a draft of this document.

    A draft may have no customer and no lines until it is issued. `now` is an aware datetime;
    `expire_by` must be at least `min_expiry_lead`, from the account's policy, after it.

    >>> from datetime import UTC
    >>> drafted = draft(
    ...     Document(currency="INR"),
    ...     account=AccountId("acc_1"), id=InvoiceId("inv_1"), now=datetime(2026, 1, 1, tzinfo=UTC),
    ... ).unwrap()
    >>> drafted.invoice.status, drafted.event.name
    (<Status.DRAFT: 'draft'>, 'invoice.drafted')
    """
    for too_large in size_violations(document):
        return Failure(too_large)
    for too_soon in expiry_violations(document, min_expiry_lead, now):
        return Failure(too_soon)
    return Success(changed(None, InvoiceDrafted(now, account, id, document)))
