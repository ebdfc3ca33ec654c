"""What happened to people who bill by instalments, and with money that no invoice took."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from billhook.application.commands import ApplyPayment, Pay, RecordPayment, RecordRefund, Remind
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook.model.invoice import InvoiceId
from billhook.model.payment import Reference
from billhook.model.reminder_schedule import ReminderSchedule
from billhook_adapters.testing import NOON, a_line, a_payment
from cases.payments import INSTALMENTS, REMINDED, REQUESTED, UNAPPLIED
from unit.running_service import ACME, ONE, InMemoryService

BANK = Reference("UTR-7")
DAY = timedelta(days=1)

Part = tuple[int, int | None]


def _document(parts: Sequence[Part]) -> dict[str, Any]:
    """The fields of an invoice of these instalments, each with its day."""
    total = sum(amount for amount, _ in parts)
    instalments = [
        {"id": str(number), "amount": amount}
        | ({} if day is None else {"due_by": NOON + day * DAY})
        for number, (amount, day) in enumerate(parts, 1)
    ]
    return {"lines": [a_line(total, 1)], "schedule": {"instalments": instalments}}


@pytest.mark.parametrize(("parts", "payments", "expected", "source"), INSTALMENTS)
def test_payments_go_to_instalments(
    parts: list[Part], payments: list[tuple[int, str]], expected: list[int] | str, source: str
) -> None:
    running = InMemoryService()
    running.issued(ONE, **_document(parts))
    for number, (amount, named) in enumerate(payments):
        payment = a_payment(amount, f"pay_{number}").model_copy(
            update={"instalments": tuple(named)}
        )
        answer = running.service.execute(Pay(account=ACME, invoice=ONE, payment=payment))
    if isinstance(expected, str):
        assert answer.failure().code == expected, source
    else:
        assert list(running.invoice().instalments_paid) == expected, source


@pytest.mark.parametrize(("parts", "day", "paid", "requested", "source"), REQUESTED)
def test_what_is_overdue_or_next_is_requested(
    parts: list[Part], day: int, paid: int, requested: int, source: str
) -> None:
    running = InMemoryService()
    running.issued(ONE, **_document(parts))
    if paid:
        running.service.execute(Pay(account=ACME, invoice=ONE, payment=a_payment(paid)))
    assert running.invoice().due_at(NOON + day * DAY) == requested, source


@pytest.mark.parametrize(("came_in", "amounts", "steps", "expected", "source"), UNAPPLIED)
def test_unapplied_money_is_applied_or_refunded(
    came_in: int,
    amounts: list[int],
    steps: list[tuple[Any, ...]],
    expected: tuple[list[int], int] | str,
    source: str,
) -> None:
    running = InMemoryService()
    names = [InvoiceId(f"inv_{number}") for number in range(len(amounts))]
    for name, amount in zip(names, amounts, strict=True):
        running.issued(name, lines=[a_line(amount, 1)])
    payment = a_payment(came_in, BANK)
    running.service.execute(RecordPayment(account=ACME, invoice=names[0], payment=payment))
    for operation, *given in steps:
        if operation == "apply":
            place, amount = given
            apply = ApplyPayment(account=ACME, invoice=names[place], payment=BANK, amount=amount)
            answer: Any = running.service.execute(apply)
        else:
            refund = RecordRefund(account=ACME, payment=BANK, amount=given[0])
            answer = running.service.execute(refund)
    if isinstance(expected, str):
        assert answer.failure().code == expected, source
        return
    due, left = expected
    assert [running.invoice(name).due for name in names] == due, source
    assert sum(one.unapplied for one in running.unapplied()) == left, source


@pytest.mark.parametrize(("came_in", "reminded", "source"), REMINDED)
def test_a_payer_whose_money_is_there_is_not_reminded(
    came_in: int, reminded: bool, source: str
) -> None:
    schedule = ReminderSchedule(before=(DAY,), media=(Medium.EMAIL,))
    running = InMemoryService(reminders=schedule)
    running.issued(ONE, due_by=NOON + 3 * DAY)
    running.service.execute(
        RecordPayment(account=ACME, invoice=ONE, payment=a_payment(came_in, BANK))
    )
    running.clock.advance(2 * DAY)
    remind = Remind(account=AccountId("acc_1"), invoice=ONE)
    assert bool(running.service.execute(remind).unwrap().messages) is reminded, source
    running.service.execute(RecordRefund(account=ACME, payment=BANK))
    running.clock.advance(DAY)
    assert running.service.execute(remind).unwrap().messages, "the money was sent back"
