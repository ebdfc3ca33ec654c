"""Delivers at once what the sandbox would deliver soon, so that a test need not wait for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import takewhile
from threading import Event
from typing import Any

from billhook.application.background_jobs import BackgroundJobs
from billhook.application.claiming import AttemptResult
from billhook.application.delivery_attempts import DeliveryJob
from billhook.application.ports import Store
from billhook.application.records import OutboxMessage
from billhook.messaging.delivery import DeliveryStatus, MessageKey
from billhook.messaging.message import Message

WAIT_SECONDS = 0.002
MOST_CLAIMED = 1000
MOST_WAITS = 3000
"""Together six seconds: a receiver of webhooks has five for its response."""
TOGETHER = 100
"""Messages to payers that are claimed in one transaction, and recorded in another."""


def deliver_all(
    background_jobs: BackgroundJobs, stopped: Callable[[], bool] = lambda: False
) -> None:
    """Return when all that is due is delivered, and nothing is on its way any more.

    Or, once it is `stopped`, when what was begun is delivered.
    """
    store, now, pause = background_jobs.store, background_jobs.clock.now, Event()
    for _ in range(MOST_WAITS):
        while not stopped() and _deliver(background_jobs, _next(store, now())):
            pass
        # What is due all the same is being claimed by another thread at this moment.
        if stopped() or not (store.sendable(now(), 1) or is_sending(background_jobs)):
            return
        pause.wait(WAIT_SECONDS)


def deliver_messages(background_jobs: BackgroundJobs) -> None:
    """Return when every message to a payer that is due is delivered.

    A receiver of webhooks may call this: it does not wait for what it is itself being sent.
    """
    store, now, pause = background_jobs.store, background_jobs.clock.now, Event()
    for _ in range(MOST_WAITS):
        due = store.sendable(now(), MOST_CLAIMED)
        with store.snapshot() as snapshot:
            found = snapshot.messages(due)
        waiting = [key for key in due if isinstance(found.get(key), Message)]
        if not (waiting or is_sending(background_jobs, Message)):
            return
        if not _deliver(background_jobs, waiting):
            pause.wait(WAIT_SECONDS)


def _next(store: Store, now: datetime) -> Sequence[MessageKey]:
    """What is due first: messages to payers together, a webhook by itself.

    The receiver of a webhook may ask for the messages to payers; none is on its way meanwhile.
    """
    due = store.sendable(now, TOGETHER)
    with store.snapshot() as snapshot:
        found = snapshot.messages(due)
    return [*takewhile(lambda key: isinstance(found.get(key), Message), due)] or due[:1]


def _deliver(background_jobs: BackgroundJobs, keys: Sequence[MessageKey]) -> bool:
    """Deliver these at once; whether this did anything with one of them."""
    if not keys:
        return False
    claimed = background_jobs.claim(keys)
    jobs = background_jobs.held([one for one in claimed if isinstance(one, DeliveryJob)])
    background_jobs.conclude([background_jobs.attempt(job) for job in jobs if job is not None])
    return any(one is not AttemptResult.NOTHING for one in claimed)


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
