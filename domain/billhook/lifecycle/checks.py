"""Checks on what is agreed, shared by the verbs that set it: draft, update and issue."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from billhook.lifecycle.errors import AmountTooLarge, CurrencyMismatch, ExpiresTooSoon
from billhook.model.document import Document, DocumentFields
from billhook.model.line_items import Line
from billhook.model.money import LARGEST, Currency

AT_ONCE = timedelta(0)
"""No lead: an invoice may expire as soon as it likes, if only later than now."""


def expiry_violations(
    particulars: DocumentFields, min_expiry_lead: timedelta, now: datetime
) -> Iterator[ExpiresTooSoon]:
    """Is there enough time left to pay? An invoice that never expires has all of it."""
    expire_by, earliest = particulars.expire_by, now + min_expiry_lead
    if expire_by is not None and (expire_by < earliest or expire_by <= now):
        yield ExpiresTooSoon(expire_by, earliest)


def size_violations(document: Document) -> Iterator[AmountTooLarge]:
    """Do the lines come to an amount that every reader can hold?"""
    if document.total > LARGEST:
        yield AmountTooLarge(LARGEST)


def currency_violations(lines: Iterable[Line], currency: Currency) -> Iterator[CurrencyMismatch]:
    """Are all lines in the invoice's currency?"""
    for line in lines:
        if line.currency != currency:
            yield CurrencyMismatch(line.currency, currency)
