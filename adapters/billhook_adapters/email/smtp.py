"""Hands e-mails to an SMTP server and says truthfully what became of each."""

from __future__ import annotations

import smtplib
import ssl
from contextlib import closing, suppress
from dataclasses import dataclass, field
from itertools import chain
from typing import Literal

from returns.result import Failure, Result, Success

from billhook.delivery import Accepted, Permanent, SendError, Transient, Unknown
from billhook.invoice import Invoice
from billhook.message import Message
from billhook_adapters.email.mail import mail


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where mail is handed over, and as whom.

    `security` is starttls (the default), tls, or none for a server on the same machine.
    """

    host: str
    port: int = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    timeout_seconds: float = 30


class SmtpSender:
    """Sends by SMTP: refused with 4xx is transient, with 5xx permanent, silence after the data
    unknown.

    `sender` is the operator's own address: the envelope's and the From header's.
    """

    def __init__(self, server: SmtpServer, sender: str, tls: ssl.SSLContext | None = None) -> None:
        self._server, self._sender = server, sender
        self._tls = tls or ssl.create_default_context()

    def send(self, message: Message, invoice: Invoice, seller: str) -> Result[Accepted, SendError]:
        """Hand one e-mail over; never raises."""
        try:
            written = mail(message, invoice, seller, self._sender)
        except ValueError:
            return Failure(Permanent("the address cannot stand in an e-mail header"))
        handing_over = False
        try:
            with closing(self._connected()) as smtp:
                self._envelope(smtp, message.address)
                for copy in chain(*invoice.document.copies(message.address)):
                    smtp.rcpt(copy)  # a copy that is refused does not hold up the message itself
                handing_over = True
                code, answer = smtp.data(written.as_bytes())
                with suppress(OSError, smtplib.SMTPException):
                    smtp.quit()  # a farewell that fails does not undo what was accepted
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
            return Success(Accepted(str(written["Message-ID"])))
        return Failure(_refusal(code, answer))

    def _connected(self) -> smtplib.SMTP:
        server = self._server
        smtp: smtplib.SMTP
        if server.security == "tls":
            smtp = smtplib.SMTP_SSL(
                server.host, server.port, timeout=server.timeout_seconds, context=self._tls
            )
        else:
            smtp = smtplib.SMTP(server.host, server.port, timeout=server.timeout_seconds)
        try:
            smtp.ehlo_or_helo_if_needed()
            if server.security == "starttls":
                smtp.starttls(context=self._tls)
                smtp.ehlo()
            if server.user is not None and server.password is not None:
                smtp.login(server.user, server.password)
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _envelope(self, smtp: smtplib.SMTP, recipient: str) -> None:
        for code, answer in (smtp.mail(self._sender), smtp.rcpt(recipient)):
            if code not in (250, 251):
                raise smtplib.SMTPResponseException(code, answer)


def _refusal(code: int, answer: bytes | str) -> SendError:
    # The server's own words may quote the address: only its codes are kept.
    words = answer.decode("ascii", "replace") if isinstance(answer, bytes) else answer
    first = words.split(" ", 1)[0]
    enhanced = f" {first}" if first.replace(".", "").isdigit() else ""
    reason = f"refused with SMTP {code}{enhanced}"
    return Transient(reason) if 400 <= code < 500 else Permanent(reason)
