"""Updates of parts: what `update` sets of single lines, media and the customer's id."""

from __future__ import annotations

from typing import Any

import pytest
from returns.result import Failure, Result, Success

from billhook.lifecycle.apply import Change
from billhook.lifecycle.errors import (
    CurrencyMismatch,
    DomainError,
    InvalidDocument,
    InvalidField,
    LineNotFound,
    NotEditable,
    OperationNotAllowed,
)
from billhook.lifecycle.update import update
from billhook.model.customer import Medium
from billhook.model.document import MAX_LINES, Document
from billhook.model.invoice import Invoice, Status
from billhook.model.line_items import Line, Tax
from billhook.model.money import Currency
from billhook.model.patch import DocumentField as F
from billhook.model.patch import LineChange, MergePatch, Patch
from billhook_adapters.testing import NOON, a_customer, a_line, an_invoice

INR, USD = Currency("INR"), Currency("USD")
BOOK = Line(
    name="Book", unit_amount=500, currency=INR, quantity=2, taxes=[Tax(name="GST", rate=18)]
)
TEA = Line(name="Tea", unit_amount=99, currency=INR, description="Green")


def a_draft(**fields: Any) -> Invoice:
    return an_invoice(Status.DRAFT, **{"lines": (BOOK, TEA), **fields})


def _update(invoice: Invoice, **parts: Any) -> Result[Change, DomainError]:
    return update(invoice, MergePatch(**parts), now=NOON)


def _document(invoice: Invoice, **parts: Any) -> Document:
    return _update(invoice, **parts).unwrap().invoice.document


def test_a_line_is_changed_at_its_position_and_keeps_what_is_not_given() -> None:
    lines = _document(a_draft(), lines=[LineChange(position=1, unit_amount=100)]).lines
    assert lines == (BOOK, TEA.model_copy(update={"unit_amount": 100}))


def test_a_line_without_a_position_is_added_in_the_currency_of_the_invoice() -> None:
    lines = _document(a_draft(), lines=[LineChange(name="Pen", unit_amount=7)]).lines
    assert lines == (BOOK, TEA, Line(name="Pen", unit_amount=7, currency=INR))


def test_a_line_that_another_replaces_keeps_nothing_of_the_old_one() -> None:
    pen = Line(name="Pen", unit_amount=7, currency=INR)
    change = LineChange(position=0, line=pen, quantity=3)
    (line, _) = _document(a_draft(), lines=[change]).lines
    assert line == pen.model_copy(update={"quantity": 3})


def test_changes_of_one_update_are_made_in_their_order() -> None:
    changes = [
        LineChange(position=0, name="Novel"),
        LineChange(name="Pen", unit_amount=7),
        LineChange(position=0, unit_amount=1),
        LineChange(name="Ink", unit_amount=8),
    ]
    lines = _document(a_draft(), lines=changes).lines
    assert [(line.name, line.unit_amount) for line in lines] == [
        ("Novel", 1), ("Tea", 99), ("Pen", 7), ("Ink", 8),
    ]  # fmt: skip


@pytest.mark.parametrize("position", [2, 49])
def test_a_position_that_no_line_has_is_a_typed_error(position: int) -> None:
    changes = [LineChange(name="Pen", unit_amount=7), LineChange(position=position, quantity=1)]
    assert _update(a_draft(), lines=changes) == Failure(LineNotFound(position))


def test_a_new_line_without_name_and_amount_is_a_typed_error_that_names_both() -> None:
    failure = _update(a_draft(), lines=[LineChange(quantity=2)]).failure()
    assert failure == InvalidDocument(
        (
            InvalidField("lines.2.name", "missing", "Field required"),
            InvalidField("lines.2.unit_amount", "missing", "Field required"),
        )
    )


def test_more_lines_than_a_document_may_have_are_a_typed_error() -> None:
    full = a_draft(lines=tuple(a_line(1, 1) for _ in range(MAX_LINES)))
    failure = _update(full, lines=[LineChange(name="Pen", unit_amount=7)]).failure()
    assert isinstance(failure, InvalidDocument)
    assert [(field.path, field.kind) for field in failure.invalid_fields] == [("lines", "too_long")]


def test_a_line_in_another_currency_is_refused() -> None:
    pen = LineChange(name="Pen", unit_amount=7, currency=USD)
    assert _update(a_draft(), lines=[pen]) == Failure(CurrencyMismatch(USD, INR))


def test_new_lines_are_in_the_currency_that_the_same_update_sets() -> None:
    empty = a_draft(lines=())
    patch = Patch(currency=USD)
    pen = LineChange(name="Pen", unit_amount=7)
    assert _document(empty, patch=patch, lines=[pen]).lines[0].currency == USD


@pytest.mark.parametrize(
    ("flags", "media"),
    [
        ({"email": False}, (Medium.SMS,)),
        ({"sms": False, "email": False}, ()),
        ({"sms": True}, (Medium.EMAIL, Medium.SMS)),
    ],
)
def test_a_flag_switches_one_medium_and_leaves_the_other(
    flags: dict[str, bool], media: tuple[Medium, ...]
) -> None:
    draft = a_draft(media=(Medium.EMAIL, Medium.SMS))
    assert _document(draft, **flags).media == media


def test_an_id_alone_names_the_customer_that_is_there() -> None:
    draft = a_draft(customer=a_customer(id="cust_1", name="Asha"))
    assert _document(draft, customer_id="cust_2").customer == a_customer(id="cust_2", name="Asha")
    assert _document(a_draft(customer=None), customer_id="cust_2").customer is None


def test_a_customer_that_is_given_whole_keeps_its_own_id() -> None:
    patch = Patch(customer=a_customer(id="cust_9"))
    document = _document(a_draft(), patch=patch, customer_id="cust_2")
    assert document.customer == a_customer(id="cust_9")


def test_extras_are_merged_by_key() -> None:
    draft = a_draft(extras={"a": "1", "b": "2"})
    document = _document(draft, patch=Patch(extras={"b": "3", "c": "4"}))
    assert dict(document.extras) == {"a": "1", "b": "3", "c": "4"}


@pytest.mark.parametrize(
    ("parts", "fields"),
    [
        ({"lines": [LineChange(position=9)]}, (F.LINES,)),
        ({"lines": []}, (F.LINES,)),
        ({"sms": False}, (F.MEDIA,)),
        ({"customer_id": "cust_2", "patch": Patch(title="New")}, (F.TITLE, F.CUSTOMER)),
    ],
)
def test_the_status_is_checked_before_the_parts(
    parts: dict[str, Any], fields: tuple[F, ...]
) -> None:
    failure = _update(an_invoice(Status.ISSUED), **parts).failure()
    assert isinstance(failure, NotEditable)
    assert failure.fields == fields
    cancelled = _update(an_invoice(Status.CANCELLED), **parts).failure()
    assert isinstance(cancelled, NotEditable | OperationNotAllowed)


def test_an_update_of_nothing_changes_the_version_alone() -> None:
    draft = a_draft()
    changed = _update(draft)
    assert isinstance(changed, Success)
    assert changed.unwrap().invoice == draft.model_copy(update={"version": draft.version + 1})


def test_an_update_without_a_field_names_the_others_alone() -> None:
    patch = Patch(receipt="R-1", terms=None)
    assert patch.without(F.RECEIPT) == Patch(terms=None)
    assert patch.without(F.RECEIPT).fields == {F.TERMS}


def test_the_error_of_a_document_names_its_first_invalid_field() -> None:
    fields = (InvalidField("lines.2.name", "missing", "Field required"),) * 2
    assert InvalidDocument(fields).field == "lines.2.name"
