"""Idempotency keys: the same request gets the same answer, and has no second effect."""

from __future__ import annotations

from datetime import timedelta

import pytest
from returns.result import Failure, Result, Success

from billhook.application.command import AnyCommand
from billhook.application.commands import Cancel, Draft, Issue, Notify, Pay, Send, Update
from billhook.application.idempotency import KEPT_FOR, IdempotentRequest, SendResult, decode, encode
from billhook.lifecycle.errors import (
    ERRORS,
    AccountNotFound,
    AddressSuppressed,
    AlreadyExists,
    AmountTooLarge,
    BelowMinimum,
    Conflict,
    CurrencyMismatch,
    DomainError,
    ExpiresTooSoon,
    IdempotencyKeyReused,
    InvoiceNotFound,
    MissingContact,
    MissingCustomer,
    MissingEmail,
    NotEditable,
    NothingToBill,
    NotStored,
    NotYetDue,
    OperationNotAllowed,
    Overpayment,
    PartialNotAllowed,
    ReferenceReused,
    TooSoon,
)
from billhook.lifecycle.operation import Operation
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook.model.invoice import Status
from billhook.model.money import Currency
from billhook.model.patch import DocumentField, Patch
from billhook_adapters.testing import (
    NOON,
    a_document,
    a_full_document,
    a_message,
    a_payment,
    an_invoice,
)
from unit.running_service import ACME, ONE, OTHER, TWO, Office

EFFECTS: list[AnyCommand] = [
    Draft(account=ACME, document=a_document(), key="k"),
    Update(account=ACME, invoice=ONE, patch=Patch(notes={"a": "b"}), key="k"),
    Notify(account=ACME, invoice=ONE, medium=Medium.SMS, key="k"),
    Send(account=ACME, invoice=ONE, media=(Medium.SMS, Medium.EMAIL), key="k"),
    Pay(account=ACME, invoice=ONE, payment=a_payment(1), key="k"),
    Cancel(account=ACME, invoice=ONE, key="k"),
    Issue(account=ACME, invoice=ONE, key="k"),
    Pay(account=ACME, invoice=TWO, payment=a_payment(1), key="k"),
]


@pytest.mark.parametrize("command", EFFECTS, ids=lambda command: type(command).__name__)
@pytest.mark.parametrize("together", [True, False])
def test_the_same_request_gets_the_same_answer_once(command: AnyCommand, together: bool) -> None:
    office = Office()
    office.issued()
    if together:
        first, again = office.service.execute_all([command, command])
    else:
        (first,) = office.service.execute_all([command])
        before = office.rows()
        (again,) = office.service.execute_all([command])
        assert office.rows() == before
    assert first == again
    assert len(office.messages()) == {"Notify": 1, "Send": 2}.get(type(command).__name__, 0)


def test_a_refusal_is_remembered_though_it_could_succeed_by_now() -> None:
    office = Office()
    early = Issue(account=ACME, invoice=ONE, key="k")
    assert office.service.execute(early) == Failure(InvoiceNotFound())
    office.drafted()
    assert office.service.execute(early) == Failure(InvoiceNotFound())
    assert office.service.execute(Issue(account=ACME, invoice=ONE, key="k2")).unwrap().version == 2


@pytest.mark.parametrize(
    "other",
    [
        Cancel(account=ACME, invoice=TWO, key="k"),
        Cancel(account=ACME, invoice=ONE, key="k", expected_version=1),
        Issue(account=ACME, invoice=ONE, key="k"),
    ],
)
def test_another_request_under_the_same_key_is_refused(other: AnyCommand) -> None:
    office = Office()
    office.drafted()
    first = office.service.execute(Cancel(account=ACME, invoice=ONE, key="k"))
    assert office.service.execute_all([other]) == [Failure(IdempotencyKeyReused())]
    assert office.service.execute(Cancel(account=ACME, invoice=ONE, key="k")) == first


def test_another_actor_may_ask_the_same() -> None:
    office = Office()
    office.drafted()
    first = office.service.execute(Cancel(account=ACME, invoice=ONE, key="k", actor="key_1"))
    assert (
        office.service.execute(Cancel(account=ACME, invoice=ONE, key="k", actor="key_2")) == first
    )


def test_what_a_key_stands_for_is_remembered_the_same_way_by_every_release() -> None:
    office = Office()
    office.drafted()
    office.service.execute(Cancel(account=ACME, invoice=ONE, key="k", actor="key_1"))
    (record,) = office.store._rows.idempotency_records.values()
    assert record.fingerprint == "56377170851823b3cee89185ec9e7eb0aa1cb8c585a7b0fe9d26951b33d82458"


def test_a_request_over_http_is_compared_by_its_bytes_alone() -> None:
    office = Office()
    office.drafted()
    request = IdempotentRequest.of_http("k", "POST", b"/v1/invoices/inv_1/cancel", b"{}")
    assert request.fingerprint == "9af7e8b6ceb4be73e05e7a09eb747ed050d1438b45bad6c15fe70517572c83f9"
    first = office.service.execute(Cancel(account=ACME, invoice=ONE, key=request))
    # What the server adds to a command may have changed since; the request is the same.
    again = Cancel(account=ACME, invoice=ONE, expected_version=9, key=request)
    assert office.service.execute(again) == first
    other = IdempotentRequest.of_http("k", "POST", b"/v1/invoices/inv_1/cancel", b"")
    refused = office.service.execute(Cancel(account=ACME, invoice=ONE, key=other))
    assert refused == Failure(IdempotencyKeyReused())


def test_a_key_is_forgotten_after_24_hours() -> None:
    office = Office()
    office.issued()
    command = Notify(account=ACME, invoice=ONE, medium=Medium.SMS, key="k")
    first = office.service.execute(command).unwrap()
    office.clock.advance(KEPT_FOR - timedelta(microseconds=1))
    assert office.service.execute(command).unwrap() == first
    office.clock.advance(timedelta(microseconds=1))
    assert office.service.execute(command).unwrap().id != first.id
    assert timedelta(hours=24) == KEPT_FOR


def test_a_key_belongs_to_its_account() -> None:
    office = Office()
    mine, theirs = (
        office.service.execute(Draft(account=account, document=a_document(), key="k")).unwrap()
        for account in (ACME, OTHER)
    )
    assert (mine.account, theirs.account) == (ACME, OTHER)


def test_an_unknown_account_remembers_nothing() -> None:
    office = Office()
    command = Draft(account=AccountId("acc_9"), document=a_document(), key="k")
    assert office.service.execute(command) == Failure(AccountNotFound())
    assert office.store._rows.idempotency_records == {}


def test_without_a_key_a_repeat_is_another_request() -> None:
    office = Office()
    office.issued()
    command = Notify(account=ACME, invoice=ONE, medium=Medium.SMS)
    assert office.service.execute(command) != office.service.execute(command)


MESSAGE = a_message()
ANSWERS = [
    *(Success(an_invoice(status)) for status in Status),
    Success(an_invoice(Status.DRAFT, **dict(a_full_document()))),
    Success(MESSAGE),
    Success(SendResult(an_invoice(), (MESSAGE, MESSAGE))),
]
REFUSED: list[DomainError] = [
    OperationNotAllowed(Operation.PAY, Status.PAID, (Status.ISSUED, Status.PARTIALLY_PAID)),
    OperationNotAllowed(Operation.DELETE, Status.DRAFT, ()),
    MissingCustomer(),
    NothingToBill(),
    AmountTooLarge(5),
    ExpiresTooSoon(NOON, NOON),
    NotEditable(Status.PAID, (DocumentField.TERMS,), (DocumentField.NOTES,)),
    NotYetDue(NOON),
    NotYetDue(None),
    CurrencyMismatch(Currency("USD"), Currency("INR")),
    Overpayment(2, 1),
    PartialNotAllowed(1, 2),
    BelowMinimum(1, 2),
    ReferenceReused(),
    MissingEmail(),
    MissingContact(),
    AddressSuppressed(Medium.SMS, "opted_out"),
    TooSoon(Medium.EMAIL, NOON),
    InvoiceNotFound(),
    AccountNotFound(),
    AlreadyExists(),
    Conflict(1, 2),
    IdempotencyKeyReused(),
    NotStored(),
]


@pytest.mark.parametrize("answer", [*ANSWERS, *map(Failure, REFUSED)])
def test_an_answer_comes_back_from_its_bytes(answer: Result[object, DomainError]) -> None:
    assert decode(encode(answer)) == answer


def test_every_refusal_comes_back() -> None:
    assert {type(refusal) for refusal in REFUSED} == set(ERRORS.values())
