"""Checks on what is agreed, shared by the verbs that set it: draft, update and issue."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from billhook.account import Policy
from billhook.errors import AmountTooLarge, CurrencyMismatch, ExpiresTooSoon
from billhook.invoice import Document, Particulars
from billhook.lines import Line
from billhook.money import LARGEST, Currency


def expiry_objections(
    particulars: Particulars, policy: Policy, now: datetime
) -> Iterator[ExpiresTooSoon]:
    """Is there enough time left to pay? An invoice that never expires has all of it."""
    expire_by, earliest = particulars.expire_by, now + policy.least_lead
    if expire_by is not None and (expire_by < earliest or expire_by <= now):
        yield ExpiresTooSoon(expire_by, earliest)


def size_objections(document: Document) -> Iterator[AmountTooLarge]:
    """Do the lines come to an amount that every reader can hold?"""
    if document.total > LARGEST:
        yield AmountTooLarge(LARGEST)


def currency_objections(lines: Iterable[Line], currency: Currency) -> Iterator[CurrencyMismatch]:
    """Are all lines in the invoice's currency?"""
    for line in lines:
        if line.currency != currency:
            yield CurrencyMismatch(line.currency, currency)
