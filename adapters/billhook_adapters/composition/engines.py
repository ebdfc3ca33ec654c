"""The engine that delivers the messages of a database."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from billhook.application.background_jobs import BackgroundJobs
from billhook.application.claiming import AttemptResult
from billhook.application.ports import Clock, Engine, Store
from billhook_adapters.composition.settings import QUEUE_NEEDED, EngineName, SettingError
from billhook_adapters.engine.embedded import EmbeddedEngine
from billhook_adapters.system.backend import Backend


class MakeEngine(Protocol):
    """What makes the engine of a database."""

    def __call__(
        self,
        background_jobs: BackgroundJobs,
        *,
        concurrency: int,
        handled: Callable[[AttemptResult], None],
        repaired: Callable[[int], None],
    ) -> Engine:
        """An engine that delivers `concurrency` messages at a time."""
        ...


def delivery(backend: Backend, engine: EngineName, clock: Clock) -> tuple[Store, MakeEngine]:
    """The store to write to, and what makes the engine that delivers the messages written there.

    Raises SettingError where the database cannot hold the engine's queue.
    """
    if engine is EngineName.EMBEDDED:
        return backend.store, _embedded
    queue = backend.job_queue(clock)
    if queue is None:
        raise SettingError(QUEUE_NEEDED)
    return queue.store, queue.engine


def _embedded(
    background_jobs: BackgroundJobs,
    *,
    concurrency: int,
    handled: Callable[[AttemptResult], None],
    repaired: Callable[[int], None],
) -> Engine:
    del repaired  # the rows themselves are polled: there is no job to lose
    return EmbeddedEngine(background_jobs, concurrency=concurrency, handled=handled)
