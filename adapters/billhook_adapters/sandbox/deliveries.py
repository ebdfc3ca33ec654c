"""Delivers at once what the sandbox would deliver soon, so that a test need not wait for it."""

from __future__ import annotations

from threading import Event

from billhook.application.background_jobs import BackgroundJobs
from billhook_adapters.engine.embedded import EmbeddedEngine

WAIT_SECONDS = 0.002
MOST_WAITS = 3000
"""Together six seconds: a receiver of webhooks has five for its response."""


def deliver_all(background_jobs: BackgroundJobs) -> None:
    """Return when everything that is due is delivered, and nothing is on its way any more."""
    EmbeddedEngine(background_jobs).drain()
    now, pause = background_jobs.clock.now, Event()
    for _ in range(MOST_WAITS):
        if not background_jobs.store.outbox_counts(now(), 1).sending:
            return
        pause.wait(WAIT_SECONDS)
