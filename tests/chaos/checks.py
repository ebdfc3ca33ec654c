"""What a service left in its database, compared with what was requested of it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from datetime import timedelta
from typing import NamedTuple

from billhook.application.background_jobs import LEASE, BackgroundJobs
from billhook.messaging.delivery import DeliveryStatus
from billhook.messaging.message import Message
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook.model.invoice import InvoiceId, InvoiceKey
from billhook_adapters.email import SmtpSender, SmtpServer
from billhook_adapters.engine.embedded import EmbeddedEngine
from billhook_adapters.memory import RandomIds, SettableClock
from billhook_adapters.sql import SqlStore, open_database
from billhook_adapters.system.clock import SystemClock
from chaos.audit import Audit
from chaos.load import Request
from chaos.mailbox import SENDER, Mails
from chaos.serving import Account


class Stored(NamedTuple):
    """What the database holds afterwards."""

    invoices: set[str]
    messages: list[Message]


def stored(url: str, who: Account) -> Stored:
    """What there is; checks that all of it is complete."""
    account = AccountId(who.id)
    Audit(account).check(url)
    with closing(_Opened(url)) as opened, opened.database.connect() as connection:
        names = connection.exec_driver_sql("SELECT id FROM invoices").scalars().all()
        with opened.store.snapshot() as snapshot:
            about = snapshot.messages_about(
                [InvoiceKey(account, InvoiceId(name)) for name in names]
            )
    return Stored(set(names), [message for each in about.values() for message in each])


class _Opened:
    def __init__(self, url: str) -> None:
        self.database = open_database(url)
        self.store = SqlStore(self.database)

    def close(self) -> None:
        self.database.dispose()


def drained(url: str, mails: Mails) -> int:
    """Deliver what the last kill left behind, once its leases are over; how much it was."""
    clock, handled = SettableClock(SystemClock().now()), 0
    sender = SmtpSender(SmtpServer("127.0.0.1", mails.port, security="none"), SENDER)
    with closing(_Opened(url)) as opened:
        background_jobs = BackgroundJobs(opened.store, clock, RandomIds(), {Medium.EMAIL: sender})
        for _ in range(10):
            clock.advance(LEASE + timedelta(minutes=1))
            handled += EmbeddedEngine(background_jobs).drain()
    return handled


def check_sent_once(left: Stored, mails: Mails) -> int:
    """Each message came, under its own id and no other; how many came more than once."""
    assert {message.status for message in left.messages} == {DeliveryStatus.SENT}
    came = Counter(str(mail["Message-ID"]) for mail in mails.box.mails)
    # A receiver that honours the id shows each of these once.
    assert set(came) == {f"<{message.id}@bill.example>" for message in left.messages}
    attempts = {f"<{message.id}@bill.example>": message.attempts for message in left.messages}
    assert all(count <= attempts[name] for name, count in came.items())
    return sum(count > 1 for count in came.values())


def check_one_effect_each(done: Sequence[Request], left: Stored) -> None:
    """Each key had one effect: an invoice of its own, or a message about its invoice."""
    assert len({request.key for request in done}) == len(done)
    made = [json.loads(one.answer)["id"] for one in done if one.key.startswith("create")]
    assert len(set(made)) == len(made)
    assert set(made) == left.invoices
    reminded = Counter(one.path.split("/")[3] for one in done if one.key.startswith("notify"))
    assert Counter(message.invoice for message in left.messages) == reminded
