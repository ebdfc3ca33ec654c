"""The service killed under load, again and again: what it acknowledged holds, and is told once.

`BILLHOOK_CHAOS=full` kills it 50 times.
"""

from __future__ import annotations

import json
import os
import random
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import closing, suppress
from datetime import timedelta
from http.client import HTTPException
from pathlib import Path
from queue import Empty, Queue
from threading import Condition
from typing import Any, NamedTuple

import pytest

from billhook.account import AccountId
from billhook.delivery import Delivery
from billhook.desk.handlers import LEASE, Handlers
from billhook.invoice import InvoiceId, Key
from billhook.message import Message
from billhook.party import Medium
from billhook_adapters.email.smtp import SmtpSender, SmtpServer
from billhook_adapters.engine.embedded import EmbeddedEngine
from billhook_adapters.memory import RandomIds, SettableClock
from billhook_adapters.memory.clock import SystemClock
from billhook_adapters.sql import SqlStore, open_database
from chaos.budget import DEADLINE, budget, chances
from chaos.conftest import Figures
from chaos.mailbox import SENDER, Mails
from chaos.serving import INVOICE, Account, Served, asked, opened_account

KILLS = budget(5, 50)
CLIENTS = 6


class Request(NamedTuple):
    """What was asked under one key, what it was answered, and at which attempt."""

    key: str
    path: str
    answer: bytes
    attempts: int


class Load:
    """Clients that ask for ever, each request until it is answered, over all lives of a service."""

    def __init__(self, who: Account) -> None:
        self.who = who
        self.answered: Queue[Request] = Queue()
        self._changed = Condition()
        self._service: Served | None = None
        self._over = False

    def at(self, service: Served | None) -> None:
        """The service as it is now; None while it is not."""
        with self._changed:
            self._service = service
            self._changed.notify_all()

    def end(self) -> None:
        """Ask for nothing more; what was asked is still insisted on."""
        self._over = True

    def client(self, number: int) -> list[Request]:
        """Bill, and remind of each invoice twice; all that was asked."""
        done: list[Request] = []
        chance = random.Random(number)  # noqa: S311  # what to ask, not a secret
        while not self._over:
            made = self._insisted(f"create-{number}-{len(done)}", "/v1/invoices", INVOICE)
            done.append(made)
            path = f"/v1/invoices/{json.loads(made.answer)['id']}/notify_by/email"
            for _ in range(chance.randrange(1, 4)):
                done.append(self._insisted(f"notify-{number}-{len(done)}", path, {}))
        return done

    def _insisted(self, key: str, path: str, body: Any) -> Request:
        attempts, before = 0, None
        while True:
            service = before = self._next_after(before)
            attempts += 1
            try:
                status, answer = asked(service.port, self.who, path, body, key)
            except (OSError, HTTPException):
                continue  # it was killed
            assert status == 200, answer
            done = Request(key, path, answer, attempts)
            self.answered.put(done)
            return done

    def _next_after(self, before: Served | None) -> Served:
        """The service, in another life than the one that was killed."""
        with self._changed:
            there = lambda: self._over or self._service not in (None, before)  # noqa: E731
            assert self._changed.wait_for(there, DEADLINE)
            assert self._service is not None
            return self._service


def test_what_a_killed_service_acknowledged_is_there_and_every_payer_is_told_once(
    tmp_path: Path, mails: Mails, figures: Figures
) -> None:
    url, log = f"sqlite:///{tmp_path}/billhook.sqlite3", tmp_path / "log"
    who = opened_account(url)
    environ = {**os.environ, **mails.environ()}
    done = _asked_while_killed(url, log, environ, who, mails)

    assert '"level": "error"' not in log.read_text()
    left = _drained(url, mails)
    stored = _stored(url, who)
    doubled = _check_told_once(stored, mails)
    _check_one_effect_each(done, stored)

    figures(
        {
            "kills": KILLS,
            "requests acknowledged": len(done),
            "asked again after a kill": sum(request.attempts > 1 for request in done),
            "messages": len(stored.messages),
            "left to the last drain": left,
            "attempted more than once": sum(message.attempts > 1 for message in stored.messages),
            "delivered more than once": doubled,
        }
    )


def _asked_while_killed(
    url: str, log: Path, environ: dict[str, str], who: Account, mails: Mails
) -> list[Request]:
    """All requests, asked over so many lives; each was answered, and asked again is so alike."""
    events: Queue[Any]
    load, chance = Load(who), chances()
    with ThreadPoolExecutor(CLIENTS) as pool:
        clients = [pool.submit(load.client, number) for number in range(CLIENTS)]
        try:
            for _ in range(KILLS):
                with Served(url, log, environ) as service:
                    load.at(service)
                    events, most = chance.choice([(load.answered, 60), (mails.box.came, 12)])
                    with suppress(Empty):
                        while events.get_nowait():  # of an earlier life
                            pass
                    for _ in range(chance.randrange(most)):  # none: killed while it starts
                        _next(events, clients)
                    assert service.kill() == -9
                load.at(None)
            with Served(url, log, environ) as service:
                load.at(service)
                load.end()
                done = [request for client in as_completed(clients) for request in client.result()]
                for request in done:
                    body = INVOICE if request.path == "/v1/invoices" else {}
                    again = asked(service.port, who, request.path, body, request.key)
                    assert again == (200, request.answer)
                assert service.kill() == -9
        finally:
            load.end()
            load.at(None)
    return done


def _next(events: Queue[Any], clients: list[Future[list[Request]]]) -> None:
    """Wait for one more answer, or mail; a client that failed is heard at once."""
    for _ in range(DEADLINE):
        for client in clients:
            if client.done():
                client.result()
        with suppress(Empty):
            events.get(timeout=1)
            return
    pytest.fail("nothing was answered, or nothing came")


class Stored(NamedTuple):
    """What the database holds afterwards."""

    invoices: set[str]
    messages: list[Message]


def _stored(url: str, who: Account) -> Stored:
    account = AccountId(who.id)
    with closing(_Opened(url)) as opened, opened.database.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalars().all() == ["ok"]
        names = connection.exec_driver_sql("SELECT id FROM invoices").scalars().all()
        with opened.store.snapshot() as view:
            about = view.messages_about([Key(account, InvoiceId(name)) for name in names])
    return Stored(set(names), [message for each in about.values() for message in each])


class _Opened:
    def __init__(self, url: str) -> None:
        self.database = open_database(url)
        self.store = SqlStore(self.database)

    def close(self) -> None:
        self.database.dispose()


def _drained(url: str, mails: Mails) -> int:
    """Deliver what the last kill left behind, once its leases are over; how much it was."""
    clock, handled = SettableClock(SystemClock().now()), 0
    sender = SmtpSender(SmtpServer("127.0.0.1", mails.port, security="none"), SENDER)
    with closing(_Opened(url)) as opened:
        handlers = Handlers(opened.store, clock, RandomIds(), {Medium.EMAIL: sender})
        for _ in range(10):
            clock.advance(LEASE + timedelta(minutes=1))
            handled += EmbeddedEngine(handlers).drain()
    return handled


def _check_told_once(stored: Stored, mails: Mails) -> int:
    """Each message came, under its own id and no other; how many came more than once."""
    assert {message.status for message in stored.messages} == {Delivery.SENT}
    came = Counter(str(mail["Message-ID"]) for mail in mails.box.mails)
    # A receiver that honours the id shows each of these once.
    assert set(came) == {f"<{message.id}@bill.example>" for message in stored.messages}
    attempts = {f"<{message.id}@bill.example>": message.attempts for message in stored.messages}
    assert all(count <= attempts[name] for name, count in came.items())
    return sum(count > 1 for count in came.values())


def _check_one_effect_each(done: list[Request], stored: Stored) -> None:
    """Each key had one effect: an invoice of its own, or a message about its invoice."""
    assert len({request.key for request in done}) == len(done)
    made = [json.loads(one.answer)["id"] for one in done if one.key.startswith("create")]
    assert len(set(made)) == len(made)
    assert set(made) == stored.invoices
    reminded = Counter(one.path.split("/")[3] for one in done if one.key.startswith("notify"))
    assert Counter(message.invoice for message in stored.messages) == reminded
