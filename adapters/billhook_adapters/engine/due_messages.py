"""Which messages to claim next: of every delivery queue in turn, as many as it has workers for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime

from billhook.application.ports import Store
from billhook.application.records import KINDS, DeliveryQueue
from billhook.messaging.delivery import MessageKey

QUEUES_AT_ONCE = 1000
"""How many queues are looked at by one statement."""

Allot = Callable[[Sequence[DeliveryQueue]], Mapping[DeliveryQueue, int]]
"""How many messages to claim of each of these queues of one kind."""

Due = dict[DeliveryQueue, Sequence[MessageKey]]
"""The keys of messages that are due, by their queues."""


class DueMessages:
    """Reads the messages that are due, each time beginning where the last reading ended."""

    def __init__(self, store: Store, allot: Allot, most: int) -> None:
        """`most` is how many messages to read at once."""
        self._store, self._allot, self._most = store, allot, most
        self._after: dict[str, DeliveryQueue | None] = dict.fromkeys(KINDS)

    def read(self, now: datetime, without: Collection[DeliveryQueue] = ()) -> Due:
        """The messages to claim; empty if no queue that has a worker has a message due."""
        found: Due = {}
        if not self._store.sendable(now, 1):
            return found
        left = self._most
        for kind in tuple(self._after):
            for queue, count in self._allotted(kind, now, without).items():
                keys = self._store.sendable_in(queue, now, min(count, left))
                if keys:
                    found[queue] = keys
                    left -= len(keys)
                    del self._after[kind]  # so that the next reading begins with another kind
                    self._after[kind] = queue
                if not left:
                    return found
        return found

    def _allotted(
        self, kind: str, now: datetime, without: Collection[DeliveryQueue]
    ) -> Mapping[DeliveryQueue, int]:
        """How many to claim of each queue, on the first page that has a queue with a worker."""
        for page in self._pages(kind, now):
            allotted = self._allot([queue for queue in page if queue not in without])
            if allotted:
                return allotted
        return {}

    def _pages(self, kind: str, now: datetime) -> Iterator[Sequence[DeliveryQueue]]:
        """The queues with a message due, from behind the last one that was read; then all."""
        last = self._after[kind]
        for after in (last, None) if last is not None else (None,):
            page = self._store.due_queues(kind, now, after, QUEUES_AT_ONCE)
            yield page.queues
            while page.after is not None:
                page = self._store.due_queues(kind, now, page.after, QUEUES_AT_ONCE)
                yield page.queues
