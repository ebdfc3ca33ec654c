"""Issuing: the invoice is handed to its payer."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from returns.result import Failure, Result, Success

from billhook.lifecycle.apply import Change
from billhook.lifecycle.checks import AT_ONCE
from billhook.lifecycle.errors import (
    ExpiresTooSoon,
    MissingCustomer,
    NothingToBill,
    OperationNotAllowed,
)
from billhook.lifecycle.events import InvoiceIssued
from billhook.lifecycle.issue import IssueError, issue, violations
from billhook.lifecycle.operation import Operation
from billhook.model.invoice import Invoice, Status
from billhook_adapters.testing import NOON, a_line, an_invoice

URL = "https://bill.example/i/1"
LATER = NOON + timedelta(hours=1)


def _issue(invoice: Invoice, **given: Any) -> Result[Change, IssueError]:
    return issue(invoice, **{"now": LATER, "short_url": URL, **given})


def _draft(**document: Any) -> Invoice:
    return an_invoice(Status.DRAFT, **document)


def test_an_issued_invoice_keeps_all_but_what_issuing_sets() -> None:
    draft = _draft()
    issued = Invoice.model_validate(
        {
            **dict(draft),
            "version": 2,
            "status": Status.ISSUED,
            "issued_at": LATER,
            "updated_at": LATER,
            "short_url": URL,
            "number": "INV-0001",
        }
    )
    assert _issue(draft, number="INV-0001") == Success(
        Change(issued, InvoiceIssued(LATER, URL, "INV-0001"))
    )


def test_an_issued_invoice_needs_no_number() -> None:
    assert _issue(_draft()).unwrap().event == InvoiceIssued(LATER, URL, None)


def test_an_issued_invoice_shares_the_drafts_document() -> None:
    draft = _draft()
    assert _issue(draft).unwrap().invoice.document is draft.document


def test_an_invoice_without_a_customer_is_not_issued() -> None:
    assert _issue(_draft(customer=None)) == Failure(MissingCustomer())


@pytest.mark.parametrize("lines", [[], [a_line(0)]])
def test_an_invoice_of_amount_zero_is_not_issued(lines: list[Any]) -> None:
    assert _issue(_draft(lines=lines)) == Failure(NothingToBill())


def test_a_draft_whose_expiry_is_over_is_not_issued() -> None:
    assert _issue(_draft(expire_by=LATER)) == Failure(ExpiresTooSoon(LATER, LATER))


def test_a_draft_that_expires_closer_than_the_account_allows_is_not_issued() -> None:
    soon, lead = LATER + timedelta(minutes=14), timedelta(minutes=15)
    assert _issue(_draft(expire_by=soon), min_expiry_lead=lead) == Failure(
        ExpiresTooSoon(soon, LATER + lead)
    )


def test_refusals_win_in_the_order_status_customer_lines_expiry() -> None:
    bare = _draft(customer=None, lines=[], expire_by=LATER)
    assert list(violations(bare, AT_ONCE, LATER)) == [
        MissingCustomer(),
        NothingToBill(),
        ExpiresTooSoon(LATER, LATER),
    ]
    assert _issue(bare) == Failure(MissingCustomer())
    cancelled = an_invoice(Status.CANCELLED, expire_by=LATER)
    assert _issue(cancelled) == Failure(
        OperationNotAllowed(Operation.ISSUE, Status.CANCELLED, (Status.DRAFT,))
    )


def test_a_naive_instant_is_a_bug() -> None:
    with pytest.raises(ValueError, match="must carry a time zone"):
        _issue(_draft(), now=datetime(2026, 1, 1))  # noqa: DTZ001  # naive on purpose
