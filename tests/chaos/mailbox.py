"""A mail server in this process, which is never killed."""

from __future__ import annotations

import asyncio
import re
import socket
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from email.message import Message as Mail
from queue import Queue
from typing import Any, NamedTuple

from aiosmtpd.controller import Controller

from billhook_adapters.demo.service import Mailbox

SENDER = "bills@bill.example"
_LINK = re.compile(r"https?://\S+")


PAUSE_SECONDS = 0.02
"""How long a sender waits for its answer, as with any provider: so a kill finds hands waiting."""


class SlowMailbox(Mailbox):
    """Says when a mail came, and keeps its sender waiting while it is `silent`."""

    def __init__(self) -> None:
        super().__init__()
        self.came: Queue[str] = Queue()
        self.silent = False

    def handle_message(self, message: Mail) -> None:
        super().handle_message(message)
        self.came.put(str(message["Message-ID"]))

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  # aiosmtpd's name
        answer: str = await super().handle_DATA(server, session, envelope)
        await asyncio.sleep(PAUSE_SECONDS)
        while self.silent:
            await asyncio.sleep(PAUSE_SECONDS)
        return answer


class Mails(NamedTuple):
    """A mail server, and what came in."""

    box: SlowMailbox
    port: int

    def environ(self) -> dict[str, str]:
        """The settings of a service that sends through it."""
        return {
            "BILLHOOK_SMTP_URL": f"smtp+plain://127.0.0.1:{self.port}",
            "BILLHOOK_MAIL_FROM": SENDER,
        }

    def ids(self) -> Counter[str]:
        """How often each Message-ID came."""
        return Counter(str(mail["Message-ID"]) for mail in self.box.mails)

    def shown(self) -> Counter[str]:
        """How many mails about each short URL a reader sees who is shown each Message-ID once."""
        return Counter(
            link for link, _ in {(_link(mail), str(mail["Message-ID"])) for mail in self.box.mails}
        )


@contextmanager
def mail_server() -> Generator[Mails]:
    """A mail server for as long as the block lasts."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    box = SlowMailbox()
    controller: Any = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield Mails(box, port)
    finally:
        box.silent = False
        controller.stop()


def _link(mail: Mail) -> str:
    parts = (part for part in mail.walk() if part.get_content_type() == "text/plain")
    body = next(parts).get_payload(decode=True)
    assert isinstance(body, bytes)
    (link,) = _LINK.findall(body.decode())
    return str(link)
