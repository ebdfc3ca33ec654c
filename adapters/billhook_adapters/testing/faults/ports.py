"""A clock that jumps while it is read, and ids that cannot be had."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, tzinfo
from typing import TypeVar

from billhook.application.ports import Clock, Ids
from billhook.messaging.delivery import MessageId
from billhook.model.invoice import InvoiceId
from billhook.model.payment import Reference
from billhook_adapters.testing.faults.plan import Plan, Point

T = TypeVar("T")


class FaultyClock:
    """A clock that is read as planned: it may be put forward before it answers, or after."""

    def __init__(self, clock: Clock, plan: Plan) -> None:
        self._clock, self._plan = clock, plan

    def now(self) -> datetime:
        """The present instant."""
        return around(self._plan, Point.TIME, self._clock.now)

    def zone(self, name: str | None) -> tzinfo:
        """The time zone of a name: that needs no outgoing call, and never fails."""
        return self._clock.zone(name)


class FaultyIds:
    """Ids that are minted as planned."""

    def __init__(self, ids: Ids, plan: Plan) -> None:
        self._ids, self._plan = ids, plan

    def invoice(self) -> InvoiceId:
        """A new invoice's id."""
        return around(self._plan, Point.ID, self._ids.invoice)

    def message(self) -> MessageId:
        """A new message's id."""
        return around(self._plan, Point.ID, self._ids.message)

    def webhook_event(self) -> MessageId:
        """A new announcement's id."""
        return around(self._plan, Point.ID, self._ids.webhook_event)

    def payment(self) -> Reference:
        """The reference of a new payment."""
        return around(self._plan, Point.ID, self._ids.payment)

    def short_url(self) -> str:
        """A new URL."""
        return around(self._plan, Point.ID, self._ids.short_url)

    def jitter(self) -> float:
        """A number from 0 to 1."""
        return around(self._plan, Point.ID, self._ids.jitter)


def around(plan: Plan, point: Point, call: Callable[[], T]) -> T:
    """The answer of a call, made as planned."""
    plan.before(point)
    answer = call()
    plan.after(point)
    return answer
