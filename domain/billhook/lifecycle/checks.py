"""Checks of the document, shared by the operations draft, update and issue."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from billhook.lifecycle.errors import AmountTooLarge, CurrencyMismatch, ExpiresTooSoon
from billhook.model.document import Document, DocumentFields
from billhook.model.line_items import Line
from billhook.model.money import LARGEST, Currency

AT_ONCE = timedelta(0)
"""No minimum lead: `expire_by` may be any time after now."""


def expiry_violations(
    fields: DocumentFields, min_expiry_lead: timedelta, now: datetime
) -> Iterator[ExpiresTooSoon]:
    """The error if `expire_by` is earlier than `min_expiry_lead` from now."""
    expire_by, earliest = fields.expire_by, now + min_expiry_lead
    if expire_by is not None and (expire_by < earliest or expire_by <= now):
        yield ExpiresTooSoon(expire_by, earliest)


def size_violations(document: Document) -> Iterator[AmountTooLarge]:
    """The error if the total is more than the largest amount."""
    if document.total > LARGEST:
        yield AmountTooLarge(LARGEST)


def currency_violations(lines: Iterable[Line], currency: Currency) -> Iterator[CurrencyMismatch]:
    """One error for each line in another currency than the invoice's."""
    for line in lines:
        if line.currency != currency:
            yield CurrencyMismatch(line.currency, currency)
