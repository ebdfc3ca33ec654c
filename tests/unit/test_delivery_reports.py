"""Receipts: what a provider says later moves the message and its address, and nothing else."""

from __future__ import annotations

from returns.result import Failure, Success

from billhook.application.commands import Notify
from billhook.application.records import Contact, ContactHistory
from billhook.lifecycle.errors import AccountNotFound, AddressSuppressed
from billhook.messaging.delivery import (
    DeliveryStatus,
    MessageId,
    MessageKey,
    MessageNotFound,
    Permanent,
    Transient,
    Unknown,
)
from billhook.messaging.delivery_reports import (
    Bounced,
    Delivered,
    DeliveryReport,
    ProviderMessageId,
)
from billhook.messaging.message import Message, medium_status
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook_adapters.testing import NOON
from billhook_adapters.testing.builders import suppress
from unit.running_service import ACME, ONE, InMemoryService

EMAIL = Medium.EMAIL
RAVI = Contact(ACME, EMAIL, "ravi@example.com")
HARD = Bounced("5.1.1 no such mailbox", suppresses="bounced")


def sent(running: InMemoryService) -> Message:
    """A message that the provider took."""
    running.issued()
    key = running.service.execute(Notify(account=ACME, invoice=ONE, medium=EMAIL)).unwrap().key
    running.background_jobs.deliver(key)
    return current(running, key)


def current(running: InMemoryService, key: MessageKey) -> Message:
    """A message as it stands."""
    found = running.service.message(key)
    assert isinstance(found, Message)
    return found


def test_a_receipt_confirms_the_message_that_its_provider_names() -> None:
    running = InMemoryService()
    message = sent(running)
    assert message.provider_id is not None
    named = DeliveryReport(ProviderMessageId(EMAIL, message.provider_id), Delivered())
    (answer,) = running.service.record_delivery_reports([named])
    assert answer.unwrap().status is DeliveryStatus.DELIVERED
    assert current(running, message.key) == answer.unwrap()


def test_a_bounced_message_keeps_the_reason_and_the_invoice_is_unchanged() -> None:
    running = InMemoryService()
    message = sent(running)
    before = running.service.get(ACME, ONE)
    (answer,) = running.service.record_delivery_reports(
        [DeliveryReport(message.key, Bounced("mailbox full"))]
    )
    assert (answer.unwrap().status, answer.unwrap().reason) == (
        DeliveryStatus.BOUNCED,
        "mailbox full",
    )
    assert running.service.get(ACME, ONE) == before
    assert medium_status(running.messages(), EMAIL, requested=False) == "sent"
    assert isinstance(
        running.service.execute(Notify(account=ACME, invoice=ONE, medium=EMAIL)), Success
    )


def test_a_hard_bounce_suppresses_the_address_until_it_is_lifted() -> None:
    running = InMemoryService()
    running.service.record_delivery_reports([DeliveryReport(sent(running).key, HARD)])
    again = Notify(account=ACME, invoice=ONE, medium=EMAIL)
    assert running.service.execute(again) == Failure(AddressSuppressed(EMAIL, "bounced"))
    assert running.service.contact(RAVI) == ContactHistory("bounced", NOON)
    assert suppress(running.service, RAVI, None) == Success(ContactHistory(None, NOON))
    assert isinstance(running.service.execute(again), Success)


def test_the_first_receipt_stands_and_those_after_it_change_nothing() -> None:
    running = InMemoryService()
    message = sent(running)
    first, second = running.service.record_delivery_reports(
        [DeliveryReport(message.key, Delivered()), DeliveryReport(message.key, HARD)]
    )
    (third,) = running.service.record_delivery_reports([DeliveryReport(message.key, HARD)])
    assert first.unwrap().status is DeliveryStatus.DELIVERED
    assert first == second == third
    assert running.service.contact(RAVI).suppressed is None


def test_a_report_about_an_unknown_message_is_an_error() -> None:
    running = InMemoryService()
    sent(running)
    strangers = [
        DeliveryReport(MessageKey(ACME, MessageId("msg_unknown")), Delivered()),
        DeliveryReport(MessageKey(AccountId("acc_other"), MessageId("msg_1")), Delivered()),
        DeliveryReport(ProviderMessageId(EMAIL, "unknown"), Delivered()),
    ]
    assert running.service.record_delivery_reports(strangers) == [Failure(MessageNotFound())] * 3


def test_a_report_stops_further_attempts_at_an_unconfirmed_message() -> None:
    running = InMemoryService()
    running.issued()
    running.sender.faults.append(Unknown("silence"))
    key = running.service.execute(Notify(account=ACME, invoice=ONE, medium=EMAIL)).unwrap().key
    running.background_jobs.deliver(key)
    assert current(running, key).status is DeliveryStatus.QUEUED
    running.service.record_delivery_reports([DeliveryReport(key, Delivered())])
    assert (current(running, key).status, current(running, key).due_at) == (
        DeliveryStatus.DELIVERED,
        None,
    )


def test_an_address_that_a_provider_rejects_permanently_is_suppressed() -> None:
    running = InMemoryService()
    running.sender.faults.append(Permanent("5.1.1", suppresses="bounced"))
    failed = sent(running)
    assert failed.status is DeliveryStatus.FAILED
    assert running.service.contact(RAVI).suppressed == "bounced"


def test_any_other_refusal_leaves_the_address_as_it_was() -> None:
    for refusal in (Permanent("too large"), Transient("busy"), Unknown("silence")):
        running = InMemoryService()
        running.sender.faults.append(refusal)
        sent(running)
        assert running.service.contact(RAVI).suppressed is None


def test_only_an_account_that_is_there_can_leave_an_address_alone() -> None:
    stranger = Contact(AccountId("acc_unknown"), EMAIL, "ravi@example.com")
    assert suppress(InMemoryService().service, stranger, "opted_out") == Failure(AccountNotFound())
