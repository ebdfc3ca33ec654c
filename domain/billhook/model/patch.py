"""What an update sets: a document that names only what changes."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Self

from pydantic import model_validator

from billhook.model.document import Document, DocumentFields
from billhook.model.money import CurrencyCode


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


class Patch(DocumentFields):
    """The fields given are the fields set; None clears a field that may be empty.

    >>> sorted(Patch(comment="Thank you", terms=None).fields)
    [<DocumentField.COMMENT: 'comment'>, <DocumentField.TERMS: 'terms'>]
    """

    currency: CurrencyCode | None = None

    @model_validator(mode="after")
    def _currency_stays(self) -> Self:
        if self.currency is None and "currency" in self.model_fields_set:
            raise ValueError("currency must be an ISO 4217 code; leave it out to keep it")
        return self

    @property
    def fields(self) -> frozenset[DocumentField]:
        """The fields that this update names."""
        return frozenset(DocumentField(name) for name in self.model_fields_set)

    def canonical_fields(self) -> Mapping[str, object]:
        """Only the fields that were given."""
        return {name: getattr(self, name) for name in self.model_fields_set}

    def applied_to(self, document: Document) -> Document:
        """The document with these fields set, validated as a whole.

        Raises pydantic's ValidationError where old and new fields do not go together; `update`
        refuses those before it comes here.
        """
        return Document.model_validate({**dict(document), **self.canonical_fields()})
