"""Idempotency keys: the same request gets the same answer, and has no second effect."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from returns.result import Failure, Result, Success

from billhook.application.command import AnyCommand
from billhook.application.commands import Cancel, Draft, Issue, Notify, Pay, Send, Update
from billhook.application.idempotency import KEPT_FOR, IdempotentRequest, SendResult, decode, encode
from billhook.lifecycle.errors import (
    ERRORS,
    AccountNotFound,
    IdempotencyKeyReused,
)
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook.model.invoice import Status
from billhook.model.patch import Patch
from billhook_adapters.testing import (
    a_document,
    a_full_document,
    a_message,
    a_payment,
    an_invoice,
)
from unit.every_error import BESIDE, REFUSED
from unit.running_service import ACME, ONE, TWO, InMemoryService

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
    running = InMemoryService()
    running.issued()
    if together:
        first, again = running.service.execute_all([command, command])
    else:
        (first,) = running.service.execute_all([command])
        before = running.rows()
        (again,) = running.service.execute_all([command])
        assert running.rows() == before
    assert first == again
    assert len(running.messages()) == {"Notify": 1, "Send": 2}.get(type(command).__name__, 0)


@pytest.mark.parametrize(
    "other",
    [
        Cancel(account=ACME, invoice=TWO, key="k"),
        Cancel(account=ACME, invoice=ONE, key="k", expected_version=1),
        Issue(account=ACME, invoice=ONE, key="k"),
    ],
)
def test_another_request_under_the_same_key_is_refused(other: AnyCommand) -> None:
    running = InMemoryService()
    running.drafted()
    first = running.service.execute(Cancel(account=ACME, invoice=ONE, key="k"))
    assert running.service.execute_all([other]) == [Failure(IdempotencyKeyReused())]
    assert running.service.execute(Cancel(account=ACME, invoice=ONE, key="k")) == first


def test_another_actor_may_ask_the_same() -> None:
    running = InMemoryService()
    running.drafted()
    first = running.service.execute(Cancel(account=ACME, invoice=ONE, key="k", actor="key_1"))
    assert (
        running.service.execute(Cancel(account=ACME, invoice=ONE, key="k", actor="key_2")) == first
    )


def test_what_a_key_stands_for_is_remembered_the_same_way_by_every_release() -> None:
    running = InMemoryService()
    running.drafted()
    running.service.execute(Cancel(account=ACME, invoice=ONE, key="k", actor="key_1"))
    (record,) = running.store._rows.idempotency_records.values()
    assert record.fingerprint == "56377170851823b3cee89185ec9e7eb0aa1cb8c585a7b0fe9d26951b33d82458"


def test_a_request_over_http_is_compared_by_its_bytes_alone() -> None:
    running = InMemoryService()
    running.drafted()
    request = IdempotentRequest.of_http("k", "POST", b"/v1/invoices/inv_1/cancel", b"{}")
    assert request.fingerprint == "9af7e8b6ceb4be73e05e7a09eb747ed050d1438b45bad6c15fe70517572c83f9"
    first = running.service.execute(Cancel(account=ACME, invoice=ONE, key=request))
    # What the server adds to a command may have changed since; the request is the same.
    again = Cancel(account=ACME, invoice=ONE, expected_version=9, key=request)
    assert running.service.execute(again) == first
    other = IdempotentRequest.of_http("k", "POST", b"/v1/invoices/inv_1/cancel", b"")
    refused = running.service.execute(Cancel(account=ACME, invoice=ONE, key=other))
    assert refused == Failure(IdempotencyKeyReused())


def test_answers_are_kept_for_24_hours() -> None:
    assert timedelta(hours=24) == KEPT_FOR


def test_an_unknown_account_remembers_nothing() -> None:
    running = InMemoryService()
    command = Draft(account=AccountId("acc_9"), document=a_document(), key="k")
    assert running.service.execute(command) == Failure(AccountNotFound())
    assert running.store._rows.idempotency_records == {}


def test_without_a_key_a_repeat_is_another_request() -> None:
    running = InMemoryService()
    running.issued()
    command = Notify(account=ACME, invoice=ONE, medium=Medium.SMS)
    assert running.service.execute(command) != running.service.execute(command)


MESSAGE = a_message()
ANSWERS = [
    *(Success(an_invoice(status)) for status in Status),
    Success(an_invoice(Status.DRAFT, **dict(a_full_document()))),
    Success(MESSAGE),
    Success(SendResult(an_invoice(), (MESSAGE, MESSAGE))),
]


@pytest.mark.parametrize("answer", [*ANSWERS, *map(Failure, [*REFUSED, *BESIDE])])
def test_an_answer_is_read_as_it_was_stored(answer: Result[object, Any]) -> None:
    assert decode(encode(answer)) == answer


def test_every_error_is_covered() -> None:
    assert {type(refusal) for refusal in REFUSED} == set(ERRORS.values())
