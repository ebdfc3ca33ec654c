"""Recipients: who is sent an invoice, where it is not the customer alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError
from returns.result import Failure, Result, Success

from billhook.application.commands import Notify, Send
from billhook.application.records import Contact, PendingWrites
from billhook.application.sending import MissingAddressPolicy
from billhook.lifecycle.errors import AddressSuppressed, MissingContact
from billhook.messaging.delivery import Accepted, DeliveryStatus
from billhook.messaging.message import Message
from billhook.model.customer import Medium, Recipients
from billhook.model.document import Copies
from billhook.model.invoice import Invoice
from billhook_adapters.testing import a_customer, a_document
from unit.running_service import ACME, ONE, InMemoryService

AP, CEO, BANK = "ap@acme.example", "ceo@acme.example", "bank@acme.example"
MOBILE, LANDLINE = "+12145596993", "+442079460123"
TWO_OF_EACH = {"emails": [AP, CEO], "contacts": [MOBILE, LANDLINE]}
BOTH = (Medium.EMAIL, Medium.SMS)


def send(
    running: InMemoryService, addresses: MissingAddressPolicy = MissingAddressPolicy.REQUIRED
) -> Result[Any, Any]:
    """Send to everybody by both media."""
    return running.service.execute(Send(account=ACME, invoice=ONE, media=BOTH, addresses=addresses))


def suppress(running: InMemoryService, medium: Medium, address: str) -> None:
    """Let an address have bounced."""
    with running.store.transaction() as transaction:
        transaction.save(PendingWrites(suppressed={Contact(ACME, medium, address): "bounced"}))


def test_each_recipient_gets_a_message_of_their_own_and_the_customer_none() -> None:
    running = InMemoryService()
    running.drafted(recipients=TWO_OF_EACH)
    sent = send(running).unwrap().messages
    assert [message.address for message in sent] == [AP, CEO, MOBILE, LANDLINE]


def test_without_a_recipient_for_a_medium_the_customer_gets_the_message() -> None:
    running = InMemoryService()
    running.drafted(recipients={"emails": [AP]})
    assert [one.address for one in send(running).unwrap().messages] == [AP, "+919876543210"]


def test_no_message_is_sent_where_neither_address_is_known() -> None:
    document = a_document(customer=None, recipients={"emails": [AP]})
    assert document.address(Medium.SMS) is None
    assert document.addresses(Medium.SMS) == ()
    assert document.addresses(Medium.EMAIL) == (AP,)
    assert a_document().addresses(Medium.EMAIL) == ("ravi@example.com",)


def test_a_medium_is_refused_where_none_of_its_recipients_is_known() -> None:
    running = InMemoryService()
    running.drafted(customer=a_customer(contact=None), recipients={"emails": [AP]})
    assert send(running) == Failure(MissingContact())


def test_a_suppressed_recipient_is_left_out_and_the_others_get_messages() -> None:
    running = InMemoryService()
    running.drafted(recipients=TWO_OF_EACH)
    suppress(running, Medium.EMAIL, AP)
    assert [one.address for one in send(running).unwrap().messages] == [CEO, MOBILE, LANDLINE]


def test_a_medium_whose_recipients_are_all_suppressed_refuses_the_whole() -> None:
    running = InMemoryService()
    running.drafted(recipients=TWO_OF_EACH)
    for address in (AP, CEO):
        suppress(running, Medium.EMAIL, address)
    assert send(running) == Failure(AddressSuppressed(Medium.EMAIL, "bounced"))
    assert running.messages() == ()


def test_notify_sends_to_all_recipients_and_answers_the_first_message() -> None:
    running = InMemoryService()
    running.issued(recipients=TWO_OF_EACH)
    message = running.service.execute(Notify(account=ACME, invoice=ONE, medium=Medium.SMS)).unwrap()
    assert {one.address for one in running.messages()} == {MOBILE, LANDLINE}
    assert message in running.messages()
    assert message.address == MOBILE


def test_copies_go_with_the_first_recipients_mail_alone() -> None:
    document = a_document(recipients={"emails": [AP, CEO], "cc": [BANK], "bcc": ["x@y.example"]})
    assert document.copies(AP) == Copies((BANK,), ("x@y.example",))
    assert document.copies(CEO) == Copies()
    assert a_document().copies("ravi@example.com") == Copies()


def test_copies_of_the_customers_own_mail() -> None:
    document = a_document(recipients={"cc": [BANK]})
    assert document.copies("ravi@example.com").cc == (BANK,)


def test_no_copy_goes_to_a_suppressed_address() -> None:
    running = InMemoryService()
    running.drafted(recipients={"emails": [AP], "cc": [CEO, BANK], "bcc": [BANK]})
    seen: list[Copies] = []

    class Noting:
        def send(self, message: Message, invoice: Invoice, seller: str) -> Success[Accepted]:
            seen.append(invoice.document.copies(message.address))
            return Success(Accepted(seller))

    background_jobs = replace(running.background_jobs, senders={Medium.EMAIL: Noting()})
    (first, *_) = send(running).unwrap().messages
    suppress(running, Medium.EMAIL, BANK)
    background_jobs.deliver(first.key)
    assert seen == [Copies((CEO,), ())]
    assert running.invoice().document.recipients == Recipients(
        emails=[AP], cc=[CEO, BANK], bcc=[BANK]
    )


def test_a_document_without_recipients_has_no_copies_to_spare() -> None:
    document = a_document()
    assert document.without_copies_to([AP]) is document


def test_a_recipient_named_twice_gets_one_message() -> None:
    assert Recipients(emails=[AP, AP], contacts=[MOBILE, MOBILE]) == Recipients(
        emails=[AP], contacts=[MOBILE]
    )


@pytest.mark.parametrize(
    "given",
    [
        {"emails": ["no-address"]},
        {"contacts": ["ask Ravi"]},
        {"cc": ["a@b.example\nBcc: x@y.example"]},
        {"bcc": [f"n{n}@b.example" for n in range(21)]},
        {"others": [AP]},
    ],
)
def test_what_is_no_recipient_is_refused_and_not_repeated(given: Any) -> None:
    with pytest.raises(ValidationError) as refused:
        Recipients(**given)
    assert "example" not in str(refused.value).replace("ravi@example.com", "")


def test_a_test_message_is_suppressed_and_not_sent() -> None:
    running = InMemoryService()
    running.drafted(live=False)
    for message in send(running).unwrap().messages:
        running.background_jobs.deliver(message.key)
    assert [(one.status, one.reason) for one in running.messages()] == [
        (DeliveryStatus.SUPPRESSED, "not_live"),
        (DeliveryStatus.SUPPRESSED, "not_live"),
    ]
    assert running.sender.delivered == []
