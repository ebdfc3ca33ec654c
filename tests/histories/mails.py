"""A mail server that keeps which message was sent to whom, and how often."""

from __future__ import annotations

import email
import socket
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from aiosmtpd.controller import Controller


class Mails:
    """What came."""

    def __init__(self) -> None:
        self.came: Counter[tuple[str, str]] = Counter()
        """How often each message id came, by address."""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  # aiosmtpd's name
        """Take one mail."""
        mail = email.message_from_bytes(envelope.content)
        name = str(mail["Message-ID"]).strip("<>").partition("@")[0]
        self.came.update((name, address) for address in envelope.rcpt_tos)
        return "250 OK"


@contextmanager
def mail_server() -> Generator[tuple[Mails, int]]:
    """A mail server and its port, for as long as the block lasts."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    mails = Mails()
    controller: Any = Controller(mails, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield mails, port
    finally:
        controller.stop()
