"""The service that delivers before it answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from returns.result import Failure, Success

from billhook.application.command import AnyCommand
from billhook.application.commands import Draft, DraftAndSend, Issue, Notify, Send
from billhook.application.idempotency import SendResult
from billhook.application.inline_delivery import InlineDeliveryService
from billhook.lifecycle.errors import InvoiceNotFound
from billhook.messaging.delivery import DeliveryStatus, Permanent, Transient
from billhook.model.customer import Medium
from billhook.model.invoice import InvoiceId
from billhook_adapters.testing import NOON, a_document
from unit.running_service import ACME, ONE, TWO, InMemoryService

BOTH = (Medium.EMAIL, Medium.SMS)
SEND = DraftAndSend(account=ACME, invoice=ONE, document=a_document(), media=BOTH)
NOTIFY = Notify(account=ACME, invoice=ONE, medium=Medium.EMAIL)


def _inline(running: InMemoryService) -> InlineDeliveryService:
    return InlineDeliveryService(running.background_jobs)


def test_a_message_is_sent_before_the_answer() -> None:
    running = InMemoryService()
    sent = _inline(running).execute(SEND).unwrap()
    assert [(one.medium, one.status, one.sent_at) for one in sent.messages] == [
        (Medium.EMAIL, DeliveryStatus.SENT, NOON),
        (Medium.SMS, DeliveryStatus.SENT, NOON),
    ]
    assert sorted(sent.messages, key=lambda one: one.id) == list(running.messages())
    assert [one.to for one in running.sender.delivered] == ["ravi@example.com", "+919876543210"]
    assert sent.invoice == running.invoice()


def test_a_single_message_is_sent_too() -> None:
    running = InMemoryService()
    running.issued()
    message = _inline(running).execute(NOTIFY).unwrap()
    assert message.status is DeliveryStatus.SENT
    assert [message] == list(running.messages())


def test_a_message_that_the_provider_rejected_is_answered_as_it_is() -> None:
    running = InMemoryService()
    running.sender.faults += [Permanent("no such address"), Transient("busy")]
    sent = _inline(running).execute(SEND).unwrap()
    assert [(one.status, one.reason) for one in sent.messages] == [
        (DeliveryStatus.FAILED, "no such address"),
        (DeliveryStatus.QUEUED, "busy"),
    ]
    assert sent.invoice.status == "issued"


def test_other_results_and_errors_are_unchanged() -> None:
    running = InMemoryService()
    service = _inline(running)
    commands: list[AnyCommand] = [
        Draft(account=ACME, invoice=TWO, document=a_document()),
        Issue(account=ACME, invoice=TWO),
        Issue(account=ACME, invoice=InvoiceId("inv_none")),
    ]
    drafted, issued, unknown = service.execute_all(commands)
    assert drafted.unwrap().status == "draft"
    assert issued == Success(running.invoice(TWO))
    assert unknown == Failure(InvoiceNotFound())
    assert running.sender.delivered == []


def test_the_results_of_a_batch_are_in_its_order() -> None:
    running = InMemoryService()
    running.issued(TWO)
    by_sms = Notify(account=ACME, invoice=TWO, medium=Medium.SMS)
    refused, sent, notified = _inline(running).execute_all([NOTIFY, SEND, by_sms])
    assert refused == Failure(InvoiceNotFound())
    assert isinstance(sent.unwrap(), SendResult)
    assert (notified.unwrap().invoice, notified.unwrap().status) == (TWO, DeliveryStatus.SENT)
    assert len(running.sender.delivered) == 3


def test_the_replay_of_an_idempotent_command_sends_nothing_more() -> None:
    running = InMemoryService()
    service = _inline(running)
    command = DraftAndSend(account=ACME, document=a_document(), media=BOTH, key="once")
    first = service.execute(command)
    assert service.execute(command) == first
    assert len(running.sender.delivered) == 2


def test_a_resend_is_a_message_of_its_own() -> None:
    running = InMemoryService()
    service = _inline(running)
    service.execute(SEND).unwrap()
    again = service.execute(Send(account=ACME, invoice=ONE, media=(Medium.SMS,))).unwrap()
    assert [one.status for one in again.messages] == [DeliveryStatus.SENT]
    assert len(running.messages()) == 3


def test_an_engine_with_a_head_start_leaves_a_new_message_to_this_service() -> None:
    running = InMemoryService()
    engine = replace(running.background_jobs, head_start=timedelta(seconds=5))
    running.issued()
    queued = running.service.execute(NOTIFY).unwrap()
    assert engine.deliver(queued.key) == "nothing"
    assert _inline(running).execute(NOTIFY).unwrap().status is DeliveryStatus.SENT


def test_it_answers_queries_as_every_service_does() -> None:
    running = InMemoryService()
    service = _inline(running)
    service.execute(SEND).unwrap()
    assert service.get(ACME, ONE) == Success(running.invoice())
    assert list(service.messages(ACME, ONE)) == list(running.messages())
