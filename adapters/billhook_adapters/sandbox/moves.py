"""Moves the clock of a sandbox from one thing that happens to the next, and says what happened."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from billhook.application.background_jobs import BackgroundJobs
from billhook.application.ports import Store
from billhook.messaging.delivery import LIVE
from billhook.messaging.message import Message
from billhook_adapters.memory.outbox import CapturedMessage
from billhook_adapters.memory.transaction import Rows
from billhook_adapters.sandbox.clock import MovableClock
from billhook_adapters.sandbox.deliveries import deliver_all
from billhook_adapters.sandbox.webhooks import CapturedWebhook

MOST_AT_ONCE = 100
"""Steps at one time, in case something is due for ever."""


class Effect(NamedTuple):
    """One thing that happened: an event of an invoice, a message, or a webhook."""

    at: datetime
    name: str
    """Such as `invoice.expired`, `message.sent` and `webhook.accepted`."""
    account: str
    invoice: str
    detail: str
    """Which one: the number of the event, the id of a message, or the name of a webhook event."""
    to: str | None = None
    """An address or a URL."""
    reason: str | None = None
    """Why a message was not sent."""


class Move(NamedTuple):
    """A move of the clock, and what it caused."""

    since: datetime
    until: datetime
    effects: tuple[Effect, ...]


class Moves:
    """Moves a clock, step by step, so that everything happens at its own time.

    `rows` returns the rows of a database in memory; without it, only messages that were sent and
    webhooks are effects.
    """

    def __init__(
        self,
        clock: MovableClock,
        background_jobs: BackgroundJobs,
        messages: list[CapturedMessage],
        webhooks: list[CapturedWebhook],
        rows: Callable[[], Rows] | None,
    ) -> None:
        self._clock, self._jobs = clock, background_jobs
        self._messages, self._webhooks, self._rows = messages, webhooks, rows

    def next_at(self, until: datetime) -> datetime | None:
        """When something happens next by a time; None if nothing does."""
        return next_at(self._jobs.store, until)

    def move(self, until: datetime) -> Move:
        """Continue from another time; what is due by then happens, each at its own time."""
        since, effects, at_once = self._clock.now(), list[Effect](), 0
        seen = self._seen()
        while True:
            due_at = None if at_once > MOST_AT_ONCE else self.next_at(until)
            now = self._clock.now()
            at = until if due_at is None else min(max(due_at, now), until)
            at_once = at_once + 1 if at <= now else 0
            self._clock.set(at)
            self._run_jobs()
            # What another thread does meanwhile is part of the move as well.
            before, seen = seen, self._seen()
            found = self._effects(before, seen)
            effects += found
            if due_at is None:
                return Move(since, until, tuple(effects))

    def _run_jobs(self) -> None:
        while self._jobs.sweep():
            pass
        deliver_all(self._jobs)

    def _seen(self) -> _Seen:
        rows = None if self._rows is None else self._rows()
        return _Seen(rows, len(self._messages), len(self._webhooks))

    def _effects(self, before: _Seen, after: _Seen) -> list[Effect]:
        if before.rows is None or after.rows is None:
            messages: Iterable[Effect] = map(
                _of_message, self._messages[before.messages : after.messages]
            )
        else:
            messages = _between(before.rows, after.rows)
        webhooks = self._webhooks[before.webhooks : after.webhooks]
        found = [*messages, *map(_of_webhook, webhooks)]
        return sorted(
            found, key=lambda one: (one.at, one.account, one.invoice, one.name, one.detail)
        )


class _Seen(NamedTuple):
    """What there was at a time."""

    rows: Rows | None
    messages: int
    webhooks: int


def next_at(store: Store, until: datetime) -> datetime | None:
    """When something is due next by a time; None if nothing is."""
    found: list[datetime] = []
    sendable = store.sendable(until, 1)
    remindable = store.remindable(until, 1)
    with store.transaction() as transaction:
        messages = transaction.messages(sendable).values()
        found += [one.due_at for one in messages if one.due_at is not None]
        progress = transaction.reminders(remindable).values()
        found += [one.due_at for one in progress if one.due_at is not None]
        found += [one.expire_by for one in transaction.overdue(until, 1)]
    return min(found, default=None)


def _between(before: Rows, after: Rows) -> Iterator[Effect]:
    """What the rows say that happened. Unchanged ones are the same objects."""
    for key, events in after.events.items():
        old = before.events.get(key, ())
        if events is not old:
            for number, recorded in enumerate(events[len(old) :], len(old) + 1):
                event = recorded.event
                yield Effect(event.at, event.name, *key, str(number))
    for message_key, message in after.messages.items():
        was = before.messages.get(message_key)
        if message is not was and isinstance(message, Message) and message.status not in LIVE:
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
