"""Cancelling: the invoice is called off."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from returns.result import Failure, Success

from billhook.lifecycle.apply import Change
from billhook.lifecycle.cancel import cancel
from billhook.lifecycle.errors import OperationNotAllowed
from billhook.lifecycle.events import InvoiceCancelled
from billhook.lifecycle.operation import Operation
from billhook.model.invoice import Invoice, Status
from billhook_adapters.testing import NOON, an_invoice

LATER = NOON + timedelta(hours=1)
ALLOWED = (Status.DRAFT, Status.ISSUED)


@pytest.mark.parametrize("status", ALLOWED)
def test_a_cancelled_invoice_keeps_all_but_its_status(status: Status) -> None:
    invoice = an_invoice(status)
    cancelled = Invoice.model_validate(
        {
            **dict(invoice),
            "version": invoice.version + 1,
            "status": Status.CANCELLED,
            "cancelled_at": LATER,
            "updated_at": LATER,
        }
    )
    assert cancel(invoice, now=LATER) == Success(Change(cancelled, InvoiceCancelled(LATER)))


@pytest.mark.parametrize(
    "status", [Status.PARTIALLY_PAID, Status.PAID, Status.EXPIRED, Status.CANCELLED]
)
def test_an_invoice_with_money_in_or_at_its_end_is_not_cancelled(status: Status) -> None:
    assert cancel(an_invoice(status), now=LATER) == Failure(
        OperationNotAllowed(Operation.CANCEL, status, ALLOWED)
    )


def test_an_invoice_whose_time_ran_out_is_not_cancelled() -> None:
    assert cancel(an_invoice(expire_by=LATER), now=LATER) == Failure(
        OperationNotAllowed(Operation.CANCEL, Status.EXPIRED, ALLOWED)
    )


def test_a_naive_instant_is_a_bug() -> None:
    with pytest.raises(ValueError, match="must carry a time zone"):
        cancel(an_invoice(), now=datetime(2026, 1, 1))  # noqa: DTZ001  # naive on purpose
