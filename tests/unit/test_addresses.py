"""One normal form of an address decides; what is shown is what was given."""

from __future__ import annotations

import sys
import unicodedata
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError
from returns.result import Failure, Success

from billhook.application.account_commands import SuppressAddress
from billhook.application.commands import Draft, DraftAndSend, Notify, Send, Update
from billhook.application.records import Contact, Search
from billhook.application.sending import MissingAddressPolicy
from billhook.application.service import InvoiceService
from billhook.lifecycle.errors import (
    AddressSuppressed,
    InvalidDocument,
    TooSoon,
    UnreachableContact,
    UnsupportedAddress,
)
from billhook.lifecycle.explain import Verdict
from billhook.lifecycle.operation import Operation
from billhook.messaging.delivery import Permanent
from billhook.messaging.delivery_reports import Bounced, Delivered, DeliveryReport, OfCopy
from billhook.model import addresses
from billhook.model.addresses import (
    email_address,
    normal_email,
    outgoing_email,
    phone_text,
    unicode_domain,
)
from billhook.model.base import one_line, paragraphs
from billhook.model.customer import Customer, Medium, Recipients
from billhook.model.document import Document
from billhook.model.patch import MergePatch, Patch
from billhook.model.search_text import search_text, searched_text
from billhook_adapters.testing import a_customer, a_document
from cases.addresses import (
    CONTROLS,
    OTHER_EMAILS,
    OUTGOING,
    REFUSED,
    SAME_EMAILS,
    SEARCHES,
)
from unit.running_service import ACME, ONE, TWO, InMemoryService

RAVI = "ravi@example.com"


@pytest.fixture
def running() -> InMemoryService:
    return InMemoryService()


@pytest.mark.parametrize(("one", "other"), [case[:2] for case in SAME_EMAILS])
def test_two_spellings_of_a_mailbox_are_the_same_and_stay_as_given(one: str, other: str) -> None:
    assert normal_email(one) == normal_email(other)
    assert Contact(ACME, Medium.EMAIL, one) == Contact(ACME, Medium.EMAIL, other)
    assert Customer(email=one).email == one
    assert Recipients(emails=(one, other), cc=(other, one)).emails == (one,)


@pytest.mark.parametrize(("one", "other"), [case[:2] for case in OTHER_EMAILS])
def test_two_mailboxes_stay_two(one: str, other: str) -> None:
    assert normal_email(one) != normal_email(other)
    assert Recipients(emails=(one, other)).emails == (one, other)


@pytest.mark.parametrize(("given", "sent"), [case[:2] for case in OUTGOING])
def test_an_address_goes_out_with_its_domain_in_a_labels(given: str, sent: str) -> None:
    assert email_address(given) == given
    assert outgoing_email(given) == sent


@pytest.mark.parametrize("given", [case[0] for case in REFUSED])
def test_what_no_server_takes_is_no_address(given: str) -> None:
    with pytest.raises(ValueError, match="must be one e-mail address"):
        email_address(given)
    with pytest.raises(ValidationError) as seen:
        Recipients(cc=(given,))
    assert seen.value.errors()[0]["loc"] == ("cc", 0)


def test_the_normal_form_of_what_is_no_address_is_a_text_too() -> None:
    assert normal_email("É@-.É") == "é@-.é"


def test_a_label_that_stands_for_nothing_stays_as_it_is() -> None:
    assert unicode_domain("a.xn--mnchen-3ya.xn--\u00fc.xn--99999999") == (
        "a.münchen.xn--\u00fc.xn--99999999"
    )


def test_the_normal_form_of_every_character_is_its_own_normal_form() -> None:
    for code in range(0, sys.maxunicode, 7):
        if not 0xD800 <= code < 0xE000:
            folded = addresses._folded(chr(code))
            assert addresses._folded(folded) == folded
            assert folded == unicodedata.normalize("NFKC", folded)


def test_a_label_of_cherokee_capitals_and_of_final_sigma_is_one() -> None:
    assert outgoing_email("a@Ꮳꮃꭹ.example") == outgoing_email("a@ᏣᎳᎩ.example")
    assert outgoing_email("a@ΣΑς.example") == outgoing_email("a@σας.example")
    assert outgoing_email("a@SẞS.example") == outgoing_email("a@sßs.example")


@pytest.mark.parametrize(("stored", "typed"), [case[:2] for case in SEARCHES])
def test_a_text_is_found_however_it_is_typed(stored: str, typed: str) -> None:
    assert searched_text(typed) in search_text([stored])


@pytest.mark.parametrize(("stored", "typed"), [("Zoe", "Zoë"), ("Ravi", "Rāvi"), ("a", "\x01")])
def test_accents_are_looked_for_as_they_are_given(stored: str, typed: str) -> None:
    assert searched_text(typed) not in search_text([stored])


def test_what_is_shown_of_an_invoice_is_found(running: InMemoryService) -> None:
    running.drafted(
        customer=a_customer(name="Zoe\u0308 Ång", contact="(202) 555-0143"),
        recipients={"emails": ["AP@bücher.example"], "cc": ["boss@acme.example"]},
    )
    for typed in ("ZOË", "202 555 0143", "ap@xn--bcher-kva.example", "boss@ACME.example"):
        assert len(running.service.search(ACME, Search(text=typed))) == 1, typed
    assert running.service.search(ACME, Search(text="202 555 0144")) == []


@pytest.mark.parametrize("text", [case[0] for case in CONTROLS])
def test_a_line_has_no_control_characters(text: str) -> None:
    with pytest.raises(ValueError, match="must be one line"):
        one_line(text)
    for build, field in [
        (lambda: Customer(name=text), "name"),
        (lambda: a_document(title=text), "title"),
        (lambda: a_document(receipt=text), "receipt"),
        (lambda: a_document(notes={text: "a"}), "notes"),
        (lambda: a_customer(billing_address={"line1": text}), "billing_address"),
    ]:
        with pytest.raises(ValidationError) as seen:
            build()
        assert seen.value.errors()[0]["loc"][0] == field


def test_a_line_may_have_what_is_no_control_character() -> None:
    for text in ("क्\u200dष", "a\u00a0b", "👩\u200d🚀"):
        assert one_line(text) == text


def test_paragraphs_have_line_breaks_and_tabs_and_no_other_controls() -> None:
    assert paragraphs("a\r\nb\rc\n\td\u2028e") == "a\nb\nc\n\td\u2028e"
    assert a_document(terms="a\r\nb").terms == "a\nb"
    for text in ("a\x00", "a\x1b[2J", "a\x7f", "a\x0bb"):
        with pytest.raises(ValueError, match="no control characters but"):
            paragraphs(text)


@pytest.mark.parametrize("text", ["12", "no digits", "a@1.23", "1234\n", "x" * 62 + "123"])
def test_what_has_no_three_digits_is_no_phone_number(text: str) -> None:
    with pytest.raises(ValueError, match="must be a phone number"):
        phone_text(text)


def test_an_opt_out_holds_in_every_spelling(running: InMemoryService) -> None:
    opted_out = Contact(ACME, Medium.EMAIL, "Payer@bücher.example")
    running.service.execute(
        SuppressAddress(account=ACME, contact=opted_out, reason="opted_out")
    ).unwrap()
    running.issued(customer=a_customer(email="payer@XN--BCHER-KVA.example"))
    result = running.service.execute(Notify(account=ACME, invoice=ONE, medium=Medium.EMAIL))
    assert result == Failure(AddressSuppressed(Medium.EMAIL, "opted_out"))


def test_the_least_wait_holds_in_every_spelling() -> None:
    running = InMemoryService(resend_wait=timedelta(hours=1))
    running.issued(customer=a_customer(email="Payer@example.com"))
    running.issued(TWO, customer=a_customer(email="payer@EXAMPLE.com"))
    first, second = (
        running.service.execute(Notify(account=ACME, invoice=one, medium=Medium.EMAIL))
        for one in (ONE, TWO)
    )
    assert first.unwrap().address == "Payer@example.com"
    assert isinstance(second.failure(), TooSoon)


def ascii_only(_medium: Medium, address: str) -> bool:
    return address.isascii()


def limited(running: InMemoryService) -> InvoiceService:
    """The service with a sender that takes ASCII only."""
    store, clock, ids = running.store, running.clock, running.service._ids
    return InvoiceService(store, clock, ids, can_send_to=ascii_only)


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"customer": a_customer(email="rāvi@example.com")}, "customer.email"),
        ({"recipients": {"emails": [RAVI, "rāvi@example.com"]}}, "recipients.emails.1"),
        ({"recipients": {"cc": ["rāvi@example.com"]}}, "recipients.cc.0"),
        ({"recipients": {"bcc": [RAVI, "rāvi@example.com"]}}, "recipients.bcc.1"),
    ],
)
def test_what_the_sender_cannot_write_to_is_refused_before_it_is_stored(
    running: InMemoryService, fields: dict[str, Any], path: str
) -> None:
    service, before = limited(running), running.rows()
    for command in (
        Draft(account=ACME, document=a_document(**fields)),
        DraftAndSend(account=ACME, document=a_document(**fields)),
    ):
        refused = service.execute(command).failure()
        assert isinstance(refused, InvalidDocument)
        assert (refused.field, refused.invalid_fields[0].kind) == (path, "unsupported_address")
    assert running.rows() == before
    running.drafted()
    patch = Patch.model_validate(fields)
    for change in (patch, MergePatch(patch=patch)):
        refused = service.execute(Update(account=ACME, invoice=ONE, patch=change)).failure()
        assert isinstance(refused, InvalidDocument)
        assert refused.field == path
    change = Patch(terms="14 days")
    assert isinstance(service.execute(Update(account=ACME, invoice=ONE, patch=change)), Success)


def test_a_draft_that_fails_for_another_reason_says_that_one(running: InMemoryService) -> None:
    document = a_document(
        customer=a_customer(email="rāvi@example.com"), expire_by=running.clock.now()
    )
    refused = limited(running).execute(Draft(account=ACME, document=document)).failure()
    assert refused.code == "expires_too_soon"


def test_an_address_stored_under_another_sender_is_refused_when_it_is_to_be_sent(
    running: InMemoryService,
) -> None:
    running.issued(customer=a_customer(email="rāvi@example.com"))
    service = limited(running)
    result = service.execute(Notify(account=ACME, invoice=ONE, medium=Medium.EMAIL))
    assert result == Failure(UnsupportedAddress(Medium.EMAIL))
    assert running.service.execute(Notify(account=ACME, invoice=ONE, medium=Medium.EMAIL)).unwrap()
    verdicts = service.explain(ACME, ONE).unwrap()
    assert Verdict(Operation.NOTIFY, Medium.EMAIL, (UnsupportedAddress(Medium.EMAIL),)) in verdicts


def test_the_senders_say_what_they_can_write_to(running: InMemoryService) -> None:
    class AsciiSender:
        def can_send_to(self, address: str) -> bool:
            return address.isascii()

        def send(self, *_: object) -> Failure[Permanent]:
            return Failure(Permanent("no"))

    jobs = replace(running.background_jobs, senders={Medium.EMAIL: AsciiSender()})
    assert not jobs.can_send_to(Medium.EMAIL, "rāvi@example.com")
    assert jobs.can_send_to(Medium.EMAIL, RAVI)
    assert jobs.can_send_to(Medium.SMS, "+919876543210")


@pytest.mark.parametrize(
    "payer",
    [
        {"customer": a_customer(contact="(202) 555-0143")},
        {"recipients": {"contacts": ["(202) 555-0143", "12345"]}},
    ],
)
def test_a_number_that_no_sms_reaches_is_kept_and_refused_by_sms_alone(
    running: InMemoryService, payer: dict[str, Any]
) -> None:
    document = a_document(**payer)
    assert document.addresses(Medium.SMS) == ()
    sent = running.service.execute(
        DraftAndSend(account=ACME, document=document, invoice=ONE, media=(Medium.EMAIL,))
    ).unwrap()
    assert sent.invoice.document == document
    result = running.service.execute(Notify(account=ACME, invoice=ONE, medium=Medium.SMS))
    assert result == Failure(UnreachableContact())
    everywhere = Send(
        account=ACME, invoice=ONE, media=tuple(Medium), addresses=MissingAddressPolicy.AVAILABLE
    )
    assert [one.medium for one in running.service.execute(everywhere).unwrap().messages] == [
        Medium.EMAIL
    ]


def test_of_several_numbers_those_in_e164_get_sms() -> None:
    named = Recipients(contacts=("12345", "+919876543210"))
    assert Document(currency="INR", recipients=named).addresses(Medium.SMS) == ("+919876543210",)


def test_no_one_gets_two_mails() -> None:
    named = Recipients(
        emails=("AP@acme.example", "cfo@acme.example"),
        cc=("ap@ACME.example", "CFO@acme.example", "boss@acme.example"),
        bcc=("Boss@acme.example", "eve@acme.example"),
    )
    document = Document(currency="INR", recipients=named)
    assert document.copies("ap@acme.example") == (("boss@acme.example",), ("eve@acme.example",))
    assert document.copies("cfo@acme.example") == ((), ())
    assert document.without_copies_to(["BOSS@acme.example"]).copies("ap@acme.example").cc == ()


COPIED = {"cc": ["Gone@example.com"], "bcc": ["anna@example.com"]}


def suppressed(running: InMemoryService) -> list[str]:
    """The addresses of the account that are suppressed."""
    return sorted(contact.address for contact in running.store._rows.suppressed)


@pytest.mark.parametrize(
    ("named", "copies", "status", "out"),
    [
        ((), COPIED, "bounced", [RAVI]),
        ((RAVI,), COPIED, "bounced", [RAVI]),
        (("RAVI@EXAMPLE.COM",), COPIED, "bounced", [RAVI]),
        ((RAVI, "forwarded@example.com"), COPIED, "bounced", [RAVI]),
        (("gone@EXAMPLE.com",), COPIED, "sent", ["gone@example.com"]),
        (("anna@example.com", "anna@inbox.example"), COPIED, "sent", ["anna@example.com"]),
        (("stranger@example.com",), COPIED, "sent", []),
        (("forwarded@example.com",), {}, "bounced", [RAVI]),
    ],
)
def test_a_report_is_about_the_recipient_that_it_names(
    running: InMemoryService,
    named: tuple[str, ...],
    copies: dict[str, Any],
    status: str,
    out: list[str],
) -> None:
    running.issued(recipients=copies)
    message = running.service.execute(
        Notify(account=ACME, invoice=ONE, medium=Medium.EMAIL)
    ).unwrap()
    running.background_jobs.deliver(message.key)
    report = DeliveryReport(message.key, Bounced("gone", "bounced"), named)
    assert not any(name in repr(report) for name in named)
    (recorded,) = running.service.record_delivery_reports([report])
    assert recorded.unwrap().status == status
    assert suppressed(running) == out


def test_what_is_logged_of_a_copy_has_no_address() -> None:
    assert repr(OfCopy("gone@example.com")) == "OfCopy()"


def test_a_copy_that_was_delivered_confirms_no_message(running: InMemoryService) -> None:
    running.issued(recipients=COPIED)
    message = running.service.execute(
        Notify(account=ACME, invoice=ONE, medium=Medium.EMAIL)
    ).unwrap()
    running.background_jobs.deliver(message.key)
    unknown = message.key._replace(message="msg_unknown")
    confirmed, lost = running.service.record_delivery_reports(
        [
            DeliveryReport(message.key, Delivered(), ("gone@example.com",)),
            DeliveryReport(unknown, Delivered(), ("gone@example.com",)),
        ]
    )
    assert confirmed.unwrap().status == "sent"
    assert lost.failure().code == "message_not_found"
    assert suppressed(running) == []
