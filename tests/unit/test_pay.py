"""Paying: money comes in, a part or the rest."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from returns.result import Failure, Result, Success

from billhook.lifecycle.apply import Change
from billhook.lifecycle.errors import (
    BelowMinimum,
    CurrencyMismatch,
    InstalmentNotFound,
    InstalmentOverpayment,
    OperationNotAllowed,
    Overpayment,
    PartialNotAllowed,
    PaymentError,
)
from billhook.lifecycle.events import PaymentRecorded
from billhook.lifecycle.operation import Operation
from billhook.lifecycle.pay import pay
from billhook.model.invoice import Invoice, Status
from billhook.model.money import Currency
from billhook.model.payment import Payment, Reference
from billhook_adapters.testing import NOON, a_payment, an_invoice
from billhook_adapters.testing.builders import TOMORROW

INR, USD = Currency("INR"), Currency("USD")
LATER = NOON + timedelta(hours=1)
DUE = 99800
OPEN = (Status.ISSUED, Status.PARTIALLY_PAID)


def _pay(invoice: Invoice, payment: Payment, now: datetime = LATER) -> Result[Change, PaymentError]:
    return pay(invoice, payment, now=now)


def _after(invoice: Invoice, **changes: Any) -> Invoice:
    return Invoice.model_validate(
        {**dict(invoice), "version": invoice.version + 1, "updated_at": LATER, **changes}
    )


def test_a_part_leaves_the_rest_due() -> None:
    issued = an_invoice(Status.ISSUED)
    paid_in_part = _after(
        issued, status=Status.PARTIALLY_PAID, paid=100, first_payment=Reference("pay_1")
    )
    assert _pay(issued, a_payment(100)) == Success(
        Change(paid_in_part, PaymentRecorded(LATER, Reference("pay_1"), 100))
    )
    assert paid_in_part.due == DUE - 100


def test_the_rest_pays_the_invoice() -> None:
    partial = an_invoice(Status.PARTIALLY_PAID)
    paid = _after(partial, status=Status.PAID, paid=DUE, paid_at=LATER)
    assert _pay(partial, a_payment(partial.due, "pay_2")) == Success(
        Change(paid, PaymentRecorded(LATER, Reference("pay_2"), partial.due))
    )
    assert paid.first_payment == "pay_1"


def test_the_whole_at_once_pays_the_invoice() -> None:
    issued = an_invoice(Status.ISSUED, partial_payment=False)
    paid = _after(issued, status=Status.PAID, paid=DUE, paid_at=LATER, first_payment="pay_1")
    assert _pay(issued, a_payment(DUE)).unwrap().invoice == paid


@pytest.mark.parametrize("status", OPEN)
def test_more_than_is_due_is_never_taken(status: Status) -> None:
    invoice = an_invoice(status)
    assert _pay(invoice, a_payment(invoice.due + 1)) == Failure(
        Overpayment(invoice.due + 1, invoice.due)
    )


def test_an_invoice_that_takes_no_parts_refuses_one() -> None:
    issued = an_invoice(Status.ISSUED, partial_payment=False)
    assert _pay(issued, a_payment(DUE - 1)) == Failure(PartialNotAllowed(DUE - 1, DUE))


def test_the_first_part_must_reach_the_minimum() -> None:
    issued = an_invoice(Status.ISSUED, first_payment_min_amount=100)
    assert _pay(issued, a_payment(99)) == Failure(BelowMinimum(99, 100))
    assert isinstance(_pay(issued, a_payment(100)), Success)


def test_the_second_part_need_not_reach_the_minimum() -> None:
    issued = an_invoice(Status.ISSUED, first_payment_min_amount=100)
    partial = _pay(issued, a_payment(100)).unwrap().invoice
    assert _pay(partial, a_payment(1, "pay_2")).unwrap().invoice.paid == 101


def test_the_whole_is_taken_even_below_the_minimum() -> None:
    issued = an_invoice(Status.ISSUED, first_payment_min_amount=DUE + 1)
    assert _pay(issued, a_payment(DUE)).unwrap().invoice.status is Status.PAID


def test_a_payment_in_another_currency_is_refused() -> None:
    assert _pay(an_invoice(), a_payment(DUE, currency="USD")) == Failure(CurrencyMismatch(USD, INR))


def test_refusals_win_in_the_order_status_currency_amount_parts_minimum() -> None:
    whole = an_invoice(partial_payment=False, first_payment_min_amount=100)
    dollars = a_payment(DUE + 1, currency="USD")
    assert _pay(an_invoice(Status.PAID), dollars) == Failure(
        OperationNotAllowed(Operation.PAY, Status.PAID, OPEN)
    )
    assert _pay(whole, dollars) == Failure(CurrencyMismatch(USD, INR))
    assert _pay(whole, a_payment(DUE + 1)) == Failure(Overpayment(DUE + 1, DUE))
    assert _pay(whole, a_payment(99)) == Failure(PartialNotAllowed(99, DUE))


@pytest.mark.parametrize("status", OPEN)
def test_nothing_is_taken_from_the_instant_of_expiry_on(status: Status) -> None:
    invoice = an_invoice(status, expire_by=TOMORROW)
    before = TOMORROW - timedelta(microseconds=1)
    assert isinstance(_pay(invoice, a_payment(invoice.due), before), Success)
    assert _pay(invoice, a_payment(invoice.due), TOMORROW) == Failure(
        OperationNotAllowed(Operation.PAY, Status.EXPIRED, OPEN)
    )


def test_a_naive_instant_is_a_bug() -> None:
    with pytest.raises(ValueError, match="must carry a time zone"):
        _pay(an_invoice(), a_payment(), datetime(2026, 1, 1))  # noqa: DTZ001  # naive on purpose


SCHEDULE = {
    "instalments": [
        {"id": "deposit", "amount": 40000, "due_by": TOMORROW},
        {"id": "rest", "amount": 59800, "due_by": TOMORROW + timedelta(days=30)},
    ]
}


def _naming(amount: int, *instalments: str) -> Payment:
    return a_payment(amount).model_copy(update={"instalments": instalments})


@pytest.mark.parametrize(
    ("payment", "paid"),
    [
        (a_payment(40000), (40000, 0)),
        (a_payment(60000), (40000, 20000)),
        (_naming(59800, "rest"), (0, 59800)),
        (_naming(100, "rest"), (0, 100)),
        (_naming(60000, "rest", "deposit"), (40000, 20000)),
    ],
)
def test_a_payment_pays_the_instalments_that_it_names_or_else_the_first(
    payment: Payment, paid: tuple[int, int]
) -> None:
    invoice, event = _pay(an_invoice(schedule=SCHEDULE), payment).unwrap()
    assert invoice.instalments_paid == paid
    assert tuple(one.paid for one in invoice.instalments) == paid
    assert event == PaymentRecorded(LATER, payment.reference, payment.amount, payment.instalments)


def test_an_instalment_takes_no_more_than_is_due_of_it() -> None:
    issued = an_invoice(schedule=SCHEDULE)
    part = _pay(issued, _naming(30000, "deposit")).unwrap().invoice
    again = _naming(30000, "deposit").model_copy(update={"reference": "pay_2"})
    assert _pay(part, again) == Failure(InstalmentOverpayment(30000, 10000))
    assert _pay(part, _naming(70001, "deposit", "rest")) == Failure(Overpayment(70001, 69800))


@pytest.mark.parametrize("schedule", [SCHEDULE, None])
def test_an_instalment_that_the_invoice_lacks_is_refused(schedule: Any) -> None:
    known = ("deposit", "rest") if schedule else ()
    answer = _pay(an_invoice(schedule=schedule), _naming(100, "third"))
    assert answer == Failure(InstalmentNotFound(known))


@pytest.mark.parametrize(
    ("payment", "taken"),
    [
        (a_payment(40000), True),
        (_naming(59800, "rest"), True),
        (a_payment(39999), False),
        (a_payment(40001), False),
        (_naming(59799, "rest"), False),
    ],
)
def test_whole_instalments_are_paid_where_other_parts_are_not_allowed(
    payment: Payment, taken: bool
) -> None:
    answer = _pay(an_invoice(schedule=SCHEDULE, partial_payment=False), payment)
    assert isinstance(answer, Success) is taken
    if not taken:
        assert answer == Failure(PartialNotAllowed(payment.amount, DUE))


def test_what_is_requested_is_overdue_or_next() -> None:
    issued = an_invoice(schedule=SCHEDULE)
    after_both = TOMORROW + timedelta(days=31)
    assert [issued.due_at(at) for at in (NOON, TOMORROW, after_both)] == [40000, 40000, 99800]
    first_paid = _pay(issued, a_payment(40000)).unwrap().invoice
    assert [first_paid.due_at(at) for at in (NOON, after_both)] == [59800, 59800]
    assert an_invoice().due_at(NOON) == DUE
    assert an_invoice(Status.PAID, schedule=SCHEDULE).due_at(NOON) == 0
