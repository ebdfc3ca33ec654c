"""Text of anybody's is never read as the structure of a mail: on the bytes that a server gets.

The payloads are those of published reports of other mailers and of Python's own `email`: encoded
words that hold line breaks or separators, addresses with two readings, commands within an address.
"""

from __future__ import annotations

import socket
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from returns.result import Failure, Success

from attacks.strict_mail import StrictMail, decoded, mailbox, read
from billhook.messaging.message import Message
from billhook.model.customer import Customer, Medium, Recipients
from billhook.model.invoice import Invoice, Status
from billhook_adapters.documents.message_texts import PLAIN, Letter, Writer
from billhook_adapters.documents.templating import LONGEST_SUBJECT, Templates
from billhook_adapters.documents.untrusted_text import one_line, visible
from billhook_adapters.email import SmtpSender, SmtpServer
from billhook_adapters.email.mail import LONGEST_NAME, mail
from billhook_adapters.testing import NOON, a_customer, a_message, an_invoice

FIELDS = ["auto-submitted", "date", "from", "message-id", "mime-version", "subject", "to"]
"""Beside those of the body."""
BREAKS = "\r\n"
RAVI = a_customer()


def called(name: str) -> Customer:
    """Ravi under a name that the domain may refuse: the mail does not rely on that it does."""
    return RAVI.model_copy(update={"name": name})


SENDER = "bills@bill.example"


def encoded_word(text: str, encoding: str = "b", charset: str = "utf-8") -> str:
    """A text as an encoded word that the attacker made."""
    raw = text.encode()
    payload = b64encode(raw).decode() if encoding in "bB" else "".join(f"={one:02x}" for one in raw)
    return f"=?{charset}?{encoding}?{payload}?="


ENCODED = [
    "=?utf-8?q?a=0d=0aBcc:=20x?=",
    "=?UTF-8?Q?a=0D=0ABcc:=20x?=",
    "=?utf-8?q?=0a?=Bcc: injected",
    '"=?utf-8?q?a=0d=0aBcc:=20x?="',
    "'=?utf-8?q?a=0d=0aBcc:=20x?='",
    "=?utf-8?q?a=0d?= =?utf-8?q?=0aBcc:=20x?=",
    "=?utf-8?b?" + "=?utf-8?q?=0a?=",
    "=?utf-8*en?q?a=0aBcc:=20x?=",
    "=?us-ascii?q?=2c=20eve=40evil=3e?=",
    "=?utf-8?q??=",
    "=?utf-8?q?unfinished",
    "=?",
    "?=",
    "Ä =?utf-8?q?a=0d=0aBcc:=20x?=",
    "(=?utf-8?q?a=0d=0aBcc:=20x?=)",
    encoded_word("a\r\nBcc: x"),
    encoded_word("a\r\nBcc: x", "B", "UTF-8"),
    encoded_word("\0a\u2028Bcc: x"),
    encoded_word("Acme, Eve <eve@evil.example>,"),
]
BROKEN = [
    f"a{BREAKS}Bcc: x", "a\rBcc: x", "a\nBcc: x", "a\r\n\r\n<b>body</b>", "a\n.\nMAIL FROM:<x>",
    "a\0b", "a\x0bb", "a\x1cb", "a\u0085Bcc: x", "a\u2028Bcc: x", "a\u2029Bcc: x", "a\ud800b",
    "a\u202eb", "\r\n", " ", "\t", "a\\", 'a"b', 'a\\"<eve@evil.example>,"b',
    "Eve <eve@evil.example>", "eve@evil.example,", "a;b:c", "(comment)", "a" * 256, "ä" * 256,
    "😀" * 256, " ".join("ab" * 128), "=" * 256, "?" * 256, "a\u200d\u200cb",
]  # fmt: skip


def is_storable(text: str) -> bool:
    """Whether a name may hold it."""
    return text != "" and "\0" not in text and "\ud800" not in text


class Received(NamedTuple):
    """A mail as a server got it."""

    sender: str
    recipients: list[str]
    mail: StrictMail


class RawPostbox:
    """Keeps the bytes of mails."""

    def __init__(self) -> None:
        self.received: list[Received] = []

    async def handle_DATA(self, _server: SMTP, _session: Any, envelope: Envelope) -> str:  # noqa: N802  # aiosmtpd's name
        assert isinstance(envelope.content, bytes)
        raw = envelope.content
        sender = envelope.mail_from or ""
        self.received.append(Received(sender, list(envelope.rcpt_tos), read(raw)))
        return "250 OK"

    def take(self) -> Received:
        """The one mail that came."""
        (one,) = self.received
        self.received.clear()
        return one


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[RawPostbox, int]]:
    """A mail server, and its port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    postbox = RawPostbox()
    controller = Controller(postbox, hostname="127.0.0.1", port=port, data_size_limit=2**20)
    controller.start()
    try:
        yield postbox, port
    finally:
        controller.stop()


class Mailer:
    """Sends through a real server, and reads what came."""

    def __init__(self, postbox: RawPostbox, port: int, writer: Writer = PLAIN) -> None:
        self.postbox = postbox
        where = SmtpServer("127.0.0.1", port, security="none")
        self.sender = SmtpSender(where, SENDER, writer=writer)

    def sent(
        self, seller: str, customer: Customer = RAVI, *, reminder: int | None = None
    ) -> Received:
        """The mail of an invoice."""
        invoice = an_invoice(Status.ISSUED, customer=customer)
        message = a_message(reminder=reminder)
        assert isinstance(self.sender.send(message, invoice, seller), Success)
        return self.postbox.take()


@pytest.fixture(scope="module", params=["plain", "templates"])
def mailer(request: pytest.FixtureRequest, server: tuple[RawPostbox, int]) -> Iterator[Mailer]:
    mailer = Mailer(*server, writer=PLAIN if request.param == "plain" else Templates())
    with closing(mailer.sender):
        yield mailer


def only_ours(received: Received) -> StrictMail:
    """The mail, if it has our fields, our sender and the payer alone."""
    written = received.mail
    own = [name for name in written.names if not name.startswith(("x-", "content-"))]
    assert sorted(own) == FIELDS  # the server adds X-Peer
    assert received.sender == SENDER
    assert received.recipients == ["ravi@example.com"]
    assert written.value("To") == "ravi@example.com"
    assert mailbox(written.value("From"))[1] == SENDER
    return written


@pytest.mark.parametrize("name", ENCODED)
def test_an_encoded_word_in_a_name_arrives_as_the_text_that_it_is(
    mailer: Mailer, name: str
) -> None:
    written = only_ours(mailer.sent(name, called(name)))
    shown = one_line(name)
    assert mailbox(written.value("From"))[0] == shown[:LONGEST_NAME]
    subject = decoded(written.value("Subject"))
    kept = subject.partition(" from ")[2].removesuffix("…")
    assert shown.startswith(kept)
    assert kept == shown[:LONGEST_NAME] or len(subject) == LONGEST_SUBJECT


@pytest.mark.parametrize("name", ENCODED[:6])
def test_the_text_of_an_encoded_word_is_not_even_changed(mailer: Mailer, name: str) -> None:
    assert mailbox(mailer.sent(name).mail.value("From"))[0] == name


@pytest.mark.parametrize("name", BROKEN)
def test_breaks_controls_and_separators_in_a_name_reach_no_header(
    mailer: Mailer, name: str
) -> None:
    payer = called(name[:256]) if is_storable(name) else RAVI
    written = only_ours(mailer.sent(name, payer))
    assert visible(decoded(written.value("Subject"))) == decoded(written.value("Subject"))


PIECES = st.one_of(
    st.sampled_from([*ENCODED, *BROKEN]),
    st.sampled_from(list('\r\n\0\t =?_<>@,;:"\\().\u2028\u0085\u202eä')),
    st.text(max_size=20).filter(lambda text: not any("\ud800" <= one <= "\udfff" for one in text)),
    st.text(alphabet="=?qbQB_utf-8 \r\n0123456789abcdefABCDEF", max_size=60),
)


@settings(max_examples=100)
@given(pieces=st.lists(PIECES, max_size=4), payer=PIECES)
def test_whatever_a_seller_is_called_the_mail_has_our_fields_alone(
    pieces: list[str], payer: str
) -> None:
    seller = "".join(pieces)[:256]
    invoice = an_invoice(
        Status.ISSUED,
        customer=called(payer[:256]) if is_storable(payer) else RAVI,
    )
    content = mail(a_message(), invoice, seller, SENDER, PLAIN, date=NOON).content
    written = only_ours(Received(SENDER, ["ravi@example.com"], read(content)))
    assert mailbox(written.value("From"))[0] == one_line(seller)[:LONGEST_NAME].rstrip()
    assert decoded(written.value("Subject")).startswith("Invoice for INR 998.00 from ")


class AnyWriter:
    """A writer of another package, which passes on any text."""

    def __init__(self, subject: str) -> None:
        self.subject = subject

    def sms(self, message: Message, invoice: Invoice, seller: str) -> str:
        raise NotImplementedError

    def letter(self, message: Message, invoice: Invoice, seller: str) -> Letter:  # a writer's
        return Letter(self.subject, "Hello", "<p>Hello</p>")


@pytest.mark.parametrize("subject", [*ENCODED, *BROKEN])
def test_a_subject_of_another_writer_is_text_too(subject: str) -> None:
    invoice = an_invoice(Status.ISSUED)
    content = mail(a_message(), invoice, "Acme", SENDER, AnyWriter(subject), date=NOON).content
    written = only_ours(Received(SENDER, ["ravi@example.com"], read(content)))
    assert decoded(written.value("Subject")) == visible(subject)


def test_an_operators_subject_that_completes_an_encoded_word_is_text(
    server: tuple[RawPostbox, int], tmp_path: Path
) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "subject.txt").write_text("=?utf-8?q?{{ seller }}?=")
    mailer = Mailer(*server, writer=Templates(tmp_path))
    with closing(mailer.sender):
        written = only_ours(mailer.sent("a=0d=0aBcc:=20x"))
    assert decoded(written.value("Subject")) == "=?utf-8?q?a=0d=0aBcc:=20x?="


ADDRESSES = [
    "a@example.com\r\nBcc: eve@evil.example",
    "a@example.com>\r\nRCPT TO:<eve@evil.example",
    "a@example.com\nDATA",
    '"eve@evil.example x"@example.com',
    '"eve@evil.example"@example.com',
    "eve@evil.example,a@example.com",
    "a@example.com (eve@evil.example)",
    "Eve <eve@evil.example>",
    "=?utf-8?q?a=0d=0aBcc?=@example.com",
    "=?utf-8?q?eve=40evil.example=2c?=@example.com",
    "a@example.com\0",
    "a@exa\u2028mple.com",
    "alice@example.org]",
    "a@@example.com",
    ".a@example.com",
    "a..b@example.com",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_with_two_readings_never_reaches_a_server(mailer: Mailer, address: str) -> None:
    message = a_message().model_copy(update={"address": address})
    refused = mailer.sender.send(message, an_invoice(Status.ISSUED), "Acme")
    assert isinstance(refused, Failure)
    assert mailer.postbox.received == []


LOCAL = st.text(alphabet="abcXYZ019!#$%&'*+/=?^_`{|}~.-", min_size=1, max_size=64)


@settings(max_examples=60)
@given(to=LOCAL, copies=st.lists(LOCAL, max_size=20, unique_by=str.lower))
def test_every_address_arrives_as_it_is_or_is_not_taken(to: str, copies: list[str]) -> None:
    address = f"{to}@example.com"
    cc = [f"{one}@example.com" for one in copies if one.lower() != to.lower()]
    try:
        payer, recipients = a_customer(email=address), Recipients(cc=tuple(cc))
    except ValidationError:
        assert any(
            "=?" in one or ".." in one or one.startswith(".") or one.endswith(".")
            for one in (to, *copies)
        )
        return
    invoice = an_invoice(Status.ISSUED, customer=payer, recipients=recipients)
    message = a_message().model_copy(update={"address": address})
    copied = invoice.document.copies(address).cc
    written = read(mail(message, invoice, "Acme", SENDER, PLAIN, date=NOON, cc=copied).content)
    assert written.value("To") == address
    if cc:
        assert written.value("Cc").split(", ") == cc


def test_a_stop_link_that_breaks_the_line_is_never_sent(mailer: Mailer) -> None:
    for url in (
        "https://bill.example/i/1>\r\nBcc: x",
        "https://bill.example/i/1\u2028x",
        "a b",
        "<",
    ):
        invoice = an_invoice(Status.ISSUED).model_copy(update={"short_url": url})
        with pytest.raises(ValueError, match="URL cannot stand"):
            mailer.sender.send(a_message(reminder=1, medium=Medium.EMAIL), invoice, "Acme")
    assert mailer.postbox.received == []


def test_a_reminder_of_a_hostile_seller_has_one_link_to_stop(mailer: Mailer) -> None:
    written = mailer.sent(ENCODED[0], reminder=1).mail
    assert written.value("List-Unsubscribe").startswith("<https://bill.example/i/inv_1/stop/")
    assert {"bcc", "cc", "reply-to", "sender"}.isdisjoint(written.names)
