"""The store in memory: one lock, whole-transaction rollback, the same contract as a database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from threading import RLock

from billhook.application.records import (
    DeliveryQueue,
    DueQueues,
    PendingWrites,
    queue_of,
)
from billhook.messaging.delivery import LIVE, DeliveryStatus, MessageKey
from billhook.messaging.outbox import OutboxPosition, OutboxSearch
from billhook.messaging.outbox_counts import REASON_LENGTH, SUPPRESSED_WITHIN, OutboxCounts
from billhook.model.invoice import InvoiceKey
from billhook_adapters.memory.rows import Rows
from billhook_adapters.memory.transaction import InMemoryTransaction


class InMemoryStore:
    """Rows in dictionaries; a transaction works on a copy that becomes the store at its end.

    Meant for hundreds of invoices, not for millions.
    """

    def __init__(self, rows: Rows | None = None) -> None:
        self._rows = rows or Rows()
        self._lock = RLock()
        self.watch: Callable[[PendingWrites], None] | None = None
        """Gets all writes that are stored, in their order, in the thread that stores them."""

    @property
    def rows(self) -> Rows:
        """The rows as they are now. They are never changed: each transaction makes others."""
        return self._rows

    @contextmanager
    def transaction(self) -> Generator[InMemoryTransaction]:
        """One at a time; what raises leaves nothing."""
        with self._lock:
            transaction = InMemoryTransaction(self._rows.copied())
            yield transaction
            self._rows = transaction.rows
            if self.watch is not None:
                for outcome in transaction.saved:
                    self.watch(outcome)

    @contextmanager
    def snapshot(self) -> Generator[InMemoryTransaction]:
        """The rows as they are now."""
        yield InMemoryTransaction(self._rows)

    def sendable(self, now: datetime, limit: int) -> Sequence[MessageKey]:
        """Live messages that are due."""
        return [key for _, key in sorted(self._due(now))[:limit]]

    def due_queues(
        self, kind: str, now: datetime, after: DeliveryQueue | None, limit: int
    ) -> DueQueues:
        """The delivery queues of a kind that have a message due."""
        rows = self._rows.messages
        found = {queue_of(rows[key]) for _, key in self._due(now)}
        due = sorted(one for one in found if one.kind == kind and (after is None or one > after))
        page = due[:limit]
        return DueQueues(page, page[-1] if len(due) > limit else None)

    def sendable_in(self, queue: DeliveryQueue, now: datetime, limit: int) -> Sequence[MessageKey]:
        """Live messages of one queue that are due."""
        rows = self._rows.messages
        found = [one for one in self._due(now) if queue_of(rows[one[1]]) == queue]
        return [key for _, key in sorted(found)[:limit]]

    def _due(self, now: datetime) -> list[tuple[datetime, MessageKey]]:
        return [(at, key) for key, at in self._rows.due.items() if at <= now]

    def remindable(self, now: datetime, limit: int) -> Sequence[InvoiceKey]:
        """Invoices of whose reminders something is due."""
        found = [
            (progress.due_at, key)
            for key, progress in self._rows.reminders.items()
            if progress.due_at is not None and progress.due_at <= now
        ]
        return [key for _, key in sorted(found)[:limit]]

    def delete_expired_records(self, now: datetime, limit: int) -> int:
        """Delete idempotency records that have expired."""
        if not (self._rows.idempotency_records or self._rows.sms_budgets_used_up):
            return 0  # a sweep that has nothing to do copies nothing
        with self.transaction() as transaction:
            transaction.rows.own("sms_budgets_used_up", "idempotency_records")
            used_up = transaction.rows.sms_budgets_used_up
            for budget in [one for one, until in used_up.items() if until <= now][:limit]:
                del used_up[budget]
            over = sorted(
                (answer.until, request)
                for request, answer in transaction.rows.idempotency_records.items()
                if answer.until <= now
            )[:limit]
            for _, request in over:
                del transaction.rows.idempotency_records[request]
        return len(over)

    def unsent(self, wanted: OutboxSearch) -> Sequence[OutboxPosition]:
        """Messages that no provider accepted."""
        latest_first = wanted.status not in LIVE
        places = sorted(
            (
                OutboxPosition(at, key)
                for key, message in self._rows.messages.items()
                if message.status is wanted.status
                and wanted.account in (None, key.account)
                and (at := message.ended_at if latest_first else message.due_at) is not None
            ),
            reverse=latest_first,
        )
        if wanted.after is not None:
            last = wanted.after
            places = [one for one in places if (one < last if latest_first else one > last)]
        return places[: wanted.limit]

    def outbox_counts(self, now: datetime, most: int) -> OutboxCounts:
        """The counts of the outbox."""
        rows = self._rows
        live = sorted((at, rows.messages[key].status) for key, at in rows.due.items())[:most]
        due = [status for at, status in live if at <= now]
        later = [status for at, status in live if at > now]
        with self.snapshot() as transaction:
            overdue = len(transaction.overdue(now, most))
        return OutboxCounts(
            due=due.count(DeliveryStatus.QUEUED),
            later=later.count(DeliveryStatus.QUEUED),
            sending=later.count(DeliveryStatus.SENDING),
            abandoned=due.count(DeliveryStatus.SENDING),
            oldest_due=live[0][0] if due else None,
            dead=self._reasons(OutboxSearch(limit=most)),
            suppressed=self._reasons(
                OutboxSearch(DeliveryStatus.SUPPRESSED, limit=most), now - SUPPRESSED_WITHIN
            ),
            overdue=overdue,
            sms_budgets_used_up=min(
                most, sum(until > now for until in rows.sms_budgets_used_up.values())
            ),
            repairs=sum(count for count, _ in rows.repairs),
            repaired_at=max((at for _, at in rows.repairs), default=None),
        )

    def _reasons(self, wanted: OutboxSearch, since: datetime | None = None) -> Mapping[str, int]:
        return Counter(
            (self._rows.messages[key].reason or "")[:REASON_LENGTH]
            for at, key in self.unsent(wanted)
            if since is None or at > since
        )

    def defer(self, key: MessageKey, until: datetime) -> None:
        """Postpone a live message until then."""
        with self.transaction() as transaction:
            message = transaction.rows.messages.get(key)
            if message is not None and message.due_at is not None:
                transaction.rows.put_message(message.model_copy(update={"due_at": until}))

    def record_repairs(self, messages: int, now: datetime) -> None:
        """Remember what a sweep found."""
        with self.transaction() as transaction:
            transaction.rows.own("repairs")
            transaction.rows.repairs.append((messages, now))
