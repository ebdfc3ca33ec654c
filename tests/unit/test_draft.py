"""Drafting: an invoice comes into being."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from returns.result import Failure, Result, Success

from billhook.lifecycle.apply import Change
from billhook.lifecycle.draft import draft
from billhook.lifecycle.errors import AmountTooLarge, ExpiresTooSoon
from billhook.lifecycle.events import InvoiceDrafted
from billhook.model.base import AccountId
from billhook.model.document import Document
from billhook.model.invoice import Invoice, InvoiceId, Status
from billhook.model.money import LARGEST
from billhook_adapters.testing import NOON, a_document, a_line

ACME, ONE = AccountId("acc_1"), InvoiceId("inv_1")
QUARTER = timedelta(minutes=15)
TICK = timedelta(microseconds=1)


def _draft(document: Document, **given: Any) -> Result[Change, AmountTooLarge | ExpiresTooSoon]:
    return draft(document, **{"account": ACME, "id": ONE, "now": NOON, **given})


def test_a_draft_is_the_first_version_of_an_invoice() -> None:
    document = a_document()
    drafted = Invoice(
        account=ACME,
        id=ONE,
        version=1,
        status=Status.DRAFT,
        document=document,
        amount=99800,
        created_at=NOON,
        updated_at=NOON,
    )
    assert _draft(document) == Success(Change(drafted, InvoiceDrafted(NOON, ACME, ONE, document)))


def test_a_draft_may_lack_its_customer_and_its_lines() -> None:
    assert _draft(Document(currency="INR")).unwrap().invoice.amount == 0


def test_a_draft_is_made_at_the_same_instant_whatever_the_zone() -> None:
    there = NOON.astimezone(timezone(timedelta(hours=5, minutes=30)))
    made = _draft(a_document(), now=there).unwrap()
    assert made == _draft(a_document()).unwrap()
    assert made.invoice.created_at.tzinfo is UTC


def test_a_naive_instant_is_a_bug() -> None:
    with pytest.raises(ValueError, match="must carry a time zone"):
        _draft(a_document(), now=datetime(2026, 1, 1))  # noqa: DTZ001  # naive on purpose


def test_lines_that_add_up_to_the_largest_amount_are_drafted() -> None:
    assert _draft(a_document(lines=[a_line(LARGEST, 1)])).unwrap().invoice.amount == LARGEST


def test_lines_that_add_up_to_more_than_the_largest_amount_are_refused() -> None:
    lines = [a_line(LARGEST, 1), a_line(1, 1)]
    assert _draft(a_document(lines=lines)) == Failure(AmountTooLarge(LARGEST))


def test_the_amount_is_measured_by_the_documents_rounding() -> None:
    half = a_line(1, Decimal("0.5"))
    lines = [a_line(LARGEST - 1, 1), half, half]
    rounded_up = a_document(lines=lines, rounding="per_line")
    exact = a_document(lines=lines, rounding="per_invoice")
    assert _draft(rounded_up) == Failure(AmountTooLarge(LARGEST))
    assert _draft(exact).unwrap().invoice.amount == LARGEST


@pytest.mark.parametrize("expire_by", [NOON - TICK, NOON])
def test_an_expiry_that_is_over_is_refused(expire_by: datetime) -> None:
    assert _draft(a_document(expire_by=expire_by)) == Failure(ExpiresTooSoon(expire_by, NOON))


def test_an_expiry_just_ahead_is_accepted_where_no_lead_is_required() -> None:
    assert isinstance(_draft(a_document(expire_by=NOON + TICK)), Success)


def test_an_expiry_closer_than_the_account_allows_is_refused() -> None:
    close = NOON + QUARTER - TICK
    assert _draft(a_document(expire_by=close), min_expiry_lead=QUARTER) == Failure(
        ExpiresTooSoon(close, NOON + QUARTER)
    )
    assert isinstance(
        _draft(a_document(expire_by=NOON + QUARTER), min_expiry_lead=QUARTER), Success
    )


def test_the_amount_is_refused_before_the_expiry() -> None:
    both_wrong = a_document(lines=[a_line(LARGEST, 2)], expire_by=NOON)
    assert _draft(both_wrong) == Failure(AmountTooLarge(LARGEST))
