"""The bounds of a document as a whole, and of its maps and lists."""

from __future__ import annotations

from functools import partial

import pytest
from pydantic import ValidationError
from returns.result import Failure

from billhook.lifecycle.draft import draft
from billhook.lifecycle.errors import InvalidDocument
from billhook.lifecycle.update import update
from billhook.model.base import MAX_NOTES, AccountId
from billhook.model.customer import MAX_MEDIA, Medium
from billhook.model.document import LARGEST_DOCUMENT, MAX_EXTRAS, Document
from billhook.model.invoice import InvoiceId, Status
from billhook.model.patch import Patch
from billhook_adapters.testing import NOON, a_document, a_line, an_invoice

LONG_LINE = a_line().model_copy(update={"description": "ध" * 2048})


def sized(lines: int) -> Document:
    """A document of 6.2 KiB for each line."""
    return a_document(lines=[LONG_LINE] * lines)


def test_a_document_is_at_most_256_kib_of_json_whatever_its_script() -> None:
    largest, too_large = sized(41), sized(42)
    assert largest.size <= LARGEST_DOCUMENT < too_large.size
    drafted = partial(draft, account=AccountId("acc_1"), id=InvoiceId("inv_1"), now=NOON)
    assert drafted(largest).unwrap().invoice.document is largest
    refused = drafted(too_large).failure()
    assert isinstance(refused, InvalidDocument)
    assert (refused.field, refused.invalid_fields[0].kind) == ("lines", "document_too_large")


def test_an_update_cannot_grow_a_document_beyond_it_in_parts() -> None:
    invoice = an_invoice(Status.DRAFT, lines=[LONG_LINE] * 41)
    small = update(invoice, Patch(comment="x"), now=NOON).unwrap().invoice
    grown = update(small, Patch(comment="ध" * 2048), now=NOON)
    assert isinstance(grown, Failure)
    assert isinstance(grown.failure(), InvalidDocument)


@pytest.mark.parametrize(
    "field",
    [
        {"notes": {str(n): "x" for n in range(MAX_NOTES + 1)}},
        {"notes": {"x": "x" * 257}},
        {"notes": {"x" * 257: "x"}},
        {"media": [Medium.SMS] * (MAX_MEDIA + 1)},
        {"extras": {str(n): "{}" for n in range(MAX_EXTRAS + 1)}},
    ],
    ids=str,
)
def test_maps_and_lists_of_a_document_are_bounded(field: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match="at most"):
        a_document(**field)
    with pytest.raises(ValidationError, match="at most"):
        Patch.model_validate(field)
