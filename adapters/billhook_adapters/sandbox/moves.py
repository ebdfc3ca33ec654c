"""Moves the clock of a sandbox from one thing that happens to the next, and says what happened."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from threading import Event
from typing import TypeVar

from billhook.application.background_jobs import BackgroundJobs
from billhook.application.ports import Store
from billhook.application.records import PendingWrites
from billhook.messaging.delivery import LIVE, DeliveryStatus
from billhook.messaging.message import Message
from billhook_adapters.memory.outbox import CapturedMessage
from billhook_adapters.memory.store import InMemoryStore
from billhook_adapters.sandbox.clock import MovableClock
from billhook_adapters.sandbox.deliveries import (
    MOST_CLAIMED,
    MOST_WAITS,
    WAIT_SECONDS,
    deliver_all,
    is_sending,
)
from billhook_adapters.sandbox.state import Effect, Move, Recorded
from billhook_adapters.sandbox.webhooks import CapturedWebhook

T = TypeVar("T")

LOOKS_AHEAD = timedelta(days=3653)
"""How far ahead the sandbox looks for what happens next: ten years."""
MOST_AT_ONCE = 100
"""Steps at one time, in case something is due for ever."""


class MoveStoppedError(Exception):
    """The sandbox was closed, or went back to another state, while its clock was moved."""


class Moves:
    """Moves a clock, step by step, so that everything happens at its own time.

    One move at a time, in a thread of its own. Over a database that is kept, only messages that
    were sent and webhooks are effects.
    """

    def __init__(
        self, clock: MovableClock, background_jobs: BackgroundJobs, recorded: Recorded
    ) -> None:
        self._clock, self._jobs, self._recorded = clock, background_jobs, recorded
        self._thread, self._stopped = ThreadPoolExecutor(1, "billhook-move"), Event()

    def next_at(self) -> datetime | None:
        """When something happens next; None if nothing does within ten years."""
        return next_at(self._jobs.store, self._clock.now() + LOOKS_AHEAD)

    async def moved(self, until: datetime) -> Move:
        """As `move`, after the moves before it. Raises MoveStoppedError."""
        return await self.after_moves(partial(self.move, until))

    async def after_moves(self, call: Callable[[], T]) -> T:
        """What a function returns that runs while no move does. Raises MoveStoppedError."""
        try:
            return await asyncio.wrap_future(self._thread.submit(call))
        except (RuntimeError, asyncio.CancelledError) as error:
            if self._stopped.is_set():
                raise MoveStoppedError from error
            raise

    @property
    def is_stopped(self) -> bool:
        """Whether no move begins any more."""
        return self._stopped.is_set()

    def stop(self) -> None:
        """Stop the move in progress after what it is sending, and begin none any more."""
        self._stopped.set()
        self._thread.shutdown(cancel_futures=True)

    def move(self, until: datetime) -> Move:
        """Continue from another time; what is due by then happens, each at its own time.

        Raises MoveStoppedError.
        """
        self._do_what_is_due()  # it is no effect of the move
        since, before, at_once = self._clock.now(), None, 0
        webhooks, messages = len(self._recorded.webhooks), len(self._recorded.messages)
        with _watched(self._jobs.store) as stored:
            while True:
                due_at = None if at_once > MOST_AT_ONCE else next_at(self._jobs.store, until)
                at_once = at_once + 1 if due_at == before else 0
                before = due_at
                self._go_on_at(until if due_at is None else max(due_at, self._clock.now()))
                self._do_what_is_due()
                if due_at is None:
                    break
        if stored is None:
            stored = [*map(_of_message, self._recorded.messages[messages:])]
        effects = [*stored, *map(_of_webhook, self._recorded.webhooks[webhooks:])]
        move = Move(since, until, tuple(sorted(effects, key=_in_order)))
        self._recorded.moves.append(move)
        return move

    def _go_on_at(self, at: datetime) -> None:
        """Set the clock, while nothing is being sent: its claim would end, and it be sent twice."""
        pause = Event()
        for _ in range(MOST_WAITS):
            with self._jobs.store.transaction():  # meanwhile nothing is claimed
                if not is_sending(self._jobs):
                    self._clock.set(at)
                    return
            pause.wait(WAIT_SECONDS)
        self._clock.set(at)

    def _do_what_is_due(self) -> None:
        while not self._stopped.is_set() and self._jobs.sweep():
            pass
        deliver_all(self._jobs, self._stopped.is_set)
        if self._stopped.is_set():
            raise MoveStoppedError


@contextmanager
def _watched(store: Store) -> Generator[list[Effect] | None]:
    """What is stored meanwhile, by whatever thread; None where the store cannot be watched."""
    if not isinstance(store, InMemoryStore):
        yield None
        return
    effects: list[Effect] = []
    store.watch = lambda outcome: effects.extend(_stored(outcome))
    try:
        yield effects
    finally:
        store.watch = None


def _in_order(effect: Effect) -> tuple[datetime, str, str, str, str]:
    return effect.at, effect.account, effect.invoice, effect.name, effect.detail


def next_at(store: Store, until: datetime) -> datetime | None:
    """When something is due next by a time; None if nothing is."""
    found: list[datetime] = []
    sendable = store.sendable(until, MOST_CLAIMED)
    remindable = store.remindable(until, 1)
    with store.transaction() as transaction:
        messages = transaction.messages(sendable).values()
        waiting = [one for one in messages if one.status is not DeliveryStatus.SENDING]
        found += [one.due_at for one in waiting if one.due_at is not None]
        progress = transaction.reminders(remindable).values()
        found += [one.due_at for one in progress if one.due_at is not None]
        found += [one.expire_by for one in transaction.overdue(until, 1)]
    return min(found, default=None)


def _stored(outcome: PendingWrites) -> Iterator[Effect]:
    """The effects that stored writes are."""
    for recorded in outcome.events:
        event = recorded.event
        yield Effect(event.at, event.name, *recorded.key, str(recorded.version or ""))
    for message in outcome.messages.values():
        if isinstance(message, Message) and message.status not in LIVE:
            yield Effect(
                message.ended_at or message.sent_at or message.requested_at,
                f"message.{message.status.value}",
                *message.invoice_key,
                message.id,
                message.address,
                message.reason,
            )


def _of_message(message: CapturedMessage) -> Effect:
    at = message.at
    assert at is not None  # noqa: S101  # the senders of a sandbox have a clock
    return Effect(at, "message.sent", message.account, message.invoice, message.id, message.to)


def _of_webhook(webhook: CapturedWebhook) -> Effect:
    name = "webhook.accepted" if webhook.accepted else "webhook.refused"
    return Effect(
        webhook.at,
        name,
        webhook.account,
        webhook.invoice,
        webhook.event,
        webhook.url,
        webhook.refusal,
    )
