"""The SMTP sender against a real SMTP server: every reply has the right outcome."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from email import message_from_bytes
from email.message import Message as Mail
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope
from returns.result import Failure, Success

from billhook.messaging.delivery import Accepted, MessageId, Permanent, Transient, Unknown
from billhook.messaging.message import Message
from billhook.model.customer import Medium, Suppression
from billhook.model.invoice import Invoice, Status
from billhook.model.seller_profile import SellerProfile
from billhook_adapters.email import SmtpSender, SmtpServer, connection
from billhook_adapters.system.clock import SettableClock
from billhook_adapters.testing import NOON, a_customer, an_invoice
from billhook_adapters.testing.contracts import SenderErrorsContract

INVOICE = an_invoice(Status.ISSUED)


class MailServer:
    """Takes mail, or gives the replies that are set."""

    def __init__(self) -> None:
        self.connections = 0
        self.hang_up_at_reset = False
        self.mails: list[Mail] = []
        self.recipients: list[list[str]] = []
        self.replies: dict[str, str] = {}
        self.refuses: str | None = None
        self.hang_up_after_data = False

    async def handle_EHLO(  # noqa: N802  # aiosmtpd's name and arguments
        self, _server: SMTP, session: Any, _envelope: Envelope, host: str, answers: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = host
        return answers

    async def handle_RSET(self, server: SMTP, _session: Any, _envelope: Envelope) -> str:  # noqa: N802  # aiosmtpd's name
        if self.hang_up_at_reset:
            self.hang_up_at_reset = False
            assert server.transport is not None
            server.transport.abort()
        return "250 OK"

    async def handle_MAIL(  # noqa: N802  # aiosmtpd's name
        self, _server: SMTP, _session: Any, envelope: Envelope, address: str, _options: Any
    ) -> str:
        envelope.mail_from = address
        return self.replies.get("MAIL", "250 OK")

    async def handle_RCPT(  # noqa: N802  # aiosmtpd's name
        self, _server: SMTP, _session: Any, envelope: Envelope, address: str, _options: Any
    ) -> str:
        if address == self.refuses:
            return "550 no such mailbox"
        if "RCPT" not in self.replies:
            envelope.rcpt_tos.append(address)
        return self.replies.get("RCPT", "250 OK")

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Envelope) -> str:  # noqa: N802  # aiosmtpd's name
        assert isinstance(envelope.content, bytes)
        if "DATA" not in self.replies:
            self.mails.append(message_from_bytes(envelope.content))
            self.recipients.append(envelope.rcpt_tos)
        if self.hang_up_after_data:
            assert server.transport is not None
            server.transport.abort()
        return self.replies.get("DATA", "250 OK")


class SlowServer:
    """A server that sends its greeting byte by byte, and never the end of it."""

    def __enter__(self) -> SlowServer:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._send_slowly)
        self._thread.start()
        return self

    def _send_slowly(self) -> None:
        caller, _ = self._listener.accept()
        with caller, suppress(OSError):
            caller.sendall(b"220-")
            while not self._over.wait(0.01):
                caller.sendall(b"x")

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self._listener.close()


@pytest.fixture
def mail_server() -> MailServer:
    return MailServer()


@pytest.fixture
def port(mail_server: MailServer) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        free: int = listener.getsockname()[1]
    controller = Controller(mail_server, hostname="127.0.0.1", port=free)
    controller.start()
    yield free
    controller.stop()


@pytest.fixture
def sender(port: int) -> Iterator[SmtpSender]:
    with closing(a_sender(port)) as sender:
        yield sender


def a_sender(port: int, **how: Any) -> SmtpSender:
    server = SmtpServer("127.0.0.1", port, **{"security": "none", **how})
    return SmtpSender(server, "bills@bill.example", clock=SettableClock(NOON))


def a_message(invoice: Invoice = INVOICE, **fields: Any) -> Message:
    given = {
        "account": invoice.account,
        "id": MessageId("msg_1"),
        "invoice": invoice.id,
        "medium": Medium.EMAIL,
        "address": "ravi@example.com",
        "requested_at": NOON,
        "due_at": NOON,
    }
    return Message.model_validate({**given, **fields})


class TestSenderContract(SenderErrorsContract):
    """It fulfils the contract of a sender."""

    medium = Medium.EMAIL

    @pytest.fixture
    def sender(self, port: int) -> Iterator[SmtpSender]:
        with closing(a_sender(port)) as sender:
            yield sender

    @pytest.fixture
    def broken_sender(self) -> SmtpSender:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port: int = listener.getsockname()[1]
        return a_sender(port)

    @pytest.fixture
    def refused_sender(self, sender: SmtpSender, mail_server: MailServer) -> SmtpSender:
        mail_server.replies["RCPT"] = "550 no such mailbox"
        return sender

    @pytest.fixture
    def unanswered_sender(self, sender: SmtpSender, mail_server: MailServer) -> SmtpSender:
        mail_server.hang_up_after_data = True
        return sender


def test_copies_are_delivered_and_a_refused_one_does_not_stop_others(
    sender: SmtpSender, mail_server: MailServer
) -> None:
    recipients = {"cc": ["ceo@acme.example"], "bcc": ["books@acme.example"]}
    invoice = an_invoice(Status.ISSUED, recipients=recipients)
    mail_server.refuses = "books@acme.example"
    assert isinstance(sender.send(a_message(), invoice, "Acme"), Success)
    (mail,) = mail_server.mails
    assert (mail["To"], mail["Cc"], mail["Bcc"]) == ("ravi@example.com", "ceo@acme.example", None)
    assert mail_server.recipients == [["ravi@example.com", "ceo@acme.example"]]


@pytest.mark.parametrize(
    ("email", "shown"), [("billing@acme.example", "billing@acme.example"), (None, None)]
)
def test_answers_go_to_the_seller_where_its_address_is_known(
    sender: SmtpSender, mail_server: MailServer, email: str | None, shown: str | None
) -> None:
    invoice = an_invoice(Status.ISSUED, seller=SellerProfile(email=email))
    assert isinstance(sender.send(a_message(), invoice, "Acme"), Success)
    (mail,) = mail_server.mails
    assert (mail["From"], mail["Reply-To"]) == ("Acme <bills@bill.example>", shown)


def test_an_accepted_mail_has_exactly_these_headers(
    sender: SmtpSender, mail_server: MailServer
) -> None:
    assert sender.send(a_message(), INVOICE, "Acme") == Success(Accepted("<msg_1@bill.example>"))
    (mail,) = mail_server.mails
    assert mail_server.recipients == [["ravi@example.com"]]
    headers = {name: value for name, value in mail.items() if not name.startswith("X-")}
    assert headers == {
        "Date": "Thu, 01 Jan 2026 12:00:00 +0000",
        "From": "Acme <bills@bill.example>",
        "To": "ravi@example.com",
        "Subject": "Invoice for INR 998.00 from Acme",
        "Message-ID": "<msg_1@bill.example>",
        "Auto-Submitted": "auto-generated",
        "Content-Type": 'text/plain; charset="utf-8"',
        "Content-Transfer-Encoding": "7bit",
        "MIME-Version": "1.0",
    }
    body = mail.get_payload(decode=True)
    assert isinstance(body, bytes)
    assert body.decode().count("https://") == 1
    assert str(INVOICE.short_url) in body.decode()


def test_a_reminder_has_its_own_subject_and_text(
    sender: SmtpSender, mail_server: MailServer
) -> None:
    reminder = a_message().model_copy(update={"reminder": 2})
    sender.send(reminder, INVOICE, "Acme").unwrap()
    (mail,) = mail_server.mails
    body = mail.get_payload(decode=True)
    assert mail["Subject"] == "Reminder: invoice for INR 998.00 from Acme"
    assert isinstance(body, bytes)
    assert "Acme reminds you of an invoice for INR 998.00: https://" in body.decode()


@pytest.mark.parametrize("smtp_command", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ("450 4.2.1 try later, ravi@example.com", Transient("refused with SMTP 450 4.2.1")),
        ("550 5.7.1 ravi@example.com, go away", Permanent("refused with SMTP 550 5.7.1")),
        ("554 ravi@example.com is not welcome", Permanent("refused with SMTP 554")),
    ],
)
def test_a_reply_code_is_transient_or_permanent_and_no_address_is_quoted(
    sender: SmtpSender,
    mail_server: MailServer,
    smtp_command: str,
    answer: str,
    outcome: Transient | Permanent,
) -> None:
    mail_server.replies[smtp_command] = answer
    assert sender.send(a_message(), INVOICE, "Acme") == Failure(outcome)
    assert mail_server.mails == []


@pytest.mark.parametrize(
    ("smtp_command", "suppresses"), [("RCPT", "bounced"), ("MAIL", None), ("DATA", None)]
)
def test_an_unknown_mailbox_is_suppressed(
    sender: SmtpSender, mail_server: MailServer, smtp_command: str, suppresses: Suppression | None
) -> None:
    mail_server.replies[smtp_command] = "550 5.1.1 no ravi@example.com here"
    refused = Permanent("refused with SMTP 550 5.1.1", suppresses)
    assert sender.send(a_message(), INVOICE, "Acme") == Failure(refused)


def test_one_connection_carries_many_messages_also_after_a_refusal(
    sender: SmtpSender, mail_server: MailServer
) -> None:
    for _ in range(3):
        sender.send(a_message(), INVOICE, "Acme").unwrap()
    assert mail_server.connections == 1
    mail_server.replies["RCPT"] = "450 4.2.1 try later"
    sender.send(a_message(), INVOICE, "Acme").failure()
    del mail_server.replies["RCPT"]
    sender.send(a_message(), INVOICE, "Acme").unwrap()
    assert mail_server.connections == 2
    assert len(mail_server.mails) == 4


def test_a_connection_that_the_server_closed_is_opened_again(
    sender: SmtpSender, mail_server: MailServer
) -> None:
    sender.send(a_message(), INVOICE, "Acme").unwrap()
    mail_server.hang_up_at_reset = True
    sender.send(a_message(), INVOICE, "Acme").unwrap()
    assert (mail_server.connections, len(mail_server.mails)) == (2, 2)


def test_a_connection_carries_only_so_many_messages(
    sender: SmtpSender, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "MOST_MESSAGES", 2)
    for _ in range(4):
        sender.send(a_message(), INVOICE, "Acme").unwrap()
    assert mail_server.connections == 2


def test_a_slow_server_is_given_up_after_the_total_timeout() -> None:
    with SlowServer() as slow_server:
        sender = a_sender(slow_server.port, total_seconds=0.2, timeout_seconds=60)
        result = sender.send(a_message(), INVOICE, "Acme")
    assert result == Failure(Transient("the mail server could not be reached"))


def test_no_reply_after_the_data_is_unknown(sender: SmtpSender, mail_server: MailServer) -> None:
    mail_server.hang_up_after_data = True
    result = sender.send(a_message(), INVOICE, "Acme")
    assert result == Failure(Unknown("the connection broke while the message was handed over"))
    assert len(mail_server.mails) == 1  # it did arrive, without a confirmation


def test_an_unreachable_server_is_transient() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    sender = a_sender(port)
    result = sender.send(a_message(), INVOICE, "Acme")
    assert result == Failure(Transient("the mail server could not be reached"))


class AuthenticatingServer(Controller):
    """Accepts clients that have the password."""

    def factory(self) -> SMTP:
        def known(*given: Any) -> AuthResult:
            login = given[-1]
            return AuthResult(success=login.password == b"hush", handled=login.password == b"hush")

        return SMTP(self.handler, authenticator=known, auth_required=True, auth_require_tls=False)


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")  # the server's own
@pytest.mark.parametrize("password", ["hush", "guess"])
def test_a_wrong_password_is_transient(mail_server: MailServer, password: str) -> None:
    authenticating_server = AuthenticatingServer(mail_server, hostname="127.0.0.1", port=0)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        authenticating_server.port = listener.getsockname()[1]
    authenticating_server.start()
    try:
        with closing(
            a_sender(authenticating_server.port, user="acme", password=password)
        ) as sender:
            result = sender.send(a_message(), INVOICE, "Acme")
    finally:
        authenticating_server.stop()
    if password == "hush":
        assert isinstance(result, Success)
    else:
        refused = Transient("the mail server refused our user or password")
        assert (result, mail_server.mails) == (Failure(refused), [])


def test_a_refusal_in_the_greeting_is_transient() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]

        def refuse() -> None:
            caller, _ = listener.accept()
            with caller:
                caller.sendall(b"554 5.7.1 your address is on a list\r\n")

        server_thread = threading.Thread(target=refuse)
        server_thread.start()
        result = a_sender(port).send(a_message(), INVOICE, "Acme")
        server_thread.join()
    assert result == Failure(Transient("the mail server greeted us with 554"))


def test_starttls_is_the_default_and_a_server_without_it_gets_nothing(
    port: int, mail_server: MailServer
) -> None:
    sender = a_sender(port, security="starttls")
    result = sender.send(a_message(), INVOICE, "Acme")
    assert result == Failure(Permanent("the mail server lacks STARTTLS or AUTH"))
    assert mail_server.mails == []


@pytest.mark.parametrize(
    "address", ["a@example.com\r\nBcc: b@example.com", "not an address", "", "ravi@xn--.example"]
)
def test_an_invalid_address_is_never_sent_to_the_server(
    sender: SmtpSender, mail_server: MailServer, address: str
) -> None:
    result = sender.send(a_message(address=address), INVOICE, "Acme")
    assert result == Failure(Permanent("the address cannot stand in an e-mail header"))
    assert mail_server.mails == []


def test_hostile_names_add_neither_headers_nor_links(
    sender: SmtpSender, mail_server: MailServer
) -> None:
    name = "Ravi\r\nBcc: eve@example.com\u2028http://evil.example/\u202eslash"
    payer = a_customer().model_copy(update={"name": name})
    invoice = an_invoice(Status.ISSUED, customer=payer)
    seller = "Acme\r\nX-Evil: yes https://evil.example"
    assert isinstance(sender.send(a_message(), invoice, seller), Success)
    (mail,) = mail_server.mails
    assert {"Bcc", "X-Evil"}.isdisjoint(mail.keys())
    body = mail.get_payload(decode=True)
    assert isinstance(body, bytes)
    assert "evil" not in body.decode()


def test_a_password_is_not_in_the_servers_repr() -> None:
    server = SmtpServer("mail.example", user="acme", password="hush")
    assert "hush" not in repr(server)
