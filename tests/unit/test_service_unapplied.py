"""Unapplied payments: money that no invoice took is applied later, or sent back."""

from __future__ import annotations

from typing import Any

import pytest
from returns.result import Failure, Result

from billhook.application.commands import ApplyPayment, Cancel, Delete, RecordPayment, RecordRefund
from billhook.application.payments import ApplyPaymentError
from billhook.application.records import PaymentKey, RecordedPayment, Refund
from billhook.lifecycle.errors import (
    CurrencyMismatch,
    InvoiceNotFound,
    MoreThanUnapplied,
    OperationNotAllowed,
    OtherCustomer,
    Overpayment,
    PartialNotAllowed,
    PaymentNotFound,
    ServiceError,
)
from billhook.lifecycle.events import PaymentRecorded
from billhook.model.customer import Customer, same_customer
from billhook.model.invoice import Invoice, InvoiceId, Status
from billhook.model.money import Currency
from billhook.model.payment import Payment, Reference
from billhook_adapters.testing import a_customer, a_payment
from unit.running_service import ACME, ONE, OTHER, TWO, InMemoryService

DUE = 99800
BANK = Reference("UTR-7")


def _running(amount: int = DUE + 1, **document: Any) -> InMemoryService:
    """A service with an issued invoice, and a payment of it that is unapplied."""
    running = InMemoryService()
    running.issued(ONE, **document)
    running.service.execute(
        RecordPayment(account=ACME, invoice=ONE, payment=a_payment(amount, BANK))
    )
    return running


def _apply(
    running: InMemoryService, amount: int | None = None, invoice: InvoiceId = ONE, **fields: Any
) -> Result[Invoice, ApplyPaymentError | ServiceError]:
    command = ApplyPayment(
        **{"account": ACME, "invoice": invoice, "payment": BANK, "amount": amount, **fields}
    )
    return running.service.execute(command)


def _payment(running: InMemoryService, reference: Reference = BANK) -> RecordedPayment:
    found = running.service.payment(ACME, reference)
    assert found is not None
    return found


def test_what_is_due_is_applied_and_the_rest_stays_unapplied() -> None:
    running = _running(DUE + 1)
    paid = _apply(running).unwrap()
    assert (paid.status, paid.paid, paid.first_payment) == (Status.PAID, DUE, paid.first_payment)
    origin, part = running.service.payments(ACME, ONE).unwrap()
    assert (origin.unapplied, origin.applied, origin.payment.amount) == (1, False, DUE + 1)
    assert (part.payment.amount, part.applied, part.origin) == (DUE, True, BANK)
    assert part.payment.reference == paid.first_payment != BANK
    assert [one.key for one in running.unapplied()] == [PaymentKey(ACME, BANK)]
    event = running.events()[-1].event
    assert event == PaymentRecorded(running.clock.now(), part.payment.reference, DUE)


def test_all_of_it_applied_leaves_nothing_unapplied() -> None:
    running = _running(DUE + 100)
    running.issued(TWO)
    _apply(running).unwrap()
    assert _apply(running, invoice=TWO).unwrap().paid == 100
    assert running.unapplied() == []
    assert _apply(running, invoice=TWO) == Failure(MoreThanUnapplied(DUE + 100, 0))


def test_a_part_is_applied_where_the_invoice_takes_parts() -> None:
    running = _running()
    assert _apply(running, 100).unwrap().paid == 100
    assert _apply(running, 200).unwrap().paid == 300
    assert _payment(running).unapplied == DUE + 1 - 300


def test_several_parts_in_one_batch_are_never_more_than_the_whole() -> None:
    running = InMemoryService()
    running.issued(ONE)
    record = RecordPayment(account=ACME, invoice=ONE, payment=a_payment(DUE + 1, BANK))
    part = ApplyPayment(account=ACME, invoice=ONE, payment=BANK, amount=DUE // 2)
    _, first, second, third = running.service.execute_all([record, part, part, part])
    assert (first.unwrap().paid, second.unwrap().paid) == (DUE // 2, DUE)
    assert third == Failure(MoreThanUnapplied(DUE // 2, 1))
    assert _payment(running).unapplied == 1


def test_parts_of_an_earlier_payment_in_one_batch_add_up() -> None:
    running = _running()
    part = ApplyPayment(account=ACME, invoice=ONE, payment=BANK, amount=100)
    refund = RecordRefund(account=ACME, payment=BANK, amount=50)
    running.service.execute_all([part, refund, part])
    known = _payment(running)
    assert (known.unapplied, known.refunded) == (DUE + 1 - 250, 50)


@pytest.mark.parametrize(
    ("amount", "error"),
    [
        (DUE + 2, MoreThanUnapplied(DUE + 2, DUE + 1)),
        (DUE + 1, Overpayment(DUE + 1, DUE)),
    ],
)
def test_more_than_is_unapplied_or_due_is_refused(amount: int, error: object) -> None:
    running = _running()
    before = running.rows()
    assert _apply(running, amount) == Failure(error)
    assert running.rows() == before


def test_an_invoice_that_takes_no_parts_refuses_a_part() -> None:
    running = _running(partial_payment=False)
    assert _apply(running, 100) == Failure(PartialNotAllowed(100, DUE))
    assert _payment(running).unapplied == DUE + 1


def test_what_does_not_exist_is_refused() -> None:
    running = _running()
    assert _apply(running, payment="UTR-8") == Failure(PaymentNotFound())
    assert _apply(running, invoice=InvoiceId("inv_9")) == Failure(InvoiceNotFound())
    assert _apply(running, account=OTHER) == Failure(InvoiceNotFound())
    refund = RecordRefund(account=OTHER, payment=BANK)
    assert running.service.execute(refund) == Failure(PaymentNotFound())


def test_a_paid_invoice_takes_nothing_more() -> None:
    running = _running()
    _apply(running).unwrap()
    assert isinstance(_apply(running).failure(), OperationNotAllowed)
    assert _payment(running).unapplied == 1


def test_another_currency_is_not_applied() -> None:
    running = InMemoryService()
    running.issued(ONE)
    dollars = Payment(reference=BANK, amount=500, currency=Currency("USD"))
    running.service.execute(RecordPayment(account=ACME, invoice=ONE, payment=dollars))
    assert _apply(running) == Failure(CurrencyMismatch(Currency("USD"), Currency("INR")))


def test_money_of_a_cancelled_invoice_is_applied_to_the_customers_next_one() -> None:
    running = InMemoryService()
    running.issued(ONE)
    running.issued(TWO)
    running.service.execute(Cancel(account=ACME, invoice=ONE))
    running.service.execute(RecordPayment(account=ACME, invoice=ONE, payment=a_payment(DUE, BANK)))
    assert _apply(running, invoice=TWO).unwrap().status is Status.PAID
    assert running.service.payments(ACME, TWO).unwrap()[0].origin == BANK


def test_money_is_not_applied_to_another_customers_invoice() -> None:
    running = _running(customer=a_customer(id="cust_1"))
    running.issued(TWO, customer=a_customer(id="cust_2"))
    assert _apply(running, invoice=TWO) == Failure(OtherCustomer())
    assert (running.invoice(TWO).paid, _payment(running).unapplied) == (0, DUE + 1)


@pytest.mark.parametrize("status", ["unknown", "deleted"])
def test_money_for_an_invoice_that_is_not_there_is_applied_to_any(status: str) -> None:
    running = InMemoryService()
    if status == "deleted":
        running.drafted("inv_8")
        running.service.execute(Delete(account=ACME, invoice=InvoiceId("inv_8")))
    payment = a_payment(DUE, BANK)
    running.service.execute(
        RecordPayment(account=ACME, invoice=InvoiceId("inv_8"), payment=payment)
    )
    running.issued(TWO)
    assert _apply(running, invoice=TWO).unwrap().status is Status.PAID


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (None, a_customer(), True),
        (a_customer(), None, True),
        (Customer(name="Ravi"), Customer(email="ravi@a.example"), True),
        (Customer(id="c1", name="Ravi"), Customer(id="c2", name="Ravi"), False),
        (Customer(id="c1", email="a@a.example"), Customer(id="c1", email="b@a.example"), True),
        (Customer(email="A@a.example"), Customer(email="a@A.example"), True),
        (Customer(email="a@a.example", name="A"), Customer(email="b@a.example", name="A"), False),
        (Customer(contact="+919876543210"), Customer(contact="+919876543211"), False),
        (Customer(name="Ravi"), Customer(name="Anna"), False),
    ],
)
def test_who_is_the_same_customer(one: Customer | None, other: Customer | None, same: bool) -> None:
    assert same_customer(one, other) is same_customer(other, one) is same


def test_a_refund_is_recorded_in_whole_or_in_part() -> None:
    running = _running(DUE + 100)
    refund = RecordRefund(account=ACME, payment=BANK, amount=30)
    assert running.service.execute(refund).unwrap() == Refund(BANK, 30, DUE + 70)
    assert running.service.execute(RecordRefund(account=ACME, payment=BANK)).unwrap() == Refund(
        BANK, DUE + 70, 0
    )
    known = _payment(running)
    assert (known.unapplied, known.refunded, known.payment.amount) == (0, DUE + 100, DUE + 100)
    assert running.unapplied() == []
    assert running.invoice().paid == 0


def test_a_refund_of_more_than_is_unapplied_is_refused() -> None:
    running = _running()
    refund = RecordRefund(account=ACME, payment=BANK, amount=DUE + 2)
    assert running.service.execute(refund) == Failure(MoreThanUnapplied(DUE + 2, DUE + 1))
    _apply(running).unwrap()
    part = running.invoice().first_payment
    assert part is not None
    refund = RecordRefund(account=ACME, payment=part)
    assert running.service.execute(refund) == Failure(MoreThanUnapplied(DUE, 0))


@pytest.mark.parametrize("together", [True, False])
def test_the_same_request_again_moves_the_money_once(together: bool) -> None:
    running = _running()
    apply = ApplyPayment(account=ACME, invoice=ONE, payment=BANK, amount=100, key="k1")
    refund = RecordRefund(account=ACME, payment=BANK, amount=50, key="k2")
    commands: list[Any] = [apply, refund, apply, refund]
    if together:
        answers = running.service.execute_all(commands)
    else:
        answers = [running.service.execute(command) for command in commands]
    assert answers[:2] == answers[2:]
    known = _payment(running)
    assert (known.unapplied, known.refunded) == (DUE + 1 - 150, 50)


@pytest.mark.parametrize("amount", [0, -1, 2**53])
def test_an_amount_that_no_payment_can_have_is_an_error(amount: int) -> None:
    with pytest.raises(ValueError, match="amount must be a whole number from 1"):
        ApplyPayment(account=ACME, invoice=ONE, payment=BANK, amount=amount)
    with pytest.raises(ValueError, match="amount must be a whole number from 1"):
        RecordRefund(account=ACME, payment=BANK, amount=amount)
