"""The words for what may be done to an invoice, and for what of it may be edited."""

from __future__ import annotations

from enum import StrEnum


class Operation(StrEnum):
    """What may be asked of an invoice that exists."""

    ISSUE = "issue"
    PAY = "pay"
    NOTIFY = "notify"
    EXPIRE = "expire"
    CANCEL = "cancel"
    DELETE = "delete"
    UPDATE = "update"


class DocumentField(StrEnum):
    """A field of the document that an update may name."""

    TITLE = "title"
    CUSTOMER = "customer"
    RECIPIENTS = "recipients"
    LINES = "lines"
    DISCOUNT = "discount"
    SCHEDULE = "schedule"
    LIVE = "live"
    CURRENCY = "currency"
    DESCRIPTION = "description"
    RECEIPT = "receipt"
    DATE = "date"
    DUE_BY = "due_by"
    EXPIRE_BY = "expire_by"
    PARTIAL_PAYMENT = "partial_payment"
    FIRST_PAYMENT_MIN_AMOUNT = "first_payment_min_amount"
    TERMS = "terms"
    COMMENT = "comment"
    NOTES = "notes"
    MEDIA = "media"
    EXTRAS = "extras"
