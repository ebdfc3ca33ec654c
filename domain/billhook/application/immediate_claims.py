"""Claims messages in the transaction that queues them, for an engine in the same process.

The message is written once, as claimed, and nothing is read again: half the work of a delivery.
What the engine has no room for, and what needs further rows, stays queued for its next round. A
process that dies in between leaves a claimed message, which is claimed again after its lease.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from billhook.application.claiming import AttemptResult, ClaimedRows, Claiming, ClaimSettings
from billhook.application.delivery_attempts import DeliveryJob
from billhook.application.records import DeliveryQueue, queue_of
from billhook.application.unit_of_work import UnitOfWork
from billhook.messaging.message import Message

Claimed = DeliveryJob | AttemptResult


class ImmediateEngine(Protocol):
    """An engine in the same process."""

    def room(self, queue: DeliveryQueue) -> int:
        """How many further messages of a queue may be claimed for it now."""
        ...

    def take(self, claimed: Sequence[Claimed]) -> None:
        """Deliver messages that are claimed for it."""
        ...


class ImmediateClaims:
    """The claims for one engine, from its start until its stop."""

    def __init__(self, settings: ClaimSettings) -> None:
        self._settings = settings
        self._engine: ImmediateEngine | None = None

    def start(self, engine: ImmediateEngine) -> None:
        """Claim for an engine from now on."""
        self._engine = engine

    def stop(self) -> None:
        """Claim nothing more."""
        self._engine = None

    def claim(self, unit: UnitOfWork) -> Callable[[], None] | None:
        """Claim new messages of a unit of work, which writes them.

        The result is to be called once they are stored; None if none was claimed.
        """
        engine = self._engine
        if engine is None or not unit.writes.messages:
            return None
        rows = ClaimedRows(unit.messages, unit.accounts, unit.invoices, unit.histories)
        claiming = Claiming(unit.transaction, self._settings, rows, unit.now)
        claimed: list[Claimed] = []
        for message in self._with_room(engine, claiming, unit):
            unit.messages.put(message.key, message)
            claimed += _claimed(claiming, message)
        if not claimed:
            return None
        unit.writes.messages.update(claiming.writes.messages)
        return lambda: engine.take(claimed)

    def _with_room(
        self, engine: ImmediateEngine, claiming: Claiming, unit: UnitOfWork
    ) -> Iterator[Message]:
        """The new messages that the engine has room for, and whose claims read nothing more."""
        room: Counter[DeliveryQueue] = Counter()
        for message in unit.writes.messages.values():
            if not isinstance(message, Message) or message.requested_at != unit.now:
                continue
            invoice = unit.invoices.known(message.invoice_key)
            has_copies = invoice is None or invoice.document.recipients is not None
            if has_copies or message.reminder is not None or claiming.limits(message):
                continue
            queue = queue_of(message)
            if queue not in room:
                room[queue] = engine.room(queue)
            if room[queue] > 0:
                room[queue] -= 1
                yield message


def _claimed(claiming: Claiming, message: Message) -> list[Claimed]:
    try:
        return [claiming.claim(message.key)]
    except Exception:  # noqa: BLE001  # it fails again in the engine, which logs it; the command succeeded
        return []
