"""Delivers at once what the sandbox would deliver soon, so that a test need not wait for it."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event
from typing import Any

from billhook.application.background_jobs import BackgroundJobs
from billhook.application.claiming import AttemptResult
from billhook.application.records import OutboxMessage
from billhook.messaging.delivery import DeliveryStatus
from billhook.messaging.message import Message

WAIT_SECONDS = 0.002
MOST_CLAIMED = 1000
MOST_WAITS = 3000
"""Together six seconds: a receiver of webhooks has five for its response."""


def deliver_all(
    background_jobs: BackgroundJobs, stopped: Callable[[], bool] = lambda: False
) -> None:
    """Return when all that is due is delivered, and nothing is on its way any more.

    Or, once it is `stopped`, when what was begun is delivered.
    """
    store, now = background_jobs.store, background_jobs.clock.now
    while not stopped() and (due := store.sendable(now(), 1)):
        if background_jobs.deliver(due[0]) is AttemptResult.NOTHING:
            break  # others have it
    _wait(background_jobs, OutboxMessage, stopped)


def deliver_messages(background_jobs: BackgroundJobs) -> None:
    """Return when every message to a payer that is due is delivered.

    A receiver of webhooks may call this: it does not wait for what it is itself being sent.
    """
    store, now = background_jobs.store, background_jobs.clock.now
    with store.snapshot() as snapshot:
        due = snapshot.messages(store.sendable(now(), MOST_CLAIMED))
    for key, message in due.items():
        if isinstance(message, Message):
            background_jobs.deliver(key)
    _wait(background_jobs, Message, lambda: False)


def _wait(background_jobs: BackgroundJobs, kind: Any, stopped: Callable[[], bool]) -> None:
    pause = Event()
    for _ in range(MOST_WAITS):
        if stopped() or not is_sending(background_jobs, kind):
            return
        pause.wait(WAIT_SECONDS)


def is_sending(background_jobs: BackgroundJobs, kind: Any = OutboxMessage) -> bool:
    """Whether a message of a kind is claimed by a process that works: its lease has not ended."""
    store, now = background_jobs.store, background_jobs.clock.now()
    claimed = store.sendable(now + background_jobs.lease, MOST_CLAIMED)
    with store.snapshot() as snapshot:
        found = snapshot.messages(claimed).values()
    return any(
        isinstance(one, kind)
        and one.status is DeliveryStatus.SENDING
        and one.due_at is not None
        and one.due_at > now
        for one in found
    )
