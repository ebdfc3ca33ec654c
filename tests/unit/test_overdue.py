"""Overdue is derived: from due dates, what is paid, and a time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from billhook import (
    Instalment,
    PaymentSchedule,
    Status,
    is_overdue,
    is_partially_overdue,
    or_raise,
    pay,
)
from billhook_adapters.testing import NOON, a_payment, an_invoice
from billhook_adapters.testing.builders import TOMORROW

TICK = timedelta(microseconds=1)


@pytest.mark.parametrize("status", [Status.ISSUED, Status.PARTIALLY_PAID])
def test_an_invoice_is_overdue_from_its_due_date_on(status: Status) -> None:
    invoice = an_invoice(status, due_by=TOMORROW)
    assert not is_overdue(invoice, now=TOMORROW - TICK)
    assert is_overdue(invoice, now=TOMORROW)
    assert is_partially_overdue(invoice, now=TOMORROW) == (status is Status.PARTIALLY_PAID)


@pytest.mark.parametrize("status", [Status.DRAFT, Status.PAID, Status.CANCELLED])
def test_what_cannot_be_paid_is_not_overdue(status: Status) -> None:
    assert not is_overdue(an_invoice(status, due_by=NOON), now=TOMORROW)


def test_an_expired_invoice_is_not_overdue() -> None:
    invoice = an_invoice(Status.ISSUED, due_by=NOON, expire_by=TOMORROW)
    assert is_overdue(invoice, now=TOMORROW - TICK)
    assert not is_overdue(invoice, now=TOMORROW)


def test_an_invoice_without_a_due_date_is_never_overdue() -> None:
    assert not is_overdue(an_invoice(Status.ISSUED), now=NOON + timedelta(days=36500))


def test_instalments_are_overdue_one_by_one() -> None:
    schedule = PaymentSchedule(
        instalments=[
            Instalment(id="first", amount=49900, due_by=NOON),
            Instalment(id="second", amount=49900, due_by=TOMORROW),
        ]
    )
    invoice = an_invoice(Status.ISSUED, schedule=schedule)
    assert invoice.next_due_by == NOON
    paid = or_raise(pay(invoice, a_payment(amount=49900), now=NOON)).invoice
    assert paid.next_due_by == TOMORROW
    assert is_overdue(invoice, now=NOON)
    assert not is_overdue(paid, now=TOMORROW - TICK)
    assert is_partially_overdue(paid, now=TOMORROW)
    settled = or_raise(pay(paid, a_payment(reference="pay_2", amount=49900), now=NOON)).invoice
    assert settled.next_due_by is None
