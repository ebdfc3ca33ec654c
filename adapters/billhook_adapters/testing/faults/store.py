"""A store that is away, loses transactions, or stores them and says that it did not."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from datetime import datetime

from billhook.application.ports import Snapshot, Store, Transaction
from billhook.application.records import DeliveryQueue, DueQueues
from billhook.messaging.delivery import MessageKey
from billhook.messaging.outbox import OutboxPosition, OutboxSearch
from billhook.messaging.outbox_counts import OutboxCounts
from billhook.model.invoice import InvoiceKey
from billhook_adapters.testing.faults.plan import Plan, Point
from billhook_adapters.testing.faults.ports import around


class FaultyStore:
    """A store whose transactions begin and commit, and whose reads are made, as planned.

    >>> from billhook_adapters.memory import InMemoryStore
    >>> from billhook_adapters.testing.faults import Faults
    >>> faults = Faults()
    >>> faults.prevent(Point.BEGIN, ConnectionError("no route to the database"))
    >>> with FaultyStore(InMemoryStore(), faults).transaction(): pass
    Traceback (most recent call last):
    ConnectionError: no route to the database
    """

    def __init__(self, store: Store, plan: Plan) -> None:
        self._store, self._plan = store, plan

    @contextmanager
    def transaction(self) -> Generator[Transaction]:
        """What is raised before the commit rolls back; what is raised after it does not."""
        self._plan.before(Point.BEGIN)
        with self._store.transaction() as transaction:
            self._plan.after(Point.BEGIN)
            yield transaction
            self._plan.before(Point.COMMIT)
        self._plan.after(Point.COMMIT)

    @contextmanager
    def snapshot(self) -> Generator[Snapshot]:
        """The rows as they are, once they may be read."""
        self._plan.before(Point.READ)
        with self._store.snapshot() as snapshot:
            self._plan.after(Point.READ)
            yield snapshot

    def sendable(self, now: datetime, limit: int) -> Sequence[MessageKey]:
        """Live messages that are due."""
        return around(self._plan, Point.READ, lambda: self._store.sendable(now, limit))

    def due_queues(
        self, kind: str, now: datetime, after: DeliveryQueue | None, limit: int
    ) -> DueQueues:
        """The delivery queues of a kind that have a message due."""
        return around(
            self._plan, Point.READ, lambda: self._store.due_queues(kind, now, after, limit)
        )

    def sendable_in(self, queue: DeliveryQueue, now: datetime, limit: int) -> Sequence[MessageKey]:
        """Live messages of one queue that are due."""
        return around(self._plan, Point.READ, lambda: self._store.sendable_in(queue, now, limit))

    def remindable(self, now: datetime, limit: int) -> Sequence[InvoiceKey]:
        """Invoices of whose reminders something is due."""
        return around(self._plan, Point.READ, lambda: self._store.remindable(now, limit))

    def defer(self, key: MessageKey, until: datetime) -> None:
        """Leave a live message alone until then."""
        around(self._plan, Point.COMMIT, lambda: self._store.defer(key, until))

    def delete_expired_records(self, now: datetime, limit: int) -> int:
        """Drop remembered answers whose time is over."""
        return around(
            self._plan, Point.COMMIT, lambda: self._store.delete_expired_records(now, limit)
        )

    def unsent(self, wanted: OutboxSearch) -> Sequence[OutboxPosition]:
        """Where messages stand that no provider took."""
        return around(self._plan, Point.READ, lambda: self._store.unsent(wanted))

    def outbox_counts(self, now: datetime, most: int) -> OutboxCounts:
        """How much stands in the outbox."""
        return around(self._plan, Point.READ, lambda: self._store.outbox_counts(now, most))

    def record_repairs(self, messages: int, now: datetime) -> None:
        """Remember what a sweep found."""
        around(self._plan, Point.COMMIT, lambda: self._store.record_repairs(messages, now))
