"""A mail is sent as its server offered that it can take it, on the bytes that the server got.

The mails are read by a parser that shares no code with what wrote them.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope
from returns.result import Failure, Result, Success

from attacks.strict_mail import StrictMail, decoded, mailbox, read
from billhook.messaging.delivery import Permanent
from billhook.model.customer import Recipients
from billhook.model.invoice import Invoice, Status
from billhook_adapters.documents.templating import Templates
from billhook_adapters.email import SmtpSender, SmtpServer
from billhook_adapters.system.clock import SettableClock
from billhook_adapters.testing import NOON, a_customer, a_message, an_invoice

ALL = frozenset({"SMTPUTF8", "8BITMIME", "SIZE", "DSN"})


class Server:
    """Offers some extensions, and keeps what it was sent and what it got."""

    def __init__(self, offered: frozenset[str], size: int) -> None:
        self.offered, self.size = offered, size
        self.mail_options: list[str] = []
        self.recipients: list[tuple[str, list[str]]] = []
        self.content = b""

    async def handle_EHLO(  # noqa: N802  # aiosmtpd's name and arguments
        self, _server: SMTP, session: Any, _envelope: Envelope, host: str, _answers: list[str]
    ) -> list[str]:
        session.host_name = host
        given = [f"SIZE {self.size}" if one == "SIZE" else one for one in sorted(self.offered)]
        return ["250-mail.example", *(f"250-{one}" for one in given), "250 HELP"]

    async def handle_MAIL(  # noqa: N802  # aiosmtpd's name
        self, _server: SMTP, _session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from, self.mail_options = address, options
        return "250 OK"

    async def handle_RCPT(  # noqa: N802  # aiosmtpd's name
        self, _server: SMTP, _session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        self.recipients.append((address, options))
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Any, envelope: Envelope) -> str:  # noqa: N802  # aiosmtpd's name
        assert isinstance(envelope.content, bytes)
        self.content = envelope.content
        return "250 OK"

    def received(self) -> StrictMail:
        """The mail that came."""
        return read(self.content)


class TakesDsn(SMTP):
    """aiosmtpd knows no options of delivery reports."""

    async def smtp_MAIL(self, arg: str) -> None:  # noqa: N802  # aiosmtpd's name
        await super().smtp_MAIL(re.sub(r" (?:RET|ENVID)=\S+", "", arg))

    async def smtp_RCPT(self, arg: str) -> None:  # noqa: N802  # aiosmtpd's name
        await super().smtp_RCPT(re.sub(r" (?:NOTIFY|ORCPT)=\S+", "", arg))


@contextmanager
def serving(offered: frozenset[str], size: int = 2**20) -> Iterator[tuple[Server, SmtpSender]]:
    """A server with these extensions, and a sender to it."""
    server = Server(offered, size)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    utf8 = "SMTPUTF8" in offered

    class Here(Controller):
        def factory(self) -> SMTP:
            return TakesDsn(server, enable_SMTPUTF8=utf8, data_size_limit=2**20)

    controller = Here(server, hostname="127.0.0.1", port=port)
    controller.start()
    where = SmtpServer("127.0.0.1", port, security="none", smtputf8=utf8)
    sender = SmtpSender(where, "bills@büro.example", writer=Templates(), clock=SettableClock(NOON))
    try:
        with closing(sender):
            yield server, sender
    finally:
        controller.stop()


def send(sender: SmtpSender, invoice: Invoice) -> Result[Any, Any]:
    """Send the message of an invoice to its payer."""
    address = invoice.document.addresses(a_message().medium)[0]
    return sender.send(a_message().model_copy(update={"address": address}), invoice, "Bücher")


def an_invoice_to(address: str, **copies: tuple[str, ...]) -> Invoice:
    """An invoice whose texts are not ASCII, with copies."""
    return an_invoice(
        Status.ISSUED,
        customer=a_customer(name="Zoë", email=address, language="hi"),
        recipients=Recipients(**copies),
        description="₹ für Bücher",
    )


@pytest.mark.parametrize("lacking", [None, *sorted(ALL)])
def test_a_mail_is_complete_and_ascii_whatever_the_server_offers(lacking: str | None) -> None:
    offered = ALL - {lacking} if lacking else frozenset[str]()
    with serving(offered) as (server, sender):
        assert isinstance(send(sender, an_invoice_to("ravi@münchen.example")), Success)
    assert server.content.isascii()
    mail = server.received()
    assert parsedate_to_datetime(mail.value("Date")) == NOON
    assert mailbox(mail.value("From"))[1] == "bills@xn--bro-hoa.example"
    assert mail.value("To") == "ravi@xn--mnchen-3ya.example"
    assert mail.value("Message-ID") == "<msg_1@xn--bro-hoa.example>"
    assert "Bücher" in decoded(mail.value("Subject"))
    assert b"8bit" not in server.content
    assert ("SIZE" in offered) == any(one.startswith("SIZE=") for one in server.mail_options)
    assert not any(one.startswith(("BODY", "SMTPUTF8")) for one in server.mail_options)


def test_a_local_part_outside_ascii_goes_out_with_smtputf8_and_in_utf8() -> None:
    with serving(ALL) as (server, sender):
        assert sender.can_send_to("rāvi@münchen.example")
        assert isinstance(send(sender, an_invoice_to("rāvi@münchen.example")), Success)
        # The next mail on the same connection is ASCII again.
        first, first_options = server.content, server.mail_options
        assert isinstance(send(sender, an_invoice_to("ravi@example.com")), Success)
    assert {"SMTPUTF8", "BODY=8BITMIME"} <= set(first_options)
    assert "To: rāvi@xn--mnchen-3ya.example\r\n".encode() in first
    assert first.partition(b"\r\n\r\n")[2].isascii()
    assert server.content.isascii()
    assert "SMTPUTF8" not in server.mail_options


def test_a_local_part_outside_ascii_is_denied_and_never_sent_without_smtputf8() -> None:
    with serving(ALL - {"SMTPUTF8"}) as (server, sender):
        assert not sender.can_send_to("rāvi@example.com")
        assert sender.can_send_to("ravi@münchen.example")
        result = send(sender, an_invoice_to("rāvi@example.com"))
    assert result == Failure(Permanent("the mail server takes ASCII addresses only"))
    assert server.content == b""


@pytest.mark.parametrize("kind", ["cc", "bcc"])
def test_an_odd_copy_keeps_the_mail_from_no_one_else(kind: str) -> None:
    copies = {kind: ("anna@example.com", "rāvi@example.com")}
    with serving(ALL - {"SMTPUTF8"}) as (server, sender):
        assert isinstance(send(sender, an_invoice_to("ravi@example.com", **copies)), Success)
    assert [address for address, _ in server.recipients] == ["ravi@example.com", "anna@example.com"]
    assert "rāvi".encode() not in server.content


def test_an_address_that_no_header_can_hold_is_left_out_of_the_copies() -> None:
    invoice = an_invoice_to("ravi@example.com", cc=("anna@example.com",))
    assert invoice.document.recipients is not None
    odd = invoice.document.recipients.model_copy(update={"cc": ("a@-.example", "=?@x.example")})
    invoice = invoice.model_copy(
        update={"document": invoice.document.model_copy(update={"recipients": odd})}
    )
    with serving(ALL) as (server, sender):
        assert isinstance(send(sender, invoice), Success)
    assert [address for address, _ in server.recipients] == ["ravi@example.com"]
    assert "cc" not in server.received().names


def test_a_mail_larger_than_the_server_takes_is_not_handed_over() -> None:
    with serving(ALL, size=100) as (server, sender):
        result = send(sender, an_invoice_to("ravi@example.com"))
    assert result == Failure(Permanent("refused with SMTP 552 5.3.4"))
    assert server.content == b""


def test_no_one_gets_the_mail_twice() -> None:
    invoice = an_invoice_to(
        "Ravi@example.com",
        cc=("ravi@EXAMPLE.com", "Anna@example.com"),
        bcc=("anna@example.com", "eve@example.com"),
    )
    with serving(ALL) as (server, sender):
        assert isinstance(send(sender, invoice), Success)
    assert [address for address, _ in server.recipients] == [
        "Ravi@example.com", "Anna@example.com", "eve@example.com",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("address", "sent"),
    [
        ("ravi@example.com", True),
        ("ravi@faß.example", True),
        ("ravi@xn--fa-hia.example", True),
        ("ravi@aא.example", False),  # two directions in one label (RFC 5893)
        ("ravi@xn--a-0hc.example", False),
        ("ravi@ـa.example", False),  # the tatweel is disallowed (RFC 5892)
    ],
)
def test_a_domain_that_idna_knows_not_is_denied(address: str, sent: bool) -> None:
    sender = SmtpSender(SmtpServer("mail.example"), "bills@bill.example")
    assert sender.can_send_to(address) is sent
