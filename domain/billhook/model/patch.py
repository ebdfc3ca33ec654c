"""What an update sets: a document that names only what changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from pydantic import model_validator

from billhook.document import Document, Particulars
from billhook.money import CurrencyCode
from billhook.operation import DocumentField


class Edits(Particulars):
    """The fields given are the fields set; None clears a field that may be empty.

    >>> sorted(Edits(comment="Thank you", terms=None).fields)
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

    def told(self) -> Mapping[str, object]:
        """Only the fields that were given."""
        return {name: getattr(self, name) for name in self.model_fields_set}

    def applied_to(self, document: Document) -> Document:
        """The document with these fields set, validated as a whole.

        Raises pydantic's ValidationError where old and new fields do not go together; `update`
        refuses those before it comes here.
        """
        return Document.model_validate({**dict(document), **self.told()})
