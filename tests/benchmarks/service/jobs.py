"""Jobs of one id a second that Procrastinate itself does, where a job does nothing."""

from __future__ import annotations

import asyncio
import time

import procrastinate
from procrastinate.types import JSONValue

TOGETHER = 500
CONCURRENCY = 8
"""As the engine's workers have it."""


def jobs_a_second(database: str, count: int) -> float:
    """So many jobs, put in first, then done by one worker until none is left."""
    return asyncio.run(_done(database, count))


async def _done(database: str, count: int) -> float:
    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=database))

    @app.task(name="nothing")
    async def nothing(id: str) -> None:
        """Do nothing with one id."""

    async with app.open_async():
        await app.schema_manager.apply_schema_async()
        for first in range(0, count, TOGETHER):
            jobs: list[dict[str, JSONValue]] = [
                {"id": f"msg_{number:014}"} for number in range(first, first + TOGETHER)
            ]
            await nothing.batch_defer_async(*jobs)
        started = time.perf_counter()
        await app.run_worker_async(
            wait=False, concurrency=CONCURRENCY, install_signal_handlers=False
        )
        return count / (time.perf_counter() - started)
