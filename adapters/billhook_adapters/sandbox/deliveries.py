"""Delivers at once what the sandbox would deliver soon, so that a test need not wait for it."""

from __future__ import annotations

from threading import Event

from billhook.application.background_jobs import BackgroundJobs
from billhook.messaging.delivery import DeliveryStatus
from billhook_adapters.engine.embedded import EmbeddedEngine

WAIT_SECONDS = 0.002
MOST_CLAIMED = 1000
MOST_WAITS = 3000
"""Together six seconds: a receiver of webhooks has five for its response."""


def deliver_all(background_jobs: BackgroundJobs) -> None:
    """Return when everything that is due is delivered, and nothing is on its way any more."""
    store, now = background_jobs.store, background_jobs.clock.now
    if store.sendable(now(), 1):
        EmbeddedEngine(background_jobs, sweeps=False).drain()
    pause = Event()
    for _ in range(MOST_WAITS):
        if not _is_sending(background_jobs):
            return
        pause.wait(WAIT_SECONDS)


def _is_sending(background_jobs: BackgroundJobs) -> bool:
    """Whether a message is claimed by a process that works: its lease has not ended."""
    store, now = background_jobs.store, background_jobs.clock.now()
    claimed = store.sendable(now + background_jobs.lease, MOST_CLAIMED)
    with store.snapshot() as snapshot:
        found = snapshot.messages(claimed).values()
    return any(
        one.status is DeliveryStatus.SENDING and one.due_at is not None and one.due_at > now
        for one in found
    )
