"""Updating: fields of the document are set, as far as the status still allows."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError
from returns.result import Failure, Result, Success

from billhook.lifecycle.apply import Change
from billhook.lifecycle.delete import delete
from billhook.lifecycle.errors import (
    AmountTooLarge,
    CurrencyMismatch,
    DomainError,
    ExpiresTooSoon,
    NotEditable,
    OperationNotAllowed,
)
from billhook.lifecycle.events import InvoiceUpdated
from billhook.lifecycle.operation import Operation
from billhook.lifecycle.update import update
from billhook.model.invoice import Invoice, Status
from billhook.model.money import LARGEST, Currency
from billhook.model.patch import DocumentField as F
from billhook.model.patch import Patch
from billhook_adapters.testing import NOON, a_line, an_invoice
from billhook_adapters.testing.builders import TOMORROW

INR, USD = Currency("INR"), Currency("USD")
WHEN_ISSUED = (F.RECEIPT, F.DUE_BY, F.EXPIRE_BY, F.PARTIAL_PAYMENT, F.TERMS, F.COMMENT, F.NOTES)

GIVEN: dict[F, Any] = {
    F.TITLE: "Spring order",
    F.CUSTOMER: None,
    F.SELLER: {"legal_name": "Acme Books Private Limited"},
    F.RECIPIENTS: {"emails": ["ap@acme.example"]},
    F.DISCOUNT: {"percentage": 10},
    F.SCHEDULE: {"instalments": [{"id": "all", "percentage": 100}]},
    F.LIVE: False,
    F.LINES: [a_line(1, 1)],
    F.CURRENCY: "INR",
    F.DESCRIPTION: "Books",
    F.RECEIPT: "R-1",
    F.DATE: NOON,
    F.DUE_BY: TOMORROW,
    F.EXPIRE_BY: TOMORROW,
    F.PARTIAL_PAYMENT: False,
    F.FIRST_PAYMENT_MIN_AMOUNT: 10,
    F.TERMS: "30 days",
    F.COMMENT: "Thank you",
    F.NOTES: {"order": "A-1"},
    F.MEDIA: ["sms"],
    F.EXTRAS: {"razorpay": "{}"},
}


def _update(
    invoice: Invoice, now: datetime = NOON, min_expiry_lead: timedelta = timedelta(0), **fields: Any
) -> Result[Change, DomainError]:
    return update(invoice, Patch(**fields), now=now, min_expiry_lead=min_expiry_lead)


def test_an_update_sets_what_it_names_and_keeps_the_rest() -> None:
    draft = an_invoice(Status.DRAFT)
    document = draft.document.model_copy(update={"terms": "30 days", "lines": (a_line(1, 1),)})
    expected = Invoice.model_validate(
        {**dict(draft), "version": 2, "document": document, "amount": 1}
    )
    patch = Patch(terms="30 days", lines=[a_line(1, 1)])
    assert update(draft, patch, now=NOON) == Success(Change(expected, InvoiceUpdated(NOON, patch)))


def test_none_clears_a_field() -> None:
    draft = an_invoice(Status.DRAFT, terms="30 days")
    assert _update(draft, terms=None).unwrap().invoice.document.terms is None


def test_an_update_of_nothing_is_a_version_all_the_same() -> None:
    issued = an_invoice(Status.ISSUED)
    after = _update(issued).unwrap().invoice
    assert (after.document, after.version) == (issued.document, issued.version + 1)


@pytest.mark.parametrize("field", F)
@pytest.mark.parametrize("status", Status)
def test_a_field_is_set_where_the_status_allows_it(status: Status, field: F) -> None:
    invoice = an_invoice(status)
    answer = _update(invoice, **{field.value: GIVEN[field]})
    if status is Status.DRAFT:
        allowed = tuple(F)
    else:
        allowed = WHEN_ISSUED if status is Status.ISSUED else (F.NOTES,)
    if field in allowed:
        given = getattr(Patch(**{field.value: GIVEN[field]}), field.value)
        assert getattr(answer.unwrap().invoice.document, field.value) == given
    else:
        assert answer == Failure(NotEditable(status, (field,), allowed))


def test_every_settled_field_is_named_in_the_fields_order() -> None:
    answer = _update(an_invoice(Status.PAID), terms="t", customer=None, notes={})
    assert answer == Failure(NotEditable(Status.PAID, (F.CUSTOMER, F.TERMS), (F.NOTES,)))


def test_an_invoice_whose_time_ran_out_is_edited_as_an_expired_one() -> None:
    issued = an_invoice(Status.ISSUED, expire_by=TOMORROW)
    assert _update(issued, now=TOMORROW, terms="t") == Failure(
        NotEditable(Status.EXPIRED, (F.TERMS,), (F.NOTES,))
    )
    assert isinstance(_update(issued, now=TOMORROW, notes={}), Success)


def test_lines_in_another_currency_are_refused() -> None:
    draft = an_invoice(Status.DRAFT)
    mixed = [a_line(1, 1), a_line(1, 1, currency="USD")]
    assert _update(draft, lines=mixed) == Failure(CurrencyMismatch(USD, INR))
    assert _update(draft, currency="USD") == Failure(CurrencyMismatch(INR, USD))


def test_lines_and_currency_change_together() -> None:
    document = (
        _update(an_invoice(Status.DRAFT), currency="USD", lines=[a_line(1, 1, currency="USD")])
        .unwrap()
        .invoice.document
    )
    assert (document.currency, document.total) == ("USD", 1)


@pytest.mark.parametrize("status", [Status.DRAFT, Status.ISSUED])
def test_an_expiry_closer_than_the_account_allows_is_refused(status: Status) -> None:
    lead = timedelta(minutes=15)
    soon = NOON + lead - timedelta(microseconds=1)
    answer = _update(an_invoice(status), min_expiry_lead=lead, expire_by=soon)
    assert answer == Failure(ExpiresTooSoon(soon, NOON + lead))


def test_an_unchanged_expiry_is_not_checked_again() -> None:
    draft = an_invoice(Status.DRAFT, expire_by=TOMORROW)
    assert isinstance(_update(draft, now=TOMORROW, terms="t"), Success)


def test_an_issued_invoice_may_lose_its_expiry() -> None:
    issued = an_invoice(Status.ISSUED, expire_by=TOMORROW)
    assert _update(issued, expire_by=None).unwrap().invoice.document.expire_by is None


def test_lines_that_add_up_to_too_much_are_refused() -> None:
    draft = an_invoice(Status.DRAFT)
    assert _update(draft, lines=[a_line(LARGEST, 2)]) == Failure(AmountTooLarge(LARGEST))


def test_refusals_win_in_the_order_status_fields_currency_expiry_amount() -> None:
    wrong: dict[str, Any] = {"lines": [a_line(LARGEST, 2)]}
    draft, issued = an_invoice(Status.DRAFT), an_invoice(Status.ISSUED)
    assert _update(draft, **wrong) == Failure(AmountTooLarge(LARGEST))
    wrong["expire_by"] = NOON
    assert _update(draft, **wrong) == Failure(ExpiresTooSoon(NOON, NOON))
    wrong["currency"] = "USD"
    assert _update(draft, **wrong) == Failure(CurrencyMismatch(INR, USD))
    assert _update(issued, **wrong) == Failure(
        NotEditable(Status.ISSUED, (F.LINES, F.CURRENCY), WHEN_ISSUED)
    )
    gone = delete(draft, now=NOON).unwrap().invoice
    assert _update(gone, **wrong) == Failure(
        OperationNotAllowed(Operation.UPDATE, Status.DRAFT, ())
    )


def test_edits_name_exactly_the_fields_that_were_given() -> None:
    assert Patch(terms=None, notes={}).fields == {F.TERMS, F.NOTES}
    assert Patch().fields == frozenset()


@pytest.mark.parametrize("field", ["currency", "lines", "partial_payment", "notes", "media"])
def test_a_field_that_every_document_has_cannot_be_cleared(field: str) -> None:
    with pytest.raises(ValidationError, match=field):
        Patch(**{field: None})


def test_a_naive_instant_is_a_bug() -> None:
    with pytest.raises(ValueError, match="must carry a time zone"):
        _update(an_invoice(), now=datetime(2026, 1, 1))  # noqa: DTZ001  # naive on purpose
