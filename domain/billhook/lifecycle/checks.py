"""Checks of the document, shared by the operations draft, update and issue."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta

from billhook.lifecycle.errors import (
    AmountTooLarge,
    CurrencyMismatch,
    ExpiresTooSoon,
    InvalidDocument,
    InvalidField,
)
from billhook.model.customer import Medium
from billhook.model.document import LARGEST_DOCUMENT, Document, DocumentFields
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


_DOCUMENT_TOO_LARGE = InvalidDocument(
    (
        InvalidField(
            "lines",
            "document_too_large",
            f"must be at most {LARGEST_DOCUMENT // 1024} KiB as JSON, with all of the document; "
            "shorten its texts, or bill on several invoices",
        ),
    )
)


def sender_violations(
    fields: DocumentFields, can_send_to: Callable[[Medium, str], bool]
) -> Iterator[InvalidDocument]:
    """The error if there are e-mail addresses that the sender which is set up cannot write to."""
    unsupported = tuple(
        InvalidField(path, "unsupported_address", _UNSUPPORTED)
        for path, address in _emails(fields)
        if not can_send_to(Medium.EMAIL, address)
    )
    if unsupported:
        yield InvalidDocument(unsupported)


_UNSUPPORTED = (
    "must be an address that the mail server can write to; give one of ASCII characters, "
    "whose domain exists"
)


def _emails(fields: DocumentFields) -> Iterator[tuple[str, str]]:
    """Each e-mail address with its path."""
    if fields.customer is not None and fields.customer.email is not None:
        yield "customer.email", fields.customer.email
    if fields.recipients is not None:
        for name in ("emails", "cc", "bcc"):
            for position, address in enumerate(getattr(fields.recipients, name)):
                yield f"recipients.{name}.{position}", address


def size_violations(document: Document) -> Iterator[AmountTooLarge | InvalidDocument]:
    """The errors if the total is more than the largest amount, or the document too large."""
    if document.total > LARGEST:
        yield AmountTooLarge(LARGEST)
    if document.size > LARGEST_DOCUMENT:
        yield _DOCUMENT_TOO_LARGE


def currency_violations(lines: Iterable[Line], currency: Currency) -> Iterator[CurrencyMismatch]:
    """One error for each line in another currency than the invoice's."""
    for line in lines:
        if line.currency != currency:
            yield CurrencyMismatch(line.currency, currency)
