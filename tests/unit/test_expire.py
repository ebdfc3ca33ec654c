"""Expiring: the sweep records that an invoice's time has run out."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from returns.result import Failure, Success

from billhook.lifecycle.apply import Change
from billhook.lifecycle.errors import NotYetDue, OperationNotAllowed
from billhook.lifecycle.events import InvoiceExpired
from billhook.lifecycle.expire import (
    ExpiredInvoice,
    OverdueInvoice,
    expire,
    expire_overdue,
    violations,
)
from billhook.lifecycle.operation import Operation
from billhook.model.invoice import Invoice, Status
from billhook_adapters.testing import NOON, an_invoice
from billhook_adapters.testing.builders import TOMORROW

OPEN = (Status.ISSUED, Status.PARTIALLY_PAID)
LATE = TOMORROW + timedelta(days=2)


@pytest.mark.parametrize("status", OPEN)
@pytest.mark.parametrize("now", [TOMORROW, LATE])
def test_an_invoice_expired_when_it_said_it_would(status: Status, now: datetime) -> None:
    invoice = an_invoice(status, expire_by=TOMORROW)
    expired = Invoice.model_validate(
        {
            **dict(invoice),
            "version": invoice.version + 1,
            "status": Status.EXPIRED,
            "expired_at": TOMORROW,
            "updated_at": TOMORROW,
        }
    )
    assert expire(invoice, now=now) == Success(Change(expired, InvoiceExpired(now)))


@pytest.mark.parametrize("status", OPEN)
def test_an_invoice_does_not_expire_early(status: Status) -> None:
    now = TOMORROW - timedelta(microseconds=1)
    assert expire(an_invoice(status, expire_by=TOMORROW), now=now) == Failure(NotYetDue(TOMORROW))


def test_an_invoice_without_expiry_never_expires() -> None:
    assert expire(an_invoice(), now=LATE) == Failure(NotYetDue(None))


@pytest.mark.parametrize("status", [Status.DRAFT, Status.PAID, Status.EXPIRED, Status.CANCELLED])
def test_only_an_open_invoice_expires(status: Status) -> None:
    assert expire(an_invoice(status, expire_by=TOMORROW), now=LATE) == Failure(
        OperationNotAllowed(Operation.EXPIRE, status, OPEN)
    )


def test_the_status_is_refused_before_the_time() -> None:
    assert list(violations(an_invoice(Status.PAID), NOON)) == [
        OperationNotAllowed(Operation.EXPIRE, Status.PAID, OPEN),
        NotYetDue(None),
    ]


def test_a_naive_instant_is_a_bug() -> None:
    with pytest.raises(ValueError, match="must carry a time zone"):
        expire(an_invoice(), now=datetime(2026, 1, 1))  # noqa: DTZ001  # naive on purpose


@pytest.mark.parametrize("status", OPEN)
def test_the_expired_form_of_an_invoice_is_what_expire_returns(status: Status) -> None:
    invoice = an_invoice(status, expire_by=TOMORROW)
    later = LATE
    change = expire(invoice, now=later).unwrap()
    overdue = OverdueInvoice(invoice.key, invoice.status, invoice.version, TOMORROW, NOON)
    assert expire_overdue(overdue, InvoiceExpired(later)) == ExpiredInvoice(
        invoice.key,
        change.invoice.status,
        change.invoice.version,
        TOMORROW,
        change.invoice.updated_at,
        InvoiceExpired(later),
    )
    assert change.event == InvoiceExpired(later)
