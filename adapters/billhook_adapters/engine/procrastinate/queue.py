"""A queue in PostgreSQL: its tables, the store that puts jobs in, the engine that takes them."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Engine

from billhook.application.background_jobs import BackgroundJobs
from billhook.application.claiming import AttemptResult
from billhook.application.ports import Clock
from billhook_adapters.engine.procrastinate.engine import ProcrastinateEngine
from billhook_adapters.engine.procrastinate.schema import prepare
from billhook_adapters.engine.procrastinate.wake_ups import WakeUps
from billhook_adapters.sql.store import SqlStore


class ProcrastinateQueue:
    """Jobs for workers on any number of machines, saved in the transaction of their messages."""

    def __init__(self, database: Engine, clock: Clock) -> None:
        """Make the tables of the queue, or bring them up to date."""
        prepare(database)
        self._database = database
        self.store = SqlStore(database, queued=WakeUps(clock).named)

    def engine(
        self,
        background_jobs: BackgroundJobs,
        *,
        concurrency: int,
        handled: Callable[[AttemptResult], None],
        repaired: Callable[[int], None],
    ) -> ProcrastinateEngine:
        """The engine that takes the jobs."""
        return ProcrastinateEngine(
            background_jobs,
            self._database,
            concurrency=concurrency,
            handled=handled,
            repaired=repaired,
        )
