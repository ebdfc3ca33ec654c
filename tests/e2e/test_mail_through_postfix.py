"""Mail through a real server: what it takes, refuses, puts off and sends back."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from aiosmtpd.controller import Controller

from billhook.application.background_jobs import BackgroundJobs
from billhook.application.commands import DraftAndSend
from billhook.application.records import Contact
from billhook.application.service import InvoiceService
from billhook.messaging.delivery import DeliveryStatus
from billhook.messaging.message import Message, medium_status
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook.model.invoice import InvoiceId, Status
from billhook_adapters.cli.main import main
from billhook_adapters.documents.templating import Templates
from billhook_adapters.email import SmtpSender, SmtpServer
from billhook_adapters.memory import SettableClock
from billhook_adapters.sql import SqlStore, open_database
from billhook_adapters.testing import (
    NOON,
    a_customer,
    a_document,
    a_message,
    an_account,
    an_invoice,
)
from billhook_adapters.testing.builders import open_account
from billhook_adapters.testing.running import RunningService
from e2e.postfix import Postfix, postfix
from e2e.running import free_ports

pytestmark = pytest.mark.slow

ACME = AccountId("acc_1")
LINK = re.compile(r"https?://[^\s\"<>]+")


class Refusing:
    """A server that learns only after all that there is no such mailbox."""

    async def handle_RCPT(self, *_: Any) -> str:  # noqa: N802  # aiosmtpd's name
        return "550 5.1.1 no such mailbox"


@pytest.fixture(scope="module")
def server() -> Iterator[Postfix]:
    (port,) = free_ports(1)
    refusing = Controller(Refusing(), hostname="127.0.0.1", port=port)
    refusing.start()
    try:
        with postfix(port) as started:
            yield started
    finally:
        refusing.stop()


class MailService(NamedTuple):
    """A service over a file, whose mail goes out through the server."""

    url: str
    service: InvoiceService
    background_jobs: BackgroundJobs
    clock: SettableClock

    def sent(self, to: str, **document: Any) -> Message:
        """A message that was handed over once, as it stands then."""
        command = DraftAndSend(
            account=ACME,
            document=a_document(media=["email"], customer=a_customer(email=to), **document),
        )
        (message,) = self.service.execute(command).unwrap().messages
        self.background_jobs.deliver(message.key)
        return self.current(message)

    def current(self, message: Message) -> Message:
        """A message as it stands."""
        found = self.service.message(message.key)
        assert isinstance(found, Message)
        return found

    def status(self, invoice: InvoiceId) -> tuple[Status, str | None]:
        """The invoice's status, and its `email_status`."""
        messages = self.service.messages(ACME, invoice)
        word = medium_status(messages, Medium.EMAIL, requested=True)
        return self.service.get(ACME, invoice).unwrap().status, word


@pytest.fixture
def services(server: Postfix, tmp_path: Path) -> Iterator[MailService]:
    url = f"sqlite:///{tmp_path / 'billhook.sqlite3'}"
    engine, clock = open_database(url), SettableClock(NOON)
    there = SmtpServer("localhost", server.port)
    with closing(SmtpSender(there, "bounces@bill.example", server.tls, Templates())) as sender:
        running = RunningService(SqlStore(engine), clock, sender=sender)
        open_account(running.service, an_account(ACME, "Acme Books"))
        yield MailService(url, running.service, running.background_jobs, clock)
    engine.dispose()


def read(raw: bytes) -> EmailMessage:
    """A mail, as the recipient's program reads it."""
    mail = message_from_bytes(raw, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


def test_a_mail_arrives_over_tls_with_one_link_in_text_and_html(
    server: Postfix, services: MailService
) -> None:
    copies = {"cc": ["ceo@good.example"], "bcc": ["books@good.example"]}
    message = services.sent("ravi@good.example", recipients=copies)
    assert message.status is DeliveryStatus.SENT
    link = services.service.get(ACME, message.invoice).unwrap().short_url
    for user in ("ravi", "ceo", "books"):
        (raw,) = server.mails(user, 1)
        mail = read(raw)
        assert (mail["To"], mail["Cc"]) == ("ravi@good.example", "ceo@good.example")
        assert mail["Bcc"] is None
        assert mail["Message-ID"] == f"<{message.id}@bill.example>"
        assert "ESMTPS" in mail["Received"]
        for kind in ("plain", "html"):
            part = mail.get_body((kind,))
            assert part is not None
            assert LINK.findall(part.get_content()) == [link]


def test_a_server_with_an_untrusted_certificate_gets_no_mail(server: Postfix) -> None:
    there = SmtpServer("localhost", server.port)
    with closing(SmtpSender(there, "bounces@bill.example", ssl.create_default_context())) as sender:
        seen = sender.send(
            a_message(address="no-mail@good.example"), an_invoice(Status.ISSUED), "A"
        )
    assert seen.failure().reason == "the mail server's certificate is not trusted"


def test_a_deferred_mail_is_sent_later(server: Postfix, services: MailService) -> None:
    server.says(later="450 4.2.1 try again")
    put_off = services.sent("later@good.example")
    assert (put_off.status, put_off.reason) == (
        DeliveryStatus.QUEUED,
        "refused with SMTP 450 4.2.1",
    )
    assert services.status(put_off.invoice) == (Status.ISSUED, "pending")
    server.says()
    services.clock.advance(timedelta(minutes=1))
    services.background_jobs.deliver(put_off.key)
    assert services.current(put_off).status is DeliveryStatus.SENT
    assert services.status(put_off.invoice) == (Status.ISSUED, "sent")
    assert len(server.mails("later", 1)) == 1


def test_a_mailbox_rejected_at_once_is_suppressed(server: Postfix, services: MailService) -> None:
    server.says(no="550 5.1.1 no such user")
    refused = services.sent("no@good.example")
    assert (refused.status, refused.reason) == (
        DeliveryStatus.FAILED,
        "refused with SMTP 550 5.1.1",
    )
    contact = Contact(ACME, Medium.EMAIL, "no@good.example")
    assert services.service.contact(contact).suppressed == "bounced"
    assert services.status(refused.invoice)[0] is Status.ISSUED


def test_a_later_bounce_ends_the_right_message(
    server: Postfix, services: MailService, capsys: pytest.CaptureFixture[str]
) -> None:
    gone, well = services.sent("gone@away.example"), services.sent("well@good.example")
    assert gone.status is DeliveryStatus.SENT  # a server took it, in good faith
    server.mails("bounces", 1)
    box = str(server.folder / "mail" / "bounces")
    assert main(["bounces", "--maildir", box, "--database", services.url]) == 0
    updated = "e-mails read       1\nbounce reports     1\nmessages updated   1\n"
    assert capsys.readouterr().out == updated
    ended = services.current(gone)
    assert (ended.status, ended.reason) == (DeliveryStatus.BOUNCED, "bounced with 5.1.1")
    assert services.current(well).status is DeliveryStatus.SENT
    assert services.status(gone.invoice) == (Status.ISSUED, "sent")
    document = a_document(media=["email"], customer=a_customer(email="gone@away.example"))
    again = services.service.execute(DraftAndSend(account=ACME, document=document)).unwrap()
    assert again.messages == ()
    contact = Contact(ACME, Medium.EMAIL, "gone@away.example")
    assert services.service.contact(contact).suppressed == "bounced"


def test_a_server_that_is_down_leaves_the_message_queued(
    services: MailService, server: Postfix
) -> None:
    del server
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    unreachable = SmtpSender(SmtpServer("localhost", port), "bounces@bill.example")
    services.background_jobs.senders[Medium.EMAIL] = unreachable  # type: ignore[index]  # as it was made above
    message = services.sent("waiting@good.example")
    assert (message.status, message.reason) == (
        DeliveryStatus.QUEUED,
        "the mail server could not be reached",
    )
