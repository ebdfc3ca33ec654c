"""The SMTP sender against a real SMTP server: every answer becomes the outcome that is true."""

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
from billhook_adapters.email import SmtpSender, SmtpServer, connection
from billhook_adapters.testing import NOON, a_customer, an_invoice
from billhook_adapters.testing.contracts import SenderContract

INVOICE = an_invoice(Status.ISSUED)


class Postbox:
    """Takes mail, or says what it was told to say."""

    def __init__(self) -> None:
        self.connections = 0
        self.hang_up_at_reset = False
        self.mails: list[Mail] = []
        self.recipients: list[list[str]] = []
        self.says: dict[str, str] = {}
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
        return self.says.get("MAIL", "250 OK")

    async def handle_RCPT(  # noqa: N802  # aiosmtpd's name
        self, _server: SMTP, _session: Any, envelope: Envelope, address: str, _options: Any
    ) -> str:
        if address == self.refuses:
            return "550 no such mailbox"
        if "RCPT" not in self.says:
            envelope.rcpt_tos.append(address)
        return self.says.get("RCPT", "250 OK")

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Envelope) -> str:  # noqa: N802  # aiosmtpd's name
        assert isinstance(envelope.content, bytes)
        if "DATA" not in self.says:
            self.mails.append(message_from_bytes(envelope.content))
            self.recipients.append(envelope.rcpt_tos)
        if self.hang_up_after_data:
            assert server.transport is not None
            server.transport.abort()
        return self.says.get("DATA", "250 OK")


class Dripping:
    """A server that says a byte now and then, and never all of it."""

    def __enter__(self) -> Dripping:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._drip)
        self._thread.start()
        return self

    def _drip(self) -> None:
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
def postbox() -> Postbox:
    return Postbox()


@pytest.fixture
def port(postbox: Postbox) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        free: int = listener.getsockname()[1]
    controller = Controller(postbox, hostname="127.0.0.1", port=free)
    controller.start()
    yield free
    controller.stop()


@pytest.fixture
def sender(port: int) -> Iterator[SmtpSender]:
    with closing(a_sender(port)) as sender:
        yield sender


def a_sender(port: int, **how: Any) -> SmtpSender:
    server = SmtpServer("127.0.0.1", port, **{"security": "none", **how})
    return SmtpSender(server, "bills@bill.example")


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


class TestTheContractOfASender(SenderContract):
    """What every sender does, this one does."""

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


def test_copies_are_delivered_open_and_blind_and_one_refused_holds_up_nobody(
    sender: SmtpSender, postbox: Postbox
) -> None:
    recipients = {"cc": ["ceo@acme.example"], "bcc": ["books@acme.example"]}
    invoice = an_invoice(Status.ISSUED, recipients=recipients)
    postbox.refuses = "books@acme.example"
    assert isinstance(sender.send(a_message(), invoice, "Acme"), Success)
    (mail,) = postbox.mails
    assert (mail["To"], mail["Cc"], mail["Bcc"]) == ("ravi@example.com", "ceo@acme.example", None)
    assert postbox.recipients == [["ravi@example.com", "ceo@acme.example"]]


def test_an_accepted_mail_says_so_and_arrives_with_exactly_its_headers(
    sender: SmtpSender, postbox: Postbox
) -> None:
    assert sender.send(a_message(), INVOICE, "Acme") == Success(Accepted("<msg_1@bill.example>"))
    (mail,) = postbox.mails
    assert postbox.recipients == [["ravi@example.com"]]
    headers = {name: value for name, value in mail.items() if not name.startswith("X-")}
    assert headers == {
        "From": "Acme <bills@bill.example>",
        "To": "ravi@example.com",
        "Subject": "Invoice over INR 998.00 from Acme",
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


def test_a_reminder_says_that_it_is_one(sender: SmtpSender, postbox: Postbox) -> None:
    reminder = a_message().model_copy(update={"reminder": 2})
    sender.send(reminder, INVOICE, "Acme").unwrap()
    (mail,) = postbox.mails
    body = mail.get_payload(decode=True)
    assert mail["Subject"] == "Reminder: invoice over INR 998.00 from Acme"
    assert isinstance(body, bytes)
    assert "Acme reminds you of an invoice over INR 998.00: https://" in body.decode()


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ("450 4.2.1 try later, ravi@example.com", Transient("refused with SMTP 450 4.2.1")),
        ("550 5.7.1 ravi@example.com, go away", Permanent("refused with SMTP 550 5.7.1")),
        ("554 ravi@example.com is not welcome", Permanent("refused with SMTP 554")),
    ],
)
def test_a_refusal_is_transient_or_permanent_by_its_code_and_quotes_no_address(
    sender: SmtpSender, postbox: Postbox, verb: str, answer: str, outcome: Transient | Permanent
) -> None:
    postbox.says[verb] = answer
    assert sender.send(a_message(), INVOICE, "Acme") == Failure(outcome)
    assert postbox.mails == []


@pytest.mark.parametrize(
    ("verb", "suppresses"), [("RCPT", "bounced"), ("MAIL", None), ("DATA", None)]
)
def test_a_mailbox_that_is_not_there_is_left_alone_from_then_on(
    sender: SmtpSender, postbox: Postbox, verb: str, suppresses: Suppression | None
) -> None:
    postbox.says[verb] = "550 5.1.1 no ravi@example.com here"
    refused = Permanent("refused with SMTP 550 5.1.1", suppresses)
    assert sender.send(a_message(), INVOICE, "Acme") == Failure(refused)


def test_one_connection_carries_many_messages_also_after_a_refusal(
    sender: SmtpSender, postbox: Postbox
) -> None:
    for _ in range(3):
        sender.send(a_message(), INVOICE, "Acme").unwrap()
    assert postbox.connections == 1
    postbox.says["RCPT"] = "450 4.2.1 try later"
    sender.send(a_message(), INVOICE, "Acme").failure()
    del postbox.says["RCPT"]
    sender.send(a_message(), INVOICE, "Acme").unwrap()
    assert postbox.connections == 2
    assert len(postbox.mails) == 4


def test_a_connection_that_the_server_left_is_made_anew(
    sender: SmtpSender, postbox: Postbox
) -> None:
    sender.send(a_message(), INVOICE, "Acme").unwrap()
    postbox.hang_up_at_reset = True
    sender.send(a_message(), INVOICE, "Acme").unwrap()
    assert (postbox.connections, len(postbox.mails)) == (2, 2)


def test_a_connection_carries_only_so_many_messages(
    sender: SmtpSender, postbox: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "MOST_MESSAGES", 2)
    for _ in range(4):
        sender.send(a_message(), INVOICE, "Acme").unwrap()
    assert postbox.connections == 2


def test_a_server_that_drips_is_cut_off_when_the_time_for_a_hand_over_is_up() -> None:
    with Dripping() as dripping:
        sender = a_sender(dripping.port, total_seconds=0.2, timeout_seconds=60)
        seen = sender.send(a_message(), INVOICE, "Acme")
    assert seen == Failure(Transient("the mail server could not be reached"))


def test_silence_after_the_data_is_unknown(sender: SmtpSender, postbox: Postbox) -> None:
    postbox.hang_up_after_data = True
    seen = sender.send(a_message(), INVOICE, "Acme")
    assert seen == Failure(Unknown("the connection broke while the message was handed over"))
    assert len(postbox.mails) == 1  # it did arrive, and nobody can tell


def test_a_server_that_is_not_there_is_transient() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    sender = a_sender(port)
    seen = sender.send(a_message(), INVOICE, "Acme")
    assert seen == Failure(Transient("the mail server could not be reached"))


class Doorkeeper(Controller):
    """Lets in who has the password."""

    def factory(self) -> SMTP:
        def known(*given: Any) -> AuthResult:
            login = given[-1]
            return AuthResult(success=login.password == b"hush", handled=login.password == b"hush")

        return SMTP(self.handler, authenticator=known, auth_required=True, auth_require_tls=False)


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")  # the server's own
@pytest.mark.parametrize("password", ["hush", "guess"])
def test_who_has_the_password_is_let_in_and_who_has_not_may_be_later(
    postbox: Postbox, password: str
) -> None:
    door = Doorkeeper(postbox, hostname="127.0.0.1", port=0)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        door.port = listener.getsockname()[1]
    door.start()
    try:
        with closing(a_sender(door.port, user="acme", password=password)) as sender:
            seen = sender.send(a_message(), INVOICE, "Acme")
    finally:
        door.stop()
    if password == "hush":
        assert isinstance(seen, Success)
    else:
        refused = Transient("the mail server refused our user or password")
        assert (seen, postbox.mails) == (Failure(refused), [])


def test_a_greeting_that_turns_us_away_is_no_news_of_the_message() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]

        def turn_away() -> None:
            caller, _ = listener.accept()
            with caller:
                caller.sendall(b"554 5.7.1 your address is on a list\r\n")

        porter = threading.Thread(target=turn_away)
        porter.start()
        seen = a_sender(port).send(a_message(), INVOICE, "Acme")
        porter.join()
    assert seen == Failure(Transient("the mail server greeted us with 554"))


def test_starttls_is_the_default_and_a_server_without_it_gets_nothing(
    port: int, postbox: Postbox
) -> None:
    sender = a_sender(port, security="starttls")
    seen = sender.send(a_message(), INVOICE, "Acme")
    assert seen == Failure(Permanent("the mail server lacks STARTTLS or AUTH"))
    assert postbox.mails == []


def test_an_address_that_the_server_cannot_take_is_permanent(
    sender: SmtpSender, postbox: Postbox
) -> None:
    seen = sender.send(a_message(address="ravi@bücher.example"), INVOICE, "Acme")
    assert seen == Failure(Permanent("the mail server takes ASCII addresses only"))


@pytest.mark.parametrize(
    "address", ["a@example.com\r\nBcc: b@example.com", "not an address", "", "rāvi@example.com"]
)
def test_an_address_that_is_none_never_reaches_the_server(
    sender: SmtpSender, postbox: Postbox, address: str
) -> None:
    seen = sender.send(a_message(address=address), INVOICE, "Acme")
    assert seen == Failure(Permanent("the address cannot stand in an e-mail header"))
    assert postbox.mails == []


def test_hostile_names_add_neither_headers_nor_links(sender: SmtpSender, postbox: Postbox) -> None:
    name = "Ravi\r\nBcc: eve@example.com\u2028http://evil.example/\u202eslash"
    invoice = an_invoice(Status.ISSUED, customer=a_customer(name=name))
    seller = "Acme\r\nX-Evil: yes https://evil.example"
    assert isinstance(sender.send(a_message(), invoice, seller), Success)
    (mail,) = postbox.mails
    assert {"Bcc", "X-Evil"}.isdisjoint(mail.keys())
    body = mail.get_payload(decode=True)
    assert isinstance(body, bytes)
    assert "evil" not in body.decode()


def test_a_password_is_not_in_the_servers_repr() -> None:
    server = SmtpServer("mail.example", user="acme", password="hush")
    assert "hush" not in repr(server)
