"""Bad input is refused where it enters: the field is named, what it held is not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError
from returns.result import Failure, Success

from billhook.lifecycle.draft import draft
from billhook.lifecycle.errors import DomainError, ExpiresTooSoon, NothingToBill
from billhook.lifecycle.issue import issue
from billhook.model.account import Account
from billhook.model.base import AccountId
from billhook.model.customer import Customer
from billhook.model.document import MAX_LINES, Document
from billhook.model.invoice import InvoiceId
from billhook.model.line_items import Line
from billhook.model.patch import Patch
from billhook.model.payment import Payment
from billhook_adapters.testing import NOON, a_customer, a_document, a_line, a_payment, an_invoice

NAIVE = datetime(2026, 1, 1)  # noqa: DTZ001  # naive on purpose
SECRET = "Ravi-Kumar-42"
WIDE = [a_line(1, 1)] * (MAX_LINES + 1)

Build = Callable[..., BaseModel]


def _made(build: Build, **fields: Any) -> ValidationError:
    with pytest.raises(ValidationError) as refused:
        build(**fields)
    return refused.value


def a_document_with(**fields: Any) -> Document:
    return Document.model_validate({"currency": "INR", **fields})


def a_line_with(**fields: Any) -> Line:
    return Line.model_validate({"name": "Book", "unit_amount": 1, "currency": "INR", **fields})


def a_payment_with(**fields: Any) -> Payment:
    return Payment.model_validate({**dict(a_payment()), **fields})


CASES: list[tuple[Build, str, Any]] = [
    *((a_line_with, "unit_amount", bad) for bad in [1.0, True, "1 ", "1e3", -1, 2**53, None, []]),
    *((a_line_with, "quantity", bad) for bad in [1.5, True, "1_000", 0, -1, "1e2", [], {}]),
    *((a_line_with, "currency", bad) for bad in ["", "inr", "ABC", "XAU", 5, None, ["INR"]]),
    *((a_line_with, "name", bad) for bad in [None, "", "x" * 257, 5, b"x", "a\x00", "\ud800"]),
    (a_line_with, "description", "x" * 2049),
    *((a_payment_with, "amount", bad) for bad in [0, -1, 1.0, True, "100", "1_000", 2**53]),
    *((a_payment_with, "currency", bad) for bad in ["inr", "XXX", None]),
    *((a_payment_with, "reference", bad) for bad in ["", "x" * 129, 7, "a\x00", "\udfff"]),
    *((a_document_with, "expire_by", bad) for bad in [NAIVE, "2026-01-01", 1767225600, "soon"]),
    *((a_document_with, "date", bad) for bad in [NAIVE, NOON.date(), 0]),
    *((a_document_with, "partial_payment", bad) for bad in [1, 0, "true", None]),
    *((a_document_with, "first_payment_min_amount", bad) for bad in [0, True, 1.5, "1"]),
    *((a_document_with, "receipt", bad) for bad in ["", "x" * 41, 5]),
    *((a_document_with, "terms", bad) for bad in ["x" * 2049, "a\x00b", "\ud800", 5]),
    *((a_document_with, "media", bad) for bad in [["fax"], ["SMS"], "sms", [None]]),
    *((a_document_with, "notes", bad) for bad in [{"a": 1}, {1: "a"}, {"a": "\x00"}, [], "x"]),
    *((a_document_with, "lines", bad) for bad in [WIDE, None, "x", [None]]),
    *((a_document_with, "rounding", bad) for bad in ["never", None]),
    *((a_document_with, "currency", bad) for bad in ["inr", "XTS", None, 356]),
    (a_document_with, "liveMode", True),
    *((Customer, "email", bad) for bad in [SECRET, 5, "a@b@c.d"]),
    *((Customer, "contact", bad) for bad in [SECRET, 9876543210, "x" * 60 + "98765"]),
    *((Customer, "name", bad) for bad in ["", "x" * 257, f"{SECRET}\x00", ["Ravi"]]),
]


@pytest.mark.parametrize(("build", "field", "bad"), CASES)
def test_what_does_not_fit_is_refused_by_its_field(build: Build, field: str, bad: Any) -> None:
    places = {error["loc"][0] for error in _made(build, **{field: bad}).errors()}
    assert places == {field}


PERSONAL: list[tuple[Build, dict[str, Any]]] = [
    (Customer, {"name": f"{SECRET}\x00"}),
    (Customer, {"email": f"{SECRET} at example"}),
    (Customer, {"contact": SECRET}),
    (Customer, {"billing_address": {"line1": f"{SECRET}\x00"}}),
    (Customer, {"billing_address": {"country": SECRET}}),
    (Customer, {"billing_address": SECRET}),
    (a_document_with, {"customer": {"email": SECRET}}),
    (a_document_with, {"notes": {"name": f"{SECRET}\x00"}}),
    (a_document_with, {"terms": SECRET * 200}),
    (a_document_with, {"expire_by": SECRET}),
    (a_document_with, {"extras": {"razorpay": SECRET * 4000}}),
    (a_document_with, {"lines": [{"name": SECRET, "unit_amount": SECRET, "currency": SECRET}]}),
    (a_payment_with, {"reference": f"{SECRET}\x00"}),
]


@pytest.mark.parametrize(("build", "given"), PERSONAL)
def test_an_error_does_not_repeat_the_input(build: Build, given: dict[str, Any]) -> None:
    refused = _made(build, **given)
    assert next(iter(given)) in str(refused)
    assert SECRET not in str(refused)
    assert SECRET not in repr(refused)


def test_lines_in_another_currency_are_refused_by_their_place() -> None:
    lines = [a_line(), a_line(currency="USD")]
    with pytest.raises(ValidationError, match=r"lines\.1\.currency must be INR"):
        Document(currency="INR", lines=lines)


def test_edits_that_clear_the_currency_are_refused() -> None:
    with pytest.raises(ValidationError, match="currency must be an ISO 4217 code"):
        Patch(currency=None)


def test_fifty_lines_are_taken_and_fifty_one_refused() -> None:
    assert a_document(lines=WIDE[:-1]).total == MAX_LINES
    assert _made(a_document_with, lines=WIDE).errors()[0]["type"] == "too_long"


@pytest.mark.parametrize(("build", "text"), [(a_document, "x"), (Patch, "x"), (Patch, "\u20b9")])
def test_extras_are_at_most_32_kib_of_utf8(build: Build, text: str) -> None:
    size = len(text.encode())
    fits = text * (32 * 1024 // size)
    build(extras={"razorpay": fits})
    with pytest.raises(ValidationError, match="extras of razorpay must be at most 32 KiB"):
        build(extras={"razorpay": fits + text})


def test_a_draft_without_lines_is_fine_and_its_issue_refused() -> None:
    drafted = draft(a_document(lines=[]), account=AccountId("a"), id=InvoiceId("i"), now=NOON)
    assert isinstance(drafted, Success)
    assert issue(drafted.unwrap().invoice, now=NOON, short_url="u") == Failure(NothingToBill())


def test_an_expiry_in_the_past_is_a_typed_refusal() -> None:
    past = NOON - timedelta(days=1)
    refused: DomainError = (
        draft(a_document(expire_by=past), account=AccountId("a"), id=InvoiceId("i"), now=NOON)
    ).failure()
    assert refused == ExpiresTooSoon(past, NOON)


@pytest.mark.parametrize("id", ["", "a b", "x" * 65, "é", "a\x00", None, 5])
def test_an_account_is_named_by_an_id(id: Any) -> None:
    refused = _made(Account, id=id, name="Acme")
    assert [error["loc"] for error in refused.errors()] == [("id",)]


def test_an_unknown_field_is_never_obeyed() -> None:
    with pytest.raises(ValidationError, match="paid_at"):
        Patch.model_validate({"paid_at": NOON})
    with pytest.raises(ValidationError, match="role"):
        a_customer(role="admin")
    assert an_invoice().document.customer == a_customer()
