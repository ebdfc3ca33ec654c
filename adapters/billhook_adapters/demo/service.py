"""What the demo runs: a server, a mail server, two accounts, and a clock that can be moved."""

from __future__ import annotations

import socket
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from email.message import Message as Mail
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any

import uvicorn
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as MailHandler

from billhook.application.account_commands import OpenAccount
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook_adapters.composition.apis import account_policy, registered
from billhook_adapters.composition.service import Application, build_application
from billhook_adapters.email import SmtpSender, SmtpServer
from billhook_adapters.http.core.authentication import Authentication
from billhook_adapters.memory.outbox import CapturedSender
from billhook_adapters.system.clock import SettableClock, SystemClock
from billhook_adapters.system.ids import RandomIds

OURS, THEIRS = AccountId("acc_demo"), AccountId("acc_other")
SECRET = "demo-secret"  # noqa: S105  # of this demo alone
PAGE = "https://bill.example/i/"


class Mailbox(MailHandler):
    """Stores every mail that the mail server accepts."""

    def __init__(self) -> None:
        super().__init__()
        self.mails: list[Mail] = []

    def handle_message(self, message: Mail) -> None:
        """Store one mail."""
        self.mails.append(message)


@dataclass(frozen=True, slots=True)
class RunningDemo:
    """The running service, and what was sent by it."""

    application: Application
    clock: SettableClock
    url: str
    texts: CapturedSender
    mailbox: Mailbox


@contextmanager
def running_demo() -> Generator[RunningDemo]:
    """Start everything on loopback and a temporary SQLite file; stop and remove it afterwards."""
    with ExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory(prefix="billhook-demo-"))
        mailbox, mail_port = Mailbox(), _free_port()
        controller: Any = Controller(mailbox, hostname="127.0.0.1", port=mail_port)
        controller.start()
        stack.callback(controller.stop)
        texts, clock = CapturedSender(), SettableClock(SystemClock().now())
        server = SmtpServer("127.0.0.1", mail_port, security="none")
        application = build_application(
            f"sqlite:///{Path(folder) / 'demo.sqlite3'}",
            clock=clock,
            ids=RandomIds(PAGE),
            senders={Medium.SMS: texts, Medium.EMAIL: SmtpSender(server, "bills@bill.example")},
        )
        stack.callback(application.backend.dispose)
        policy = account_policy(registered(), {Authentication.API_KEY})
        for account, name in ((OURS, "Acme Books"), (THEIRS, "Other Books")):
            opening = OpenAccount(account=account, name=name, policy=policy)
            application.service.execute(opening).unwrap()
            application.keys.add(account, f"key_{account}", SECRET)
        url = stack.enter_context(_serving(application))
        yield RunningDemo(application, clock, url, texts, mailbox)


@contextmanager
def _serving(application: Application) -> Generator[str]:
    config = uvicorn.Config(application.app, log_level="warning", lifespan="off")
    server = uvicorn.Server(config)
    listener = socket.create_server(("127.0.0.1", 0))
    thread = Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(timeout=10)
        listener.close()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port
