"""What an update sets: whole fields of a document, or parts of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Self, Unpack

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer, model_validator

from billhook.model.base import Count, Identifier, Label, Prose, Value
from billhook.model.customer import Medium
from billhook.model.decimals import Quantity, UnitAmount
from billhook.model.document import Document, DocumentFields
from billhook.model.line_items import HsnSac, Line
from billhook.model.money import CurrencyCode

if TYPE_CHECKING:
    from billhook.model.document import DocumentArguments


class DocumentField(StrEnum):
    """A field of the document that an update may name."""

    TITLE = "title"
    CUSTOMER = "customer"
    SELLER = "seller"
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


class Patch(DocumentFields, defer_build=True):
    """The fields given are the fields set; None clears a field that may be empty.

    `extras` are merged by key: the keys that are not given stay.

    >>> sorted(Patch(comment="Thank you", terms=None).fields)
    [<DocumentField.COMMENT: 'comment'>, <DocumentField.TERMS: 'terms'>]
    """

    currency: CurrencyCode | None = None

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            currency: str | None = ...,
            **fields: Unpack[DocumentArguments],
        ) -> None: ...

    @model_serializer(mode="wrap")
    def _as_given(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Only the fields that were given: one that is written as None would be cleared."""
        written: dict[str, Any] = handler(self)
        return {name: value for name, value in written.items() if name in self.model_fields_set}

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

    def stored_fields(self) -> Mapping[str, object]:
        """All the fields that were given: one that is None clears what it names."""
        return self.canonical_fields()

    def without(self, field: DocumentField) -> Self:
        """The same update, without one of its fields."""
        fields = {name: value for name, value in self.canonical_fields().items() if name != field}
        return type(self).model_validate(fields)

    def applied_to(self, document: Document) -> Document:
        """The document with these fields set, validated as a whole.

        Raises pydantic's ValidationError where old and new fields do not go together; `update`
        refuses those before it comes here.
        """
        extras = {**document.extras, **self.extras}
        return Document.model_validate(
            {**dict(document), **self.canonical_fields(), "extras": extras}
        )


class LineChange(Value):
    """Fields to set in one line, or the fields of a line to add; those that are None stay."""

    position: Count | None = None
    """The position of the line, from 0; None adds a line."""
    line: Line | None = None
    """What the fields are set on; None is the line at this position."""
    name: Label | None = None
    description: Prose | None = None
    unit_amount: UnitAmount | None = None
    currency: CurrencyCode | None = None
    quantity: Quantity | None = None
    hsn_sac: HsnSac | None = None

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            position: int | None = ...,
            line: Line | None = ...,
            name: str | None = ...,
            description: str | None = ...,
            unit_amount: int | Decimal | str | None = ...,
            currency: str | None = ...,
            quantity: Decimal | int | str | None = ...,
            hsn_sac: str | None = ...,
        ) -> None: ...

    def applied_to(self, line: Line | None, currency: str) -> Line:
        """The line with these fields set; a new line is in this currency unless it names one.

        Raises pydantic's ValidationError where a new line lacks its name or its amount.

        >>> tea = Line(name="Tea", unit_amount=9900, currency="INR")
        >>> LineChange(position=0, quantity=2).applied_to(tea, "INR").total
        19800
        """
        names = ("name", "description", "unit_amount", "currency", "quantity", "hsn_sac")
        given = {name: value for name in names if (value := getattr(self, name)) is not None}
        old = self.line or line
        return Line.model_validate(
            {"currency": currency, **({} if old is None else dict(old)), **given}
        )


class MergePatch(Value):
    """An update of parts, which `update` merges with the document that it finds.

    A part that is None, or not named, stays as it is.

    >>> sorted(MergePatch(patch=Patch(terms="14 days"), sms=False).fields)
    [<DocumentField.MEDIA: 'media'>, <DocumentField.TERMS: 'terms'>]
    """

    patch: Patch = Field(default_factory=Patch)
    """The fields that are set as a whole."""
    customer_id: Identifier | None = None
    """The id of the customer that the document has."""
    lines: tuple[LineChange, ...] | None = None
    sms: bool | None = None
    """Whether the payer is notified by SMS."""
    email: bool | None = None
    """Whether the payer is notified by e-mail."""

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            patch: Patch = ...,
            customer_id: str | None = ...,
            lines: Sequence[LineChange] | None = ...,
            sms: bool | None = ...,
            email: bool | None = ...,
        ) -> None: ...

    @property
    def media(self) -> Mapping[Medium, bool]:
        """The media that it switches on or off."""
        flags = {Medium.SMS: self.sms, Medium.EMAIL: self.email}
        return {medium: flag for medium, flag in flags.items() if flag is not None}

    @property
    def fields(self) -> frozenset[DocumentField]:
        """The fields that this update names."""
        parts = {
            DocumentField.CUSTOMER: self.customer_id is not None,
            DocumentField.LINES: self.lines is not None,
            DocumentField.MEDIA: bool(self.media),
        }
        return self.patch.fields | {field for field, named in parts.items() if named}
