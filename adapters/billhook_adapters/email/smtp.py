"""Sends e-mails by an SMTP server, with the true result of each."""

from __future__ import annotations

import smtplib
import ssl
from itertools import chain

from returns.result import Failure, Result, Success

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
from billhook_adapters.email.headers import AddressError
from billhook_adapters.email.mail import mail
from billhook_adapters.email.status_codes import enhanced, suppression


class SmtpSender:
    """Sends by SMTP: refused with 4xx is transient, with 5xx permanent, silence after the data
    unknown.

    `sender` is the operator's own address: the envelope's and the From header's. Where the server
    can (RFC 3461), a bounced mail names its message by the envelope's id.
    """

    def __init__(
        self,
        server: SmtpServer,
        sender: str,
        tls: ssl.SSLContext | None = None,
        writer: Writer = PLAIN,
    ) -> None:
        self._sender, self._writer = sender, writer
        self._connections = Connections(server, tls)

    def send(self, message: Message, invoice: Invoice, seller: str) -> Result[Accepted, SendError]:
        """Hand one e-mail over; never raises."""
        try:
            written = mail(message, invoice, seller, self._sender, self._writer)
        except AddressError as wrong:
            return Failure(Permanent(str(wrong)))
        handing_over = False
        try:
            with self._connections.lent() as smtp:
                self._envelope(smtp, message, invoice)
                handing_over = True
                code, answer = smtp.data(written.content)
        except smtplib.SMTPRecipientsRefused as refused:
            return Failure(_refusal(*refused.recipients[message.address], of_address=True))
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
            return Failure(Permanent("the mail server takes ASCII addresses only"))
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

    def _envelope(self, smtp: smtplib.SMTP, message: Message, invoice: Invoice) -> None:
        reports = smtp.has_extn("dsn")
        ours = ["RET=HDRS", f"ENVID={envelope_id(message.key)}"] if reports else []
        code, answer = smtp.mail(self._sender, ours)
        if code != 250:
            raise smtplib.SMTPResponseException(code, answer)
        reporting = ["NOTIFY=FAILURE,DELAY"] if reports else []
        code, answer = smtp.rcpt(message.address, reporting)
        if code not in (250, 251):
            raise smtplib.SMTPRecipientsRefused({message.address: (code, answer)})
        # A copy that is rejected, or bounces, is no report on the message itself.
        silent = ["NOTIFY=NEVER"] if reports else []
        for copy in chain(*invoice.document.copies(message.address)):
            smtp.rcpt(copy, silent)


def envelope_id(key: MessageKey) -> str:
    """What the envelope calls a message.

    >>> envelope_id(MessageKey("acc_1", "msg_1"))
    'acc_1/msg_1'
    """
    return f"{key.account}/{key.message}"


def _refusal(code: int, answer: bytes | str, *, of_address: bool = False) -> SendError:
    # The server's own words may quote the address: only its codes are kept.
    words = answer.decode("ascii", "replace") if isinstance(answer, bytes) else answer
    status = enhanced(words)
    reason = f"refused with SMTP {code}{'' if status is None else f' {status}'}"
    if 400 <= code < 500:
        return Transient(reason)
    return Permanent(reason, suppression(status) if of_address else None)
