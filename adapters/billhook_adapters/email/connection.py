"""Connections to a mail server: checked, kept for the next message, and cut off when time is up."""

from __future__ import annotations

import smtplib
import ssl
import time
from collections import deque
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from socket import SHUT_RDWR
from threading import Timer
from typing import Literal
from weakref import finalize

KEPT_SECONDS = 20
"""How long an idle connection is trusted; servers hang up after some minutes at the latest."""

MOST_MESSAGES = 100
"""How many messages one connection carries: servers count them, and refuse at some point."""


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where mail is handed over, and as whom.

    `security` is starttls (the default), tls, or none for a server on the same machine.
    `smtputf8` says that it takes local parts outside ASCII (RFC 6531).
    `timeout_seconds` bounds each wait for the server, `total_seconds` a whole hand-over.
    """

    host: str
    port: int = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    smtputf8: bool = False
    timeout_seconds: float = 30
    total_seconds: float = 60


@dataclass(slots=True)
class _Idle:
    smtp: smtplib.SMTP
    carried: int
    since: float


class Connections:
    """Lends connections to one mail server, one borrower each."""

    def __init__(self, server: SmtpServer, tls: ssl.SSLContext | None = None) -> None:
        self._server = server
        self._tls = tls or ssl.create_default_context()
        self._idle: deque[_Idle] = deque()
        finalize(self, _close, self._idle)

    @contextmanager
    def lent(self) -> Generator[smtplib.SMTP]:
        """A connection that is ready for a message; kept only if the block ends well."""
        idle = self._kept() or _Idle(self._made(), 0, 0)
        smtp = idle.smtp
        cut_off = Timer(self._server.total_seconds, _cut, (smtp,))
        cut_off.daemon = True
        try:
            cut_off.start()
            if smtp.sock is None:
                self._open(smtp)
            yield smtp
        except BaseException:
            smtp.close()
            raise
        finally:
            cut_off.cancel()
        if idle.carried + 1 < MOST_MESSAGES and smtp.sock is not None:
            self._idle.append(_Idle(smtp, idle.carried + 1, time.monotonic()))
        else:
            _leave(smtp)

    def close(self) -> None:
        """Take leave of the server on every connection that is kept."""
        while self._idle:
            _leave(self._idle.pop().smtp)

    def _kept(self) -> _Idle | None:
        while self._idle:
            with suppress(IndexError):  # another thread was faster
                idle = self._idle.pop()
                if time.monotonic() - idle.since < KEPT_SECONDS and _answers(idle.smtp):
                    return idle
                idle.smtp.close()
        return None

    def _made(self) -> smtplib.SMTP:
        wait = self._server.timeout_seconds
        if self._server.security == "tls":
            return smtplib.SMTP_SSL(timeout=wait, context=self._tls)
        return smtplib.SMTP(timeout=wait)

    def _open(self, smtp: smtplib.SMTP) -> None:
        server = self._server
        # The certificate is checked against the name that is known here.
        smtp._host = server.host  # type: ignore[attr-defined]  # noqa: SLF001  # as its own constructor does
        code, answer = smtp.connect(server.host, server.port)
        if code != 220:
            raise smtplib.SMTPConnectError(code, answer)
        smtp.ehlo_or_helo_if_needed()
        if server.security == "starttls":
            smtp.starttls(context=self._tls)
            smtp.ehlo()
        if server.user is not None and server.password is not None:
            smtp.login(server.user, server.password)


def _close(idle: deque[_Idle]) -> None:
    """Close connections that no sender uses any more."""
    while idle:
        idle.pop().smtp.close()


def _answers(smtp: smtplib.SMTP) -> bool:
    """Whether the server still listens, and has forgotten the last message."""
    try:
        return smtp.rset()[0] == 250
    except (OSError, smtplib.SMTPException):
        return False


def _leave(smtp: smtplib.SMTP) -> None:
    with suppress(OSError, smtplib.SMTPException):
        smtp.quit()
    smtp.close()


def _cut(smtp: smtplib.SMTP) -> None:
    """End every wait on a connection, from another thread."""
    with suppress(OSError, AttributeError):
        smtp.sock.shutdown(SHUT_RDWR)  # type: ignore[union-attr]  # None is suppressed
