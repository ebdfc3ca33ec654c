"""The invoice service: commands in, results out, all of a batch in one transaction."""

from __future__ import annotations

from datetime import timedelta

import pytest
from returns.result import Failure, Success

from billhook.application.command import AnyCommand
from billhook.application.commands import (
    Cancel,
    Delete,
    Draft,
    DraftAndSend,
    Expire,
    Issue,
    Notify,
    Pay,
    RecordPayment,
    Send,
    Update,
)
from billhook.application.records import PendingWrites
from billhook.lifecycle.apply import replay
from billhook.lifecycle.cancel import cancel
from billhook.lifecycle.delete import delete
from billhook.lifecycle.errors import (
    AccountNotFound,
    AlreadyExists,
    Conflict,
    ExpiresTooSoon,
    InvoiceNotFound,
    NotStored,
)
from billhook.lifecycle.expire import expire
from billhook.lifecycle.operation import Operation
from billhook.lifecycle.pay import pay
from billhook.lifecycle.update import update
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook.model.invoice import Invoice, InvoiceId, Status
from billhook.model.patch import Patch
from billhook_adapters.testing import NOON, a_customer, a_document, a_payment, an_invoice
from billhook_adapters.testing.builders import TOMORROW, open_account
from unit.running_service import ACME, ONE, OTHER, TWO, InMemoryService

NOTES = Patch(notes={"order": "A-1"})


def test_the_service_returns_what_the_operation_decides() -> None:
    running = InMemoryService()
    drafted = running.drafted(expire_by=TOMORROW)
    assert drafted == an_invoice(Status.DRAFT, expire_by=TOMORROW)
    updated = running.service.execute(Update(account=ACME, invoice=ONE, patch=NOTES)).unwrap()
    assert updated == update(drafted, NOTES, now=NOON).unwrap().invoice
    issued = running.service.execute(Issue(account=ACME, invoice=ONE)).unwrap()
    assert (issued.status, issued.version, issued.issued_at) == (Status.ISSUED, 3, NOON)
    paid = running.service.execute(Pay(account=ACME, invoice=ONE, payment=a_payment(1))).unwrap()
    assert paid == pay(issued, a_payment(1), now=NOON).unwrap().invoice
    running.clock.set(TOMORROW)
    expired = running.service.execute(Expire(account=ACME, invoice=ONE)).unwrap()
    assert expired == expire(paid, now=TOMORROW).unwrap().invoice
    assert running.invoice() == expired
    assert replay(f.event for f in running.events()) == expired


def test_an_update_without_a_field_changes_nothing_and_still_checks_the_version() -> None:
    running = InMemoryService()
    draft = running.drafted()
    nothing = Update(account=ACME, invoice=ONE, patch=Patch())
    assert running.service.execute(nothing) == Success(draft)
    assert [recorded.event.name for recorded in running.events()] == ["invoice.drafted"]
    late = Update(account=ACME, invoice=ONE, patch=Patch(), expected_version=7)
    assert running.service.execute(late) == Failure(Conflict(7, 1))


def test_a_cancelled_and_a_deleted_invoice() -> None:
    running = InMemoryService()
    draft, other = running.drafted(ONE), running.drafted(TWO)
    assert running.service.execute(Cancel(account=ACME, invoice=ONE)) == cancel(
        draft, now=NOON
    ).map(lambda change: change.invoice)
    assert running.service.execute(Delete(account=ACME, invoice=TWO)) == delete(
        other, now=NOON
    ).map(lambda change: change.invoice)
    assert running.service.get(ACME, TWO) == Failure(InvoiceNotFound())


def test_an_id_is_taken_once() -> None:
    running = InMemoryService()
    first = running.drafted()
    again = Draft(account=ACME, invoice=ONE, document=a_document(terms="other"))
    sent = DraftAndSend(account=ACME, invoice=ONE, document=a_document())
    assert running.service.execute_all([again, sent]) == [Failure(AlreadyExists())] * 2
    assert running.invoice() == first


@pytest.mark.parametrize("together", [True, False])
def test_the_id_of_a_deleted_draft_is_never_used_again(together: bool) -> None:
    running = InMemoryService()
    running.drafted()
    commands: list[AnyCommand] = [
        Delete(account=ACME, invoice=ONE),
        Draft(account=ACME, invoice=ONE, document=a_document()),
    ]
    _, again = (
        running.service.execute_all(commands)
        if together
        else [running.service.execute(c) for c in commands]
    )
    assert again == Failure(NotStored())
    assert running.service.get(ACME, ONE) == Failure(InvoiceNotFound())
    assert [event.version for event in running.events()] == [1, 2]


def test_a_deleted_draft_is_unknown_to_the_rest_of_its_batch() -> None:
    running = InMemoryService()
    running.drafted()
    deleted, updated = running.service.execute_all(
        [Delete(account=ACME, invoice=ONE), Update(account=ACME, invoice=ONE, patch=NOTES)]
    )
    assert isinstance(deleted, Success)
    assert updated == Failure(InvoiceNotFound())


def test_a_refused_command_stores_nothing() -> None:
    running = InMemoryService()
    running.issued()
    before = running.rows()
    for command in (
        Issue(account=ACME, invoice=ONE),
        Pay(account=ACME, invoice=ONE, payment=a_payment(10**9)),
        Delete(account=ACME, invoice=ONE),
        Expire(account=ACME, invoice=ONE),
        Update(account=ACME, invoice=ONE, patch=Patch(customer=None)),
        Send(account=ACME, invoice=ONE, media=(Medium.SMS,), again=False),
    ):
        assert isinstance(running.service.execute_all([command])[0], Failure)
        assert running.rows() == before


def test_the_service_applies_the_policy_of_the_account() -> None:
    lead = timedelta(minutes=15)
    running = InMemoryService(min_expiry_lead=lead)
    too_soon = ExpiresTooSoon(NOON + lead / 2, NOON + lead)
    soon = a_document(expire_by=too_soon.expire_by)
    running.drafted(ONE)
    patch = Patch(expire_by=too_soon.expire_by)
    assert (
        running.service.execute_all(
            [
                Draft(account=ACME, document=soon),
                DraftAndSend(account=ACME, document=soon),
                Update(account=ACME, invoice=ONE, patch=patch),
            ]
        )
        == [Failure(too_soon)] * 3
    )
    running.drafted(TWO, expire_by=NOON + lead)
    running.clock.advance(lead / 2)
    late = Failure(ExpiresTooSoon(NOON + lead, NOON + lead * 1.5))
    assert running.service.execute(Issue(account=ACME, invoice=TWO)) == late
    assert running.service.execute(Send(account=ACME, invoice=TWO)) == late


def test_another_version_than_the_expected_one_is_a_conflict() -> None:
    running = InMemoryService()
    running.issued()
    stale = Update(account=ACME, invoice=ONE, patch=NOTES, expected_version=1)
    fresh = Update(account=ACME, invoice=ONE, patch=NOTES, expected_version=2)
    answers = running.service.execute_all([stale, fresh, fresh])
    assert answers[0] == Failure(Conflict(expected=1, actual=2))
    assert answers[1].unwrap().version == 3
    assert answers[2] == Failure(Conflict(expected=2, actual=3))


def _on(account: AccountId, invoice: InvoiceId) -> list[AnyCommand]:
    return [
        Update(account=account, invoice=invoice, patch=NOTES),
        Issue(account=account, invoice=invoice),
        Notify(account=account, invoice=invoice, medium=Medium.SMS),
        Send(account=account, invoice=invoice),
        Pay(account=account, invoice=invoice, payment=a_payment()),
        RecordPayment(account=account, invoice=invoice, payment=a_payment()),
        Cancel(account=account, invoice=invoice),
        Expire(account=account, invoice=invoice),
        Delete(account=account, invoice=invoice),
    ]


def test_the_invoice_of_another_account_does_not_exist() -> None:
    running = InMemoryService()
    before = running.drafted()
    foreign = running.service.execute_all(_on(OTHER, ONE))
    unknown = InMemoryService().service.execute_all(_on(OTHER, InvoiceId("inv_none")))
    assert foreign == unknown == [Failure(InvoiceNotFound())] * len(foreign)
    assert running.service.get(OTHER, ONE) == Failure(InvoiceNotFound())
    assert running.service.explain(OTHER, ONE) == Failure(InvoiceNotFound())
    assert not running.service.messages(OTHER, ONE)
    assert running.invoice() == before


def test_an_unknown_account_is_refused() -> None:
    unknown = AccountId("acc_none")
    commands = [*_on(unknown, ONE), Draft(account=unknown, document=a_document())]
    assert set(InMemoryService().service.execute_all(commands)) == {Failure(AccountNotFound())}


def test_an_expired_invoice_is_shown_as_expired_before_any_sweep() -> None:
    running = InMemoryService()
    running.issued(expire_by=TOMORROW)
    running.clock.set(TOMORROW)
    seen = running.invoice()
    assert (seen.status, seen.version, seen.expired_at) == (Status.EXPIRED, 2, TOMORROW)
    updated = running.service.execute(Update(account=ACME, invoice=ONE, patch=NOTES)).unwrap()
    assert (updated.status, updated.version) == (Status.EXPIRED, 3)
    assert updated == running.invoice()


def test_an_account_can_be_renamed() -> None:
    running = InMemoryService()
    open_account(
        running.service, running.store._rows.accounts[ACME].model_copy(update={"name": "Acme Ltd"})
    )
    assert running.store._rows.accounts[ACME].name == "Acme Ltd"


def test_explain_knows_the_standing_of_every_address() -> None:
    running = InMemoryService(resend_wait=TOMORROW - NOON)
    running.issued(customer=a_customer(contact=None))
    running.service.execute(Notify(account=ACME, invoice=ONE, medium=Medium.EMAIL))
    verdicts = running.service.explain(ACME, ONE).unwrap()
    reasons = {v.medium: [reason.code for reason in v.reasons] for v in verdicts if v.medium}
    assert reasons == {Medium.SMS: ["missing_contact"], Medium.EMAIL: ["too_soon"]}


def test_explain_knows_when_an_invoice_was_last_written_about() -> None:
    running = InMemoryService(invoice_wait=TOMORROW - NOON)
    running.issued()
    running.service.execute(Notify(account=ACME, invoice=ONE, medium=Medium.EMAIL))
    verdicts = running.service.explain(ACME, ONE).unwrap()
    reasons = {v.medium: [reason.code for reason in v.reasons] for v in verdicts if v.medium}
    assert reasons == {Medium.SMS: [], Medium.EMAIL: ["too_soon"]}


def test_explain_knows_the_accounts_policy() -> None:
    running = InMemoryService(min_expiry_lead=timedelta(minutes=15))
    running.drafted(expire_by=NOON + timedelta(minutes=15))
    running.clock.advance(timedelta(minutes=1))
    issuing = running.service.explain(ACME, ONE).unwrap()[0]
    late = ExpiresTooSoon(NOON + timedelta(minutes=15), NOON + timedelta(minutes=16))
    assert (issuing.operation, issuing.reasons) == (Operation.ISSUE, (late,))


def test_a_draft_without_a_customer_is_explained() -> None:
    running = InMemoryService()
    running.drafted(customer=None)
    assert len(running.service.explain(ACME, ONE).unwrap()) == 8


def test_the_outcome_of_nothing_is_nothing() -> None:
    assert not PendingWrites()
    draft: Invoice = an_invoice(Status.DRAFT)
    assert PendingWrites(invoices={draft.key: (None, draft)})
