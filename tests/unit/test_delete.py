"""Deleting: a draft is thrown away, and a tombstone is left."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from returns.result import Failure, Success

from billhook.lifecycle.apply import Change
from billhook.lifecycle.delete import delete
from billhook.lifecycle.errors import OperationNotAllowed
from billhook.lifecycle.events import InvoiceDeleted
from billhook.lifecycle.operation import Operation
from billhook.model.invoice import Invoice, Status
from billhook_adapters.testing import NOON, an_invoice

LATER = NOON + timedelta(hours=1)


def test_a_deleted_draft_is_a_tombstone() -> None:
    draft = an_invoice(Status.DRAFT)
    tombstone = Invoice.model_validate(
        {**dict(draft), "version": 2, "updated_at": LATER, "deleted_at": LATER}
    )
    assert delete(draft, now=LATER) == Success(Change(tombstone, InvoiceDeleted(LATER)))


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.DRAFT])
def test_what_was_issued_or_cancelled_is_not_deleted(status: Status) -> None:
    assert delete(an_invoice(status), now=LATER) == Failure(
        OperationNotAllowed(Operation.DELETE, status, (Status.DRAFT,))
    )


def test_a_tombstone_is_not_deleted_again() -> None:
    tombstone = delete(an_invoice(Status.DRAFT), now=LATER).unwrap().invoice
    assert delete(tombstone, now=LATER) == Failure(
        OperationNotAllowed(Operation.DELETE, Status.DRAFT, ())
    )


def test_a_naive_instant_is_a_bug() -> None:
    draft = an_invoice(Status.DRAFT)
    with pytest.raises(ValueError, match="must carry a time zone"):
        delete(draft, now=datetime(2026, 1, 1))  # noqa: DTZ001  # naive on purpose
