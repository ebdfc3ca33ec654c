"""Guards: rules of one's own, after the transition table and before the rest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from returns.result import Failure, Result, Success

from billhook import (
    AccountId,
    Cancel,
    Delete,
    Deliverability,
    Draft,
    Expire,
    Guard,
    GuardRefused,
    Invoice,
    InvoiceId,
    Issue,
    Medium,
    Notify,
    Operation,
    OperationNotAllowed,
    Patch,
    Pay,
    RecordPayment,
    Send,
    Status,
    Update,
    as_json,
    cancel,
    delete,
    explain,
    issue,
    notify,
    pay,
    update,
)
from billhook.application.background_jobs import BackgroundJobs
from billhook.application.service import InvoiceService
from billhook.messaging.delivery import DeliveryStatus
from billhook.model.reminder_schedule import ReminderSchedule
from billhook_adapters.memory import CapturedSender, InMemoryStore, RandomIds, SettableClock
from billhook_adapters.testing import NOON, a_document, a_payment, an_account, an_invoice
from billhook_adapters.testing.builders import open_account

ACME, OTHER, ID = AccountId("acc_1"), AccountId("acc_2"), InvoiceId("inv_1")
HELD = GuardRefused("credit_hold", "The customer is on credit hold.", {"limit": 50000})
LATER = GuardRefused("working_hours", "Only in working hours.")


def held(invoice: Invoice, operation: Operation, now: datetime) -> GuardRefused | None:
    return HELD


def working_hours(invoice: Invoice, operation: Operation, now: datetime) -> GuardRefused | None:
    return None if 9 <= now.hour < 17 else LATER


def allows(invoice: Invoice, operation: Operation, now: datetime) -> GuardRefused | None:
    return None


def results(guards: Sequence[Guard], now: datetime = NOON) -> dict[Operation, Result[Any, Any]]:
    """Every operation that has guards, in a status that allows it."""
    draft, issued = an_invoice(Status.DRAFT), an_invoice(Status.ISSUED)
    return {
        Operation.ISSUE: issue(draft, now=now, short_url="https://b.example/i", guards=guards),
        Operation.PAY: pay(issued, a_payment(), now=now, guards=guards),
        Operation.NOTIFY: notify(issued, Medium.EMAIL, now=now, guards=guards),
        Operation.CANCEL: cancel(issued, now=now, guards=guards),
        Operation.DELETE: delete(draft, now=now, guards=guards),
        Operation.UPDATE: update(draft, Patch(comment="x"), now=now, guards=guards),
    }


def test_a_guard_refuses_every_operation_but_the_passing_of_time() -> None:
    assert results([held]) == dict.fromkeys(set(Operation) - {Operation.EXPIRE}, Failure(HELD))


def test_a_guard_that_allows_changes_nothing() -> None:
    assert results([allows]) == results([])
    assert all(isinstance(one, Success) for one in results([allows]).values())


def test_a_guard_gets_the_invoice_the_operation_and_the_time() -> None:
    seen: list[tuple[str, Operation, datetime]] = []

    def watching(invoice: Invoice, operation: Operation, now: datetime) -> None:
        seen.append((invoice.id, operation, now))

    notify(an_invoice(Status.ISSUED), "sms", now=NOON, guards=(watching,))
    assert seen == [("inv_1", Operation.NOTIFY, NOON)]


def test_the_table_decides_before_the_guards_and_they_before_the_address() -> None:
    paid = notify(an_invoice(Status.PAID), "sms", now=NOON, guards=[held])
    assert isinstance(paid.failure(), OperationNotAllowed)
    suppressed = Deliverability("bounced")
    issued = an_invoice(Status.ISSUED)
    assert notify(issued, "sms", now=NOON, deliverability=suppressed, guards=[held]) == Failure(
        HELD
    )
    unaddressed = an_invoice(Status.DRAFT, customer=None)
    assert issue(unaddressed, now=NOON, short_url="x", guards=[held]) == Failure(HELD)


def test_the_first_guard_that_refuses_wins_and_explain_shows_all() -> None:
    night = NOON + timedelta(hours=9)
    guards = [allows, working_hours, held]
    assert notify(an_invoice(Status.ISSUED), "sms", now=night, guards=guards) == Failure(LATER)
    verdicts = explain(an_invoice(Status.ISSUED), now=night, guards=guards)
    by_operation = {verdict.operation: verdict.reasons for verdict in verdicts}
    assert by_operation[Operation.NOTIFY] == (LATER, HELD)
    assert by_operation[Operation.PAY] == (LATER, HELD)
    assert by_operation[Operation.DELETE][1:] == (LATER, HELD)
    assert [type(one).__name__ for one in by_operation[Operation.EXPIRE]] == ["NotYetDue"]


def test_a_refusal_is_json_with_its_code_message_and_facts() -> None:
    assert as_json(HELD) == {
        "remedy": "see_message",
        "field": None,
        "code": "credit_hold",
        "message": "The customer is on credit hold.",
        "facts": {"limit": 50000},
    }


@pytest.mark.parametrize("answer", [True, False, "no", OperationNotAllowed])
def test_a_guard_that_returns_something_else_is_a_bug(answer: Any) -> None:
    with pytest.raises(TypeError, match=r"must return GuardRefused or None|returned (True|False)"):
        notify(an_invoice(Status.ISSUED), "sms", now=NOON, guards=[lambda *_: answer])


@pytest.mark.parametrize("guards", [held, "held", [None], 5])
def test_guards_are_a_list_of_functions(guards: Any) -> None:
    with pytest.raises(TypeError, match="guards"):
        cancel(an_invoice(Status.ISSUED), now=NOON, guards=guards)


class Rules:
    """The guards of a service, which a test can change while it runs."""

    def __init__(self, **by_account: Sequence[Guard]) -> None:
        self.by_account = by_account

    def __call__(self, account: AccountId) -> Sequence[Guard]:
        return self.by_account.get(account, ())


class Guarded:
    """A service with guards and its background jobs, in memory."""

    def __init__(self, rules: Rules, **policy: Any) -> None:
        self.store, self.clock, self.ids = InMemoryStore(), SettableClock(NOON), RandomIds()
        self.sender = CapturedSender()
        senders = dict.fromkeys(Medium, self.sender)
        self.service = InvoiceService(self.store, self.clock, self.ids, guards=rules)
        self.jobs = BackgroundJobs(self.store, self.clock, self.ids, senders, guards=rules)
        for account in (ACME, OTHER):
            open_account(self.service, an_account(account, account, **policy))

    def issued(self, account: AccountId = ACME, **document: Any) -> None:
        self.service.execute(
            Draft(account=account, invoice=ID, document=a_document(**document))
        ).unwrap()
        self.service.execute(Issue(account=account, invoice=ID)).unwrap()


def test_a_service_has_guards_for_each_account() -> None:
    rules = Rules()
    guarded = Guarded(rules)
    guarded.issued(ACME)
    guarded.issued(OTHER)
    rules.by_account = {ACME: [held]}
    commands: list[Any] = [
        Notify(account=ACME, invoice=ID, medium=Medium.SMS),
        Send(account=ACME, invoice=ID, media=(Medium.SMS,)),
        Pay(account=ACME, invoice=ID, payment=a_payment()),
        Cancel(account=ACME, invoice=ID),
        Update(account=ACME, invoice=ID, patch=Patch(comment="x")),
    ]
    assert guarded.service.execute_all(commands) == [Failure(HELD)] * len(commands)
    other = guarded.service.execute(Notify(account=OTHER, invoice=ID, medium=Medium.SMS))
    assert isinstance(other, Success)


def test_a_guard_keeps_a_draft_a_draft() -> None:
    guarded = Guarded(Rules(acc_1=[held]))
    guarded.service.execute(Draft(account=ACME, invoice=ID, document=a_document())).unwrap()
    for command in (
        Issue(account=ACME, invoice=ID),
        Send(account=ACME, invoice=ID),
        Delete(account=ACME, invoice=ID),
    ):
        assert guarded.service.execute(command) == Failure(HELD)
    assert guarded.service.get(ACME, ID).unwrap().status is Status.DRAFT


def test_money_that_came_in_is_kept_though_a_guard_refuses_it() -> None:
    rules = Rules()
    guarded = Guarded(rules)
    guarded.issued()
    rules.by_account = {ACME: [held]}
    reported = RecordPayment(account=ACME, invoice=ID, payment=a_payment())
    assert guarded.service.execute(reported) == Failure(HELD)
    (kept,) = guarded.service.unapplied(ACME)
    assert kept.unapplied == a_payment().amount


def test_time_passes_whatever_a_guard_says() -> None:
    rules = Rules()
    guarded = Guarded(rules)
    guarded.issued(expire_by=NOON + timedelta(days=1))
    rules.by_account = {ACME: [held]}
    guarded.clock.set(NOON + timedelta(days=2))
    expired = guarded.service.execute(Expire(account=ACME, invoice=ID))
    assert expired.unwrap().status is Status.EXPIRED


def test_a_guard_decides_again_at_the_moment_of_sending() -> None:
    rules = Rules()
    guarded = Guarded(rules)
    guarded.issued()
    message = guarded.service.execute(Notify(account=ACME, invoice=ID, medium=Medium.SMS)).unwrap()
    rules.by_account = {ACME: [held]}
    guarded.jobs.deliver(message.key)
    (now,) = guarded.service.messages(ACME, ID)
    assert (now.status, now.reason) == (DeliveryStatus.SUPPRESSED, "credit_hold")
    assert guarded.sender.delivered == []


def test_a_guard_holds_reminders_as_well() -> None:
    rules = Rules()
    guarded = Guarded(rules, reminders=ReminderSchedule(after=[timedelta(days=1)]))
    guarded.issued(due_by=NOON)
    rules.by_account = {ACME: [held]}
    guarded.clock.set(NOON + timedelta(days=2))
    guarded.jobs.remind()
    assert guarded.service.messages(ACME, ID) == ()


def test_the_service_explains_with_the_guards() -> None:
    rules = Rules()
    guarded = Guarded(rules)
    guarded.issued()
    rules.by_account = {ACME: [held]}
    verdicts = guarded.service.explain(ACME, ID).unwrap()
    assert {v.operation for v in verdicts if HELD in v.reasons} == set(Operation) - {
        Operation.EXPIRE
    }


def test_what_a_guard_raises_stores_nothing() -> None:
    def broken(invoice: Invoice, operation: Operation, now: datetime) -> GuardRefused | None:
        raise LookupError("no such customer")

    rules = Rules()
    guarded = Guarded(rules)
    guarded.issued()
    rules.by_account = {ACME: [broken]}
    with pytest.raises(LookupError):
        guarded.service.execute(Notify(account=ACME, invoice=ID, medium=Medium.SMS))
    assert guarded.service.messages(ACME, ID) == ()
