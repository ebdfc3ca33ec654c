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

from billhook.application.background_jobs import Handlers
from billhook.application.commands import DraftAndSend
from billhook.application.records import Contact
from billhook.application.service import Desk
from billhook.messaging.delivery import Delivery
from billhook.messaging.message import Message, medium_status
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook.model.invoice import InvoiceId, Status
from billhook_adapters.cli.main import main
from billhook_adapters.documents.templating import Templates
from billhook_adapters.email import SmtpSender, SmtpServer
from billhook_adapters.memory import RandomIds, SettableClock
from billhook_adapters.sql import SqlStore, open_database
from billhook_adapters.testing import (
    NOON,
    a_customer,
    a_document,
    a_message,
    an_account,
    an_invoice,
)
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


class Desks(NamedTuple):
    """A desk over a file, whose mail goes out through the server."""

    url: str
    desk: Desk
    handlers: Handlers
    clock: SettableClock

    def sent(self, to: str, **document: Any) -> Message:
        """A message that was handed over once, as it stands then."""
        asked = DraftAndSend(
            account=ACME,
            document=a_document(media=["email"], customer=a_customer(email=to), **document),
        )
        (message,) = self.desk.do(asked).unwrap().messages
        self.handlers.deliver(message.key)
        return self.current(message)

    def current(self, message: Message) -> Message:
        """A message as it stands."""
        found = self.desk.message(message.key)
        assert isinstance(found, Message)
        return found

    def status(self, invoice: InvoiceId) -> tuple[Status, str | None]:
        """The invoice's status, and its `email_status`."""
        messages = self.desk.messages(ACME, invoice)
        word = medium_status(messages, Medium.EMAIL, asked=True)
        return self.desk.get(ACME, invoice).unwrap().status, word


@pytest.fixture
def desks(server: Postfix, tmp_path: Path) -> Iterator[Desks]:
    url = f"sqlite:///{tmp_path / 'billhook.sqlite3'}"
    engine, clock, ids = open_database(url), SettableClock(NOON), RandomIds()
    store = SqlStore(engine)
    desk = Desk(store, clock, ids)
    desk.open(an_account(ACME, "Acme Books"))
    there = SmtpServer("localhost", server.port)
    with closing(SmtpSender(there, "bounces@bill.example", server.tls, Templates())) as sender:
        yield Desks(url, desk, Handlers(store, clock, ids, {Medium.EMAIL: sender}), clock)
    engine.dispose()


def read(raw: bytes) -> EmailMessage:
    """A mail, as the recipient's program reads it."""
    mail = message_from_bytes(raw, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


def test_a_mail_arrives_over_tls_with_one_link_in_text_and_html(
    server: Postfix, desks: Desks
) -> None:
    copies = {"cc": ["ceo@good.example"], "bcc": ["books@good.example"]}
    message = desks.sent("ravi@good.example", recipients=copies)
    assert message.status is Delivery.SENT
    link = desks.desk.get(ACME, message.invoice).unwrap().short_url
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


def test_a_certificate_that_nobody_vouches_for_gets_nothing(server: Postfix) -> None:
    there = SmtpServer("localhost", server.port)
    with closing(SmtpSender(there, "bounces@bill.example", ssl.create_default_context())) as sender:
        seen = sender.send(a_message(address="nobody@good.example"), an_invoice(Status.ISSUED), "A")
    assert seen.failure().reason == "the mail server's certificate is not trusted"


def test_what_is_put_off_goes_out_later(server: Postfix, desks: Desks) -> None:
    server.says(later="450 4.2.1 try again")
    put_off = desks.sent("later@good.example")
    assert (put_off.status, put_off.reason) == (Delivery.QUEUED, "refused with SMTP 450 4.2.1")
    assert desks.status(put_off.invoice) == (Status.ISSUED, "pending")
    server.says()
    desks.clock.advance(timedelta(minutes=1))
    desks.handlers.deliver(put_off.key)
    assert desks.current(put_off).status is Delivery.SENT
    assert desks.status(put_off.invoice) == (Status.ISSUED, "sent")
    assert len(server.mails("later", 1)) == 1


def test_a_mailbox_that_is_refused_at_once_is_left_alone(server: Postfix, desks: Desks) -> None:
    server.says(no="550 5.1.1 no such user")
    refused = desks.sent("no@good.example")
    assert (refused.status, refused.reason) == (Delivery.FAILED, "refused with SMTP 550 5.1.1")
    contact = Contact(ACME, Medium.EMAIL, "no@good.example")
    assert desks.desk.contact(contact).suppressed == "bounced"
    assert desks.status(refused.invoice)[0] is Status.ISSUED


def test_a_mail_that_comes_back_later_ends_the_right_message(
    server: Postfix, desks: Desks, capsys: pytest.CaptureFixture[str]
) -> None:
    gone, well = desks.sent("gone@away.example"), desks.sent("well@good.example")
    assert gone.status is Delivery.SENT  # a server took it, in good faith
    server.mails("bounces", 1)
    box = str(server.folder / "mail" / "bounces")
    assert main(["bounces", "--maildir", box, "--database", desks.url]) == 0
    assert capsys.readouterr().out == "1 read, 1 reports, 1 messages found\n"
    ended = desks.current(gone)
    assert (ended.status, ended.reason) == (Delivery.BOUNCED, "came back with 5.1.1")
    assert desks.current(well).status is Delivery.SENT
    assert desks.status(gone.invoice) == (Status.ISSUED, "sent")
    document = a_document(media=["email"], customer=a_customer(email="gone@away.example"))
    again = desks.desk.do(DraftAndSend(account=ACME, document=document)).unwrap()
    assert again.messages == ()
    contact = Contact(ACME, Medium.EMAIL, "gone@away.example")
    assert desks.desk.contact(contact).suppressed == "bounced"


def test_a_server_that_is_down_leaves_the_message_waiting(desks: Desks, server: Postfix) -> None:
    del server
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    nobody = SmtpSender(SmtpServer("localhost", port), "bounces@bill.example")
    desks.handlers.senders[Medium.EMAIL] = nobody  # type: ignore[index]  # as it was made above
    message = desks.sent("waiting@good.example")
    assert (message.status, message.reason) == (
        Delivery.QUEUED,
        "the mail server could not be reached",
    )
