"""Clients that need an answer to each request, whatever happens to the service."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from http.client import HTTPException
from queue import Empty, Queue
from threading import Condition, Event
from typing import Any, NamedTuple

import pytest

from chaos.budget import DEADLINE
from chaos.serving import INVOICE, Account, Served, post

CLIENTS = 6
PAUSE_SECONDS = 0.05


class Request(NamedTuple):
    """A request under one key, its answer, and at which attempt it was given."""

    key: str
    path: str
    answer: bytes
    attempts: int


Client = Future[list[Request]]


class Load:
    """Clients that repeat each request until it is answered, over all restarts of a service."""

    def __init__(self, who: Account) -> None:
        self.who = who
        self.answered: Queue[Request] = Queue()
        self.errors: Counter[tuple[int, bytes]] = Counter()
        """The answers with a status of 500 or more."""
        self._changed = Condition()
        self._service: Served | None = None
        self._over = False

    def at(self, service: Served | None) -> None:
        """The service as it is now; None while it is not."""
        with self._changed:
            self._service = service
            self._changed.notify_all()

    def end(self) -> None:
        """Start no new request; those that were started are still repeated."""
        self._over = True

    def clients(self, pool: ThreadPoolExecutor) -> list[Client]:
        """Start the clients."""
        return [pool.submit(self._client, number) for number in range(CLIENTS)]

    def _client(self, number: int) -> list[Request]:
        """Create invoices, and notify of each a few times; all requests."""
        done: list[Request] = []
        chance = random.Random(number)  # noqa: S311  # which requests, not a secret
        while not self._over:
            made = self._repeated(f"create-{number}-{len(done)}", "/v1/invoices", INVOICE)
            done.append(made)
            path = f"/v1/invoices/{json.loads(made.answer)['id']}/notify_by/email"
            for _ in range(chance.randrange(1, 4)):
                done.append(self._repeated(f"notify-{number}-{len(done)}", path, {}))
        return done

    def _repeated(self, key: str, path: str, body: Any) -> Request:
        attempts, before = 0, None
        while True:
            service = before = self._next_after(before)
            attempts += 1
            try:
                status, answer = post(service.port, self.who, path, body, key)
            except (OSError, HTTPException):
                continue  # it was killed
            if status >= 500:
                self.errors[status, answer] += 1
                before = None  # the same process may be able to, before long
                Event().wait(PAUSE_SECONDS)
                continue
            assert status == 200, answer
            done = Request(key, path, answer, attempts)
            self.answered.put(done)
            return done

    def _next_after(self, before: Served | None) -> Served:
        """The service, as another process than the one that was killed."""
        with self._changed:
            there = lambda: self._over or self._service not in (None, before)  # noqa: E731
            assert self._changed.wait_for(there, DEADLINE)
            assert self._service is not None
            return self._service

    def check_again(self, service: Served, done: Sequence[Request]) -> None:
        """Every repeated request gets the same answer."""
        for request in done:
            body = INVOICE if request.path == "/v1/invoices" else {}
            again = post(service.port, self.who, request.path, body, request.key)
            assert again == (200, request.answer)


def forget(events: Queue[Any]) -> None:
    """Drop the events so far."""
    with suppress(Empty):
        while events.get_nowait():
            pass


def await_one(events: Queue[Any], clients: Sequence[Client]) -> None:
    """Wait for one more answer, or mail; an error of a client is raised at once."""
    for _ in range(DEADLINE):
        for client in clients:
            if client.done():
                client.result()
        with suppress(Empty):
            events.get(timeout=1)
            return
    pytest.fail("nothing was answered, or nothing came")
