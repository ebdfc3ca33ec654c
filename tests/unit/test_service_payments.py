"""Payments: each reference counts once, and money that came in is never lost."""

from __future__ import annotations

import pytest
from returns.result import Failure

from billhook.application.command import AnyCommand
from billhook.application.commands import Cancel, Draft, Pay, RecordPayment
from billhook.application.idempotency import encode
from billhook.application.records import RecordedPayment
from billhook.lifecycle.errors import (
    DomainError,
    InvoiceNotFound,
    OperationNotAllowed,
    Overpayment,
    ReferenceReused,
)
from billhook.lifecycle.operation import Operation
from billhook.model.invoice import InvoiceId, Status
from billhook.model.money import Currency
from billhook.model.payment import Payment, Reference
from billhook_adapters.testing import NOON, a_document, a_payment
from unit.running_service import ACME, ONE, OTHER, TWO, InMemoryService

DUE = 99800
REFUSED_WHEN_CANCELLED = OperationNotAllowed(
    Operation.PAY, Status.CANCELLED, (Status.ISSUED, Status.PARTIALLY_PAID)
)


def _pay(amount: int, reference: str = "pay_1", invoice: InvoiceId = ONE) -> Pay:
    return Pay(account=ACME, invoice=invoice, payment=a_payment(amount, reference))


def _record(amount: int, reference: str = "pay_1", invoice: InvoiceId = ONE) -> RecordPayment:
    return RecordPayment(account=ACME, invoice=invoice, payment=a_payment(amount, reference))


def _unapplied(amount: int, refusal: DomainError, invoice: InvoiceId = ONE) -> RecordedPayment:
    refused = encode(Failure(refusal))
    return RecordedPayment(ACME, invoice, a_payment(amount), NOON, answer=refused, unapplied=amount)


@pytest.mark.parametrize("together", [True, False])
def test_the_same_payment_again_gets_the_recorded_answer(together: bool) -> None:
    running = InMemoryService()
    running.issued()
    commands: list[AnyCommand] = [_pay(100), _record(1, "pay_2"), _pay(100), _record(100)]
    if together:
        first, _, again, reported = running.service.execute_all(commands)
    else:
        first, _, again, reported = [
            running.service.execute_all([command])[0] for command in commands
        ]
    assert first == again == reported
    assert (first.unwrap().paid, running.invoice().paid) == (100, 101)


@pytest.mark.parametrize(
    ("amount", "invoice", "currency"),
    [(101, ONE, "INR"), (100, TWO, "INR"), (100, ONE, "USD"), (100, InvoiceId("inv_9"), "INR")],
)
def test_a_reference_names_one_payment(amount: int, invoice: InvoiceId, currency: str) -> None:
    running = InMemoryService()
    running.issued(ONE)
    running.issued(TWO)
    running.service.execute(_pay(100))
    payment = Payment(reference=Reference("pay_1"), amount=amount, currency=Currency(currency))
    before = running.rows()
    reported = RecordPayment(account=ACME, invoice=invoice, payment=payment)
    assert running.service.execute(reported) == Failure(ReferenceReused())
    assert running.rows() == before


def test_a_reference_belongs_to_its_account() -> None:
    running = InMemoryService()
    running.issued()
    running.service.execute(_pay(100))
    theirs = RecordPayment(account=OTHER, invoice=ONE, payment=a_payment(7))
    assert running.service.execute(theirs) == Failure(InvoiceNotFound())
    assert running.unapplied() == []


def test_a_payment_that_no_invoice_takes_is_recorded_in_full() -> None:
    running = InMemoryService()
    running.issued()
    too_much = Overpayment(DUE + 1, DUE)
    assert running.service.execute(_record(DUE + 1)) == Failure(too_much)
    assert running.unapplied() == [_unapplied(DUE + 1, too_much)]
    assert running.invoice().paid == 0


def test_a_payment_for_an_unknown_invoice_is_recorded_in_full() -> None:
    running = InMemoryService()
    assert running.service.execute(_record(7)) == Failure(InvoiceNotFound())
    assert running.unapplied() == [_unapplied(7, InvoiceNotFound())]


def test_a_payment_for_a_cancelled_invoice_is_unapplied() -> None:
    running = InMemoryService()
    running.issued()
    answers = running.service.execute_all([Cancel(account=ACME, invoice=ONE), _record(DUE)])
    assert answers[1] == Failure(REFUSED_WHEN_CANCELLED)
    assert running.unapplied() == [_unapplied(DUE, REFUSED_WHEN_CANCELLED)]
    assert (running.invoice().status, running.invoice().paid) == (Status.CANCELLED, 0)


def test_an_unapplied_payment_counts_once_whatever_happens_to_the_invoice() -> None:
    running = InMemoryService()
    first = running.service.execute(_record(DUE))
    running.issued()
    assert running.service.execute(_record(DUE)) == first == Failure(InvoiceNotFound())
    assert len(running.unapplied()) == 1
    assert running.invoice().paid == 0


def test_a_deleted_draft_takes_no_money() -> None:
    running = InMemoryService()
    made = Draft(account=ACME, invoice=ONE, document=a_document())
    _, answer = running.service.execute_all([made, _record(7)])
    assert isinstance(answer.failure(), OperationNotAllowed)
    assert [payment.payment.amount for payment in running.unapplied()] == [7]
