"""The worker by jobs: what it does again and again, and how often."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from itertools import pairwise
from typing import Any

from billhook.application.background_jobs import BackgroundJobs
from billhook_adapters.engine.procrastinate import ProcrastinateEngine
from billhook_adapters.engine.procrastinate.engine import end
from billhook_adapters.memory import InMemoryStore, RandomIds, SettableClock
from billhook_adapters.sql.postgresql import postgresql
from billhook_adapters.testing import NOON


def test_it_repairs_every_ten_seconds_reaps_every_fifteen_and_clears_every_hour() -> None:
    background_jobs = BackgroundJobs(InMemoryStore(), SettableClock(NOON), RandomIds(), {})
    engine = ProcrastinateEngine(
        background_jobs, postgresql("postgresql://user@unknown.example/none")
    )
    tasks = engine._app.periodic_registry.periodic_tasks.values()
    every = {one.task.name: _seconds_between(one) for one in tasks}
    assert every == {"billhook.repair": {10}, "billhook.reap": {15}, "billhook.clear": {3600}}


def test_a_worker_that_loses_a_cancellation_is_cancelled_again() -> None:
    lost = 0

    async def working() -> None:
        nonlocal lost
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        lost += 1
        await asyncio.Event().wait()

    async def ended() -> bool:
        task = asyncio.create_task(working())
        await asyncio.sleep(0)
        await end((task,), seconds=0)
        return task.cancelled()

    assert asyncio.run(ended())
    assert lost == 1


def test_a_stop_before_the_start_is_not_lost() -> None:
    background_jobs = BackgroundJobs(InMemoryStore(), SettableClock(NOON), RandomIds(), {})
    engine = ProcrastinateEngine(
        background_jobs, postgresql("postgresql://user@unknown.example/none")
    )
    engine.stop()
    engine.run()


def _seconds_between(task: Any) -> set[float]:
    times = task.croniter
    times.set_current(NOON.timestamp())
    following = [times.get_next(float) for _ in range(10)]
    return {later - earlier for earlier, later in pairwise(following)}
