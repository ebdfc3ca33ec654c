"""How many messages workers deliver in a second, and how long one waits for its start."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from statistics import quantiles
from typing import NamedTuple

from sqlalchemy import func, select

from benchmarks.delivery.databases import Kind
from billhook.application.commands import DraftAndSend, Notify
from billhook.application.records import PendingWrites
from billhook.messaging.delivery import MessageId
from billhook.model.customer import Medium
from billhook.model.invoice import Invoice
from billhook_adapters.composition.backends import open_backend
from billhook_adapters.composition.engines import delivery
from billhook_adapters.composition.settings import EngineName
from billhook_adapters.sql.connections import reading
from billhook_adapters.sql.store import SqlStore
from billhook_adapters.sql.tables import messages
from billhook_adapters.system.clock import SystemClock
from billhook_adapters.testing import a_document, a_message
from billhook_adapters.testing.running import ACCOUNT, RunningService

CONCURRENCY = 8


class Waits(NamedTuple):
    """From request to start, in milliseconds."""

    p50: float
    p99: float


class Queue:
    """A service over a new database, and the messages that it queues for workers."""

    def __init__(self, kind: Kind, engine: EngineName) -> None:
        self.url, self.engine = kind.made(), engine
        self._clock = SystemClock()
        self._backend = open_backend(self.url)
        self._store, _ = delivery(self._backend, engine, self._clock)
        self._service = RunningService(self._store, self._clock).service
        self._invoices = self._issued(100)

    def close(self) -> None:
        """Close the connections to the database."""
        self._backend.dispose()

    def _issued(self, count: int) -> list[Invoice]:
        issue = DraftAndSend(account=ACCOUNT, document=a_document(media=[]))
        return [answer.unwrap().invoice for answer in self._service.execute_all([issue] * count)]

    def add(self, count: int, *, together: int) -> None:
        """Queue messages, so many in each transaction."""
        commands = [
            Notify(account=ACCOUNT, invoice=self._invoices[n % 100].id, medium=Medium.SMS)
            for n in range(count)
        ]
        for first in range(0, count, together):
            for answer in self._service.execute_all(commands[first : first + together]):
                answer.unwrap()

    def put_off(self, count: int) -> None:
        """Messages that fall due in a month."""
        later = self._clock.now() + timedelta(days=30)
        one = a_message(
            account=ACCOUNT,
            invoice=self._invoices[0].id,
            requested_at=self._clock.now(),
            due_at=later,
        )
        for first in range(0, count, 1000):
            rows = [
                one.model_copy(update={"id": MessageId(f"msg_later_{first + n}")})
                for n in range(1000)
            ]
            with SqlStore(self._backend.database).transaction() as transaction:
                transaction.save(PendingWrites(messages={row.key: row for row in rows}))

    def sent(self) -> int:
        """How many messages were sent."""
        counting = select(func.count()).where(messages.c.status == "sent")
        with reading(self._backend.database) as connection:
            return connection.execute(counting).scalar_one()

    def wait_for(self, count: int) -> None:
        """Return once so many were sent."""
        while self.sent() < count:
            time.sleep(0.02)


def rate(kind: Kind, engine: EngineName, workers: int, count: int, *, together: int = 256) -> float:
    """Messages a second that so many workers deliver, of `count` that wait when they begin."""
    queue = Queue(kind, engine)
    queue.add(count, together=together)
    with running_workers(queue, workers):
        started, before = time.perf_counter(), queue.sent()
        queue.wait_for(count)
        took = time.perf_counter() - started
    queue.close()
    return (count - before) / took


def waits(
    kind: Kind, engine: EngineName, count: int, *, every: float = 0.02, later: int = 0
) -> Waits:
    """How long messages wait that come one by one, beside so many that are not due yet."""
    queue = Queue(kind, engine)
    queue.put_off(later)
    with running_workers(queue, 2) as waited:
        for _ in range(count):
            queue.add(1, together=1)
            time.sleep(every)
        queue.wait_for(count)
    queue.close()
    cuts = quantiles(waited, n=100)
    return Waits(cuts[49], cuts[98])


@contextmanager
def running_workers(queue: Queue, size: int) -> Generator[list[float]]:
    """So many workers; how long each message had waited, once they have ended."""
    waited: list[float] = []
    command = [sys.executable, str(Path(__file__).with_name("worker.py"))]
    command += [queue.url, queue.engine, str(CONCURRENCY)]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(size)]
    try:
        for process in processes:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        yield waited
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            output, _ = process.communicate(timeout=60)
            waited += json.loads(output or "[]")
