"""Issue and send: one use case, one transaction, all or nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from returns.result import Failure, Result, Success

from billhook.application.commands import Draft, DraftAndSend, Issue, Notify, Send, Update
from billhook.application.records import Contact, PendingWrites, RecordedEvent
from billhook.application.sending import MissingAddressPolicy
from billhook.lifecycle.errors import (
    AddressSuppressed,
    AlreadyExists,
    AmountTooLarge,
    InvoiceNotFound,
    MissingContact,
    MissingCustomer,
    OperationNotAllowed,
    TooSoon,
)
from billhook.lifecycle.events import NotificationRequested
from billhook.lifecycle.operation import Operation
from billhook.messaging.delivery import DeliveryStatus
from billhook.messaging.message import Message
from billhook.model.customer import Medium
from billhook.model.invoice import InvoiceId, Status
from billhook.model.money import LARGEST
from billhook.model.patch import Patch
from billhook_adapters.testing import NOON, a_customer, a_document, a_line
from unit.running_service import ACME, ONE, TWO, InMemoryService

BOTH = (Medium.SMS, Medium.EMAIL)
BY_EMAIL = a_customer(contact=None)
OPEN = (Status.ISSUED, Status.PARTIALLY_PAID)


def _send(running: InMemoryService, id: InvoiceId = ONE, **given: Any) -> Result[Any, Any]:
    return running.service.execute(Send(account=ACME, invoice=id, **{"media": BOTH, **given}))


def _sent(running: InMemoryService, **document: Any) -> Result[Any, Any]:
    command = DraftAndSend(
        account=ACME,
        invoice=ONE,
        document=a_document(**document),
        addresses=MissingAddressPolicy.REQUIRED,
    )
    return running.service.execute(command)


def test_sending_a_draft_issues_it_and_queues_a_message_a_medium() -> None:
    running = InMemoryService()
    running.drafted()
    sent = _send(running).unwrap()
    assert sent.invoice == running.invoice()
    assert {message.id: message for message in running.messages()} == {
        message.id: message for message in sent.messages
    }
    assert (sent.invoice.status, sent.invoice.version) == (Status.ISSUED, 2)
    assert [(m.medium, m.status, m.due_at) for m in sent.messages] == [
        (Medium.SMS, DeliveryStatus.QUEUED, NOON),
        (Medium.EMAIL, DeliveryStatus.QUEUED, NOON),
    ]


def test_a_message_is_a_row_and_an_event_that_changes_no_version() -> None:
    running = InMemoryService()
    invoice = running.issued()
    command = Notify(account=ACME, invoice=ONE, medium=Medium.EMAIL, actor="key_7")
    message = running.service.execute(command).unwrap()
    assert message == Message(
        account=ACME,
        id=message.id,
        invoice=ONE,
        medium=Medium.EMAIL,
        address="ravi@example.com",
        requested_at=NOON,
        due_at=NOON,
    )
    requested = NotificationRequested(NOON, message.id, Medium.EMAIL)
    assert running.events()[-1] == RecordedEvent(invoice.key, None, requested, "key_7")
    assert running.invoice() == invoice


def test_sending_an_issued_invoice_again_issues_nothing() -> None:
    running = InMemoryService()
    issued = running.issued()
    first, second = _send(running).unwrap(), _send(running).unwrap()
    assert first.invoice == second.invoice == issued
    assert len(running.messages()) == 4


def test_sending_with_again_false_is_refused_where_issuing_is() -> None:
    running = InMemoryService()
    running.issued()
    assert _send(running, again=False) == Failure(
        OperationNotAllowed(Operation.ISSUE, Status.ISSUED, (Status.DRAFT,))
    )
    running.drafted(TWO)
    assert _send(running, TWO, again=False).unwrap().invoice.status is Status.ISSUED


@pytest.mark.parametrize("addresses", MissingAddressPolicy)
def test_an_invoice_that_is_not_open_is_not_sent(addresses: MissingAddressPolicy) -> None:
    running = InMemoryService()
    running.issued(expire_by=NOON + timedelta(hours=1))
    running.clock.advance(timedelta(hours=1))
    for media in (BOTH, ()):
        assert _send(running, addresses=addresses, media=media) == Failure(
            OperationNotAllowed(Operation.NOTIFY, Status.EXPIRED, OPEN)
        )


def test_a_missing_required_address_leaves_the_draft_a_draft() -> None:
    running = InMemoryService()
    draft = running.drafted(customer=BY_EMAIL)
    assert _send(running, addresses=MissingAddressPolicy.REQUIRED) == Failure(MissingContact())
    assert (running.invoice(), list(running.messages())) == (draft, [])


def test_a_missing_optional_address_is_left_out() -> None:
    running = InMemoryService()
    running.drafted(customer=BY_EMAIL)
    sent = _send(running, addresses=MissingAddressPolicy.AVAILABLE).unwrap()
    assert [message.medium for message in sent.messages] == [Medium.EMAIL]
    assert running.invoice().status is Status.ISSUED


@pytest.mark.parametrize(
    ("preferred", "given", "expected"),
    [
        (("email", "sms"), None, ["email", "sms"]),
        (("sms",), None, ["sms"]),
        ((), None, []),
        (("sms",), (Medium.EMAIL,), ["email"]),
        ((), (Medium.SMS, Medium.SMS), ["sms"]),
    ],
)
def test_the_document_says_by_which_media_unless_the_caller_does(
    preferred: tuple[str, ...], given: Any, expected: list[str]
) -> None:
    running = InMemoryService()
    running.drafted(media=preferred)
    sent = _send(running, media=given).unwrap()
    assert [message.medium for message in sent.messages] == expected


def test_the_resend_throttle_holds_within_a_batch_too() -> None:
    wait = timedelta(minutes=5)
    running = InMemoryService(resend_wait=wait)
    running.issued()
    command = Notify(account=ACME, invoice=ONE, medium=Medium.SMS)
    first, second = running.service.execute_all([command, command])
    assert isinstance(first, Success)
    assert second == Failure(TooSoon(Medium.SMS, NOON + wait))
    assert running.service.execute(command) == second
    running.clock.advance(wait)
    assert isinstance(running.service.execute(command), Success)


def test_the_wait_of_an_invoice_holds_for_every_address() -> None:
    wait = timedelta(minutes=5)
    running = InMemoryService(invoice_wait=wait)
    running.issued()
    running.issued(TWO)
    by_sms = Notify(account=ACME, invoice=ONE, medium=Medium.SMS)
    about_another = Notify(account=ACME, invoice=TWO, medium=Medium.SMS)
    by_mail = Notify(account=ACME, invoice=ONE, medium=Medium.EMAIL)
    first, second, other, mail = running.service.execute_all(
        [by_sms, by_sms, about_another, by_mail]
    )
    assert [isinstance(one, Success) for one in (first, other, mail)] == [True] * 3
    assert second == Failure(TooSoon(Medium.SMS, NOON + wait))
    renamed = Update(account=ACME, invoice=ONE, patch=Patch(notes={"a": "b"}))
    assert isinstance(running.service.execute(renamed), Success)
    assert running.service.execute(by_sms) == second
    running.clock.advance(wait)
    assert isinstance(running.service.execute(by_sms), Success)


def test_a_suppressed_address_is_not_written_to() -> None:
    running = InMemoryService()
    running.issued()
    contact = Contact(ACME, Medium.EMAIL, "ravi@example.com")
    with running.store.transaction() as transaction:
        transaction.save(PendingWrites(suppressed={contact: "bounced"}))
    bounced = Failure(AddressSuppressed(Medium.EMAIL, "bounced"))
    assert (
        running.service.execute(Notify(account=ACME, invoice=ONE, medium=Medium.EMAIL)) == bounced
    )
    assert _send(running) == bounced
    assert list(running.messages()) == []


def test_drafting_and_sending_uses_the_media_that_the_caller_names() -> None:
    command = DraftAndSend(account=ACME, document=a_document(media=["email"]), media=(Medium.SMS,))
    sent = InMemoryService().service.execute(command).unwrap()
    assert [message.medium for message in sent.messages] == [Medium.SMS]


@pytest.mark.parametrize("medium", Medium)
def test_no_message_is_sent_about_a_draft_without_a_customer(medium: Medium) -> None:
    running = InMemoryService()
    running.drafted(customer=None)
    assert running.service.execute(Notify(account=ACME, invoice=ONE, medium=medium)) == Failure(
        OperationNotAllowed(Operation.NOTIFY, Status.DRAFT, OPEN)
    )


@pytest.mark.parametrize(
    ("document", "refusal"),
    [
        ({"customer": None}, MissingCustomer()),
        ({"customer": BY_EMAIL, "media": ["email", "sms"]}, MissingContact()),
        ({"lines": [a_line(LARGEST, 2)]}, AmountTooLarge(LARGEST)),
    ],
)
def test_drafting_and_sending_does_nothing_where_one_step_fails(
    document: dict[str, Any], refusal: Any
) -> None:
    running = InMemoryService()
    before = running.rows()
    assert _sent(running, **document) == Failure(refusal)
    assert running.rows() == before
    assert running.service.get(ACME, ONE) == Failure(InvoiceNotFound())


def test_drafting_and_sending_needs_a_free_id() -> None:
    running = InMemoryService()
    running.drafted()
    assert _sent(running) == Failure(AlreadyExists())


def test_an_invoice_is_numbered_when_it_is_issued() -> None:
    running = InMemoryService(number_prefix="INV-")
    assert running.drafted(ONE).number is None
    assert running.issued(TWO).number == "INV-0001"
    assert _send(running).unwrap().invoice.number == "INV-0002"


def test_no_refused_command_leaves_a_gap_in_the_numbers() -> None:
    running = InMemoryService(number_prefix="INV-")
    running.drafted(ONE, customer=BY_EMAIL)
    running.drafted(TWO)
    empty, last = InvoiceId("inv_3"), InvoiceId("inv_4")
    answers = running.service.execute_all(
        [
            Draft(account=ACME, invoice=empty, document=a_document(lines=[])),
            Issue(account=ACME, invoice=empty),
            Send(account=ACME, invoice=empty, media=()),
            Send(account=ACME, invoice=ONE, media=BOTH),
            DraftAndSend(account=ACME, document=a_document(customer=None)),
            Send(account=ACME, invoice=TWO, media=BOTH),
            Issue(account=ACME, invoice=TWO),
            DraftAndSend(account=ACME, invoice=last, document=a_document()),
        ]
    )
    successes = [isinstance(answer, Success) for answer in answers]
    assert successes == [True, False, False, False, False, True, False, True]
    assert _send(running).failure() == MissingContact()
    assert [running.invoice(one).number for one in (TWO, last)] == ["INV-0001", "INV-0002"]
    assert running.service.execute(Issue(account=ACME, invoice=ONE)).unwrap().number == "INV-0003"
