"""Sends e-mails by an SMTP server, with the true result of each."""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import NamedTuple

from returns.result import Failure, Result, Success

from billhook.application.ports import Clock
from billhook.messaging.delivery import (
    Accepted,
    MessageKey,
    Permanent,
    SendError,
    Transient,
    Unknown,
)
from billhook.messaging.message import Message
from billhook.model.invoice import Invoice
from billhook_adapters.documents.message_texts import PLAIN, Writer
from billhook_adapters.email.connection import Connections, SmtpServer
from billhook_adapters.email.domains import has_registrable_domain
from billhook_adapters.email.headers import AddressError, outgoing
from billhook_adapters.email.mail import Mail, mail
from billhook_adapters.email.status_codes import enhanced, suppression
from billhook_adapters.system.clock import SystemClock

ASCII_ONLY = "the mail server takes ASCII addresses only"


class _Envelope(NamedTuple):
    """Who gets a mail, as the server is told: the recipient, and the copies that it can take."""

    recipient: str
    cc: Sequence[str]
    bcc: Sequence[str]

    @property
    def is_ascii(self) -> bool:
        return all(map(str.isascii, (self.recipient, *self.cc, *self.bcc)))


class SmtpSender:
    """Sends by SMTP: refused with 4xx is transient, with 5xx permanent, silence after the data
    unknown.

    `sender` is the operator's own address: the envelope's and the From header's. Where the server
    can (RFC 3461), a bounced mail names its message by the envelope's id. A copy that the server
    cannot take is left out, and keeps the mail from nobody else.
    """

    def __init__(
        self,
        server: SmtpServer,
        sender: str,
        tls: ssl.SSLContext | None = None,
        writer: Writer = PLAIN,
        clock: Clock | None = None,
    ) -> None:
        self._server, self._sender, self._writer = server, sender, writer
        self._clock = clock or SystemClock()
        self._connections = Connections(server, tls)

    def can_send_to(self, address: str) -> bool:
        """Whether the domain can exist, and the server takes the local part."""
        if not has_registrable_domain(address):
            return False
        return self._server.smtputf8 or outgoing(address).isascii()

    def send(self, message: Message, invoice: Invoice, seller: str) -> Result[Accepted, SendError]:
        """Hand one e-mail over; never raises."""
        handing_over = False
        try:
            with self._connections.lent() as smtp:
                envelope = _envelope(message, invoice, takes_utf8=smtp.has_extn("smtputf8"))
                written = mail(
                    message,
                    invoice,
                    seller,
                    self._sender,
                    self._writer,
                    date=self._clock.now(),
                    cc=envelope.cc,
                )
                self._announce(smtp, message, envelope, written)
                handing_over = True
                code, answer = smtp.data(written.content)
        except AddressError as wrong:
            return Failure(Permanent(str(wrong)))
        except smtplib.SMTPRecipientsRefused as refused:
            (reply,) = refused.recipients.values()
            return Failure(_refusal(*reply, of_address=True))
        except smtplib.SMTPAuthenticationError:
            return Failure(Transient("the mail server refused our user or password"))
        except (smtplib.SMTPConnectError, smtplib.SMTPHeloError) as refused:
            # It is about us, and no news of the message.
            return Failure(Transient(f"the mail server greeted us with {refused.smtp_code}"))
        except smtplib.SMTPResponseException as refused:
            return Failure(_refusal(refused.smtp_code, refused.smtp_error))
        except smtplib.SMTPNotSupportedError:
            return Failure(Permanent("the mail server lacks STARTTLS or AUTH"))
        except UnicodeError:
            return Failure(Permanent(ASCII_ONLY))
        except ssl.SSLCertVerificationError:
            return Failure(Transient("the mail server's certificate is not trusted"))
        except (OSError, smtplib.SMTPException):
            if handing_over:
                return Failure(Unknown("the connection broke while the message was handed over"))
            return Failure(Transient("the mail server could not be reached"))
        if code == 250:
            return Success(Accepted(written.message_id))
        return Failure(_refusal(code, answer))

    def close(self) -> None:
        """Take leave of the server."""
        self._connections.close()

    def _announce(
        self, smtp: smtplib.SMTP, message: Message, envelope: _Envelope, written: Mail
    ) -> None:
        """Name the sender and the recipients, with what the server announced that it knows."""
        sender, reports = outgoing(self._sender), smtp.has_extn("dsn")
        options = [*_size(smtp, len(written.content))]
        if reports:
            options += ["RET=HDRS", f"ENVID={envelope_id(message.key)}"]
        smtp.command_encoding = "ascii"  # a connection may have carried another mail before
        if not (envelope.is_ascii and sender.isascii()):
            if not smtp.has_extn("smtputf8"):
                raise AddressError(ASCII_ONLY)
            options += ["SMTPUTF8", *(["BODY=8BITMIME"] if smtp.has_extn("8bitmime") else [])]
        code, answer = smtp.mail(sender, options)
        if code != 250:
            raise smtplib.SMTPResponseException(code, answer)
        reporting = ["NOTIFY=FAILURE,DELAY", *_original(envelope.recipient)] if reports else []
        code, answer = smtp.rcpt(envelope.recipient, reporting)
        if code not in (250, 251):
            raise smtplib.SMTPRecipientsRefused({envelope.recipient: (code, answer)})
        # A copy that is rejected, or bounces, is no report on the message itself.
        silent = ["NOTIFY=NEVER"] if reports else []
        for copy in (*envelope.cc, *envelope.bcc):
            smtp.rcpt(copy, silent)


def envelope_id(key: MessageKey) -> str:
    """What the envelope calls a message.

    >>> envelope_id(MessageKey("acc_1", "msg_1"))
    'acc_1/msg_1'
    """
    return f"{key.account}/{key.message}"


def _envelope(message: Message, invoice: Invoice, *, takes_utf8: bool) -> _Envelope:
    """The envelope that the server can take. Raises AddressError if not even the recipient."""
    recipient = outgoing(message.address)
    if not takes_utf8 and not recipient.isascii():
        raise AddressError(ASCII_ONLY)
    copies = invoice.document.copies(message.address)
    return _Envelope(
        recipient,
        list(_takeable(copies.cc, takes_utf8=takes_utf8)),
        list(_takeable(copies.bcc, takes_utf8=takes_utf8)),
    )


def _takeable(copies: Iterable[str], *, takes_utf8: bool) -> Iterator[str]:
    for copy in copies:
        with suppress(AddressError):
            address = outgoing(copy)
            if takes_utf8 or address.isascii():
                yield address


def _size(smtp: smtplib.SMTP, size: int) -> Iterator[str]:
    """The size as an option (RFC 1870). Raises SMTPResponseException if it is too large."""
    if not smtp.has_extn("size"):
        return
    largest = smtp.esmtp_features["size"].strip()
    if largest.isascii() and largest.isdigit() and 0 < int(largest) < size:
        raise smtplib.SMTPResponseException(552, b"5.3.4 larger than the server announced")
    yield f"SIZE={size}"


def _original(address: str) -> Iterator[str]:
    """The option that makes reports name the address that was written to (RFC 3461, 4.2)."""
    if address.isascii():
        escaped = re.sub(r"[+=]", lambda found: f"+{ord(found[0]):02X}", address)
        yield f"ORCPT=rfc822;{escaped}"


def _refusal(code: int, answer: bytes | str, *, of_address: bool = False) -> SendError:
    # The server's own words may quote the address: only its codes are kept.
    words = answer.decode("ascii", "replace") if isinstance(answer, bytes) else answer
    status = enhanced(words)
    reason = f"refused with SMTP {code}{'' if status is None else f' {status}'}"
    if 400 <= code < 500:
        return Transient(reason)
    return Permanent(reason, suppression(status) if of_address else None)
