"""Merging: what an update of parts sets of the document that it finds."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import ValidationError
from returns.result import Failure, Result, Success

from billhook.lifecycle.errors import InvalidDocument, InvalidField, LineNotFound
from billhook.model.document import Document
from billhook.model.line_items import Line
from billhook.model.patch import DocumentField, LineChange, MergePatch, Patch

MAX_INVALID_FIELDS = 20
"""The largest number of fields that an error names."""


def merged(document: Document, update: MergePatch) -> Result[Patch, LineNotFound | InvalidDocument]:
    """The patch that sets whole fields, as the document and the parts make them.

    >>> book = Line(name="Book", unit_amount=49900, currency="INR")
    >>> document = Document(currency="INR", lines=[book])
    >>> merged(document, MergePatch(lines=[LineChange(position=1, quantity=2)]))
    <Failure: LineNotFound(position=1)>
    """
    fields = dict(update.patch.canonical_fields())
    if update.customer_id is not None and document.customer is not None:
        named = document.customer.model_copy(update={"id": update.customer_id})
        fields.setdefault(DocumentField.CUSTOMER.value, named)
    if update.media:
        media = {**dict.fromkeys(document.media, True), **update.media}
        fields[DocumentField.MEDIA.value] = tuple(one for one, wanted in media.items() if wanted)
    if update.lines is not None:
        lines = _lines(document, update.lines, update.patch.currency or document.currency)
        if isinstance(lines, Failure):
            return lines
        fields[DocumentField.LINES.value] = lines.unwrap()
    try:
        return Success(Patch.model_validate(fields))
    except ValidationError as invalid:
        return Failure(InvalidDocument(invalid_fields(invalid)))


def _lines(
    document: Document, changes: Iterable[LineChange], currency: str
) -> Result[tuple[Line, ...], LineNotFound | InvalidDocument]:
    lines = list(document.lines)
    for change in changes:
        position = len(lines) if change.position is None else change.position
        if change.position is not None and position >= len(document.lines):
            return Failure(LineNotFound(position))
        old = None if change.position is None else lines[position]
        try:
            line = change.applied_to(old, currency)
        except ValidationError as invalid:
            return Failure(InvalidDocument(invalid_fields(invalid, "lines", position)))
        lines[position : position + 1] = [line]
    return Success(tuple(lines))


def invalid_fields(invalid: ValidationError, *within: str | int) -> tuple[InvalidField, ...]:
    """The fields that an error of pydantic names; `within` is where they are in the document."""
    errors = invalid.errors(include_url=False, include_input=False, include_context=False)
    return tuple(
        InvalidField(".".join(map(str, (*within, *error["loc"]))), error["type"], error["msg"])
        for error in errors[:MAX_INVALID_FIELDS]
    )
