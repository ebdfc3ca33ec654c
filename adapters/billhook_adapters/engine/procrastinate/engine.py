"""The worker: jobs wake it, and it delivers what is due, of every account in turn."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import timedelta
from threading import Event, Thread
from typing import Any

from procrastinate import App, PsycopgConnector
from sqlalchemy import Engine, text

from billhook.application.background_jobs import BackgroundJobs
from billhook.application.claiming import AttemptResult
from billhook.messaging.delivery import MessageKey
from billhook_adapters.engine.deliverer import ignored, pause
from billhook_adapters.engine.embedded import EmbeddedEngine
from billhook_adapters.engine.procrastinate.wake_ups import QUEUE, TASK, keys_of
from billhook_adapters.engine.sweeping import sweep
from billhook_adapters.sql.connections import reading
from billhook_adapters.system.error_kinds import kind

_log = logging.getLogger(__name__)

JOBS_AT_ONCE = 4
POLL_SECONDS = 0.5
"""How late a job may start that was scheduled; others start at once. As often the rows are read, so
that a lost job delays a message by no more."""

HEARTBEAT_SECONDS, DEAD_AFTER_SECONDS = 10, 30
MISSED_AFTER = timedelta(seconds=30)
"""How long a message may be due, named by no job and claimed by no idle worker before its wake-up
counts as lost."""

CANCELLED_AFTER_SECONDS = 5.0
"""How long a worker that is to stop may take before it is cancelled again."""

KEPT_HOURS = 72
"""How long failed jobs are kept, so that their reason can be found."""

_NAMED = text(
    "SELECT args -> 'keys' FROM procrastinate_jobs WHERE status = 'todo' AND task_name = :task "
    "AND (scheduled_at IS NULL OR scheduled_at <= now())"
)


async def end(tasks: Iterable[asyncio.Task[Any]], seconds: float = CANCELLED_AFTER_SECONDS) -> None:
    """Cancel tasks until they have ended: a wait of Python 3.11 may lose one cancellation."""
    left = {task for task in tasks if not task.done()}
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=seconds)


class ProcrastinateEngine:
    """Delivers in the process that calls `run`; many may run, on many machines.

    The rows are the truth: a job only says that something is due. Which message is sent next is
    decided by the rows, as in the embedded engine, so that no account's jobs delay another one.
    """

    def __init__(
        self,
        background_jobs: BackgroundJobs,
        database: Engine,
        *,
        concurrency: int = 1,
        handled: Callable[[AttemptResult], None] = ignored,
        repaired: Callable[[int], None] = lambda _: None,
        pause: Callable[[timedelta], None] = pause,
    ) -> None:
        """`handled` gets the result of each attempt, `repaired` the number of lost jobs found."""
        self._background_jobs, self._database, self._repaired = background_jobs, database, repaired
        self._delivery = EmbeddedEngine(
            background_jobs,
            poll_seconds=POLL_SECONDS,
            concurrency=concurrency,
            handled=handled,
            pause=pause,
            sweeps=False,
        )
        self._stop = Event()
        self._found: frozenset[MessageKey] = frozenset()
        self._running: tuple[asyncio.AbstractEventLoop, asyncio.Event] | None = None
        url = database.url.set(drivername="postgresql")
        conninfo = url.render_as_string(hide_password=False)
        self._app = App(connector=PsycopgConnector(conninfo=conninfo, min_size=1, max_size=4))
        self._register()

    def _register(self) -> None:
        app = self._app

        async def deliver(keys: Any) -> None:
            keys_of(keys)  # a job of another version fails, so that it is seen
            self._delivery.wake()

        async def repair(timestamp: int) -> None:  # noqa: ARG001  # it is called by that name
            await asyncio.to_thread(self._repair)

        async def reap(timestamp: int) -> None:  # noqa: ARG001  # it is called by that name
            stalled = await app.job_manager.get_stalled_jobs(
                seconds_since_heartbeat=DEAD_AFTER_SECONDS
            )
            for job in stalled:
                await app.job_manager.retry_job(job)

        async def clear(timestamp: int) -> None:  # noqa: ARG001  # it is called by that name
            await app.job_manager.delete_old_jobs(
                nb_hours=KEPT_HOURS, include_failed=True, include_cancelled=True
            )

        app.task(name=TASK, queue=QUEUE)(deliver)
        for name, task, cron in (
            ("billhook.repair", repair, "* * * * * */10"),  # the seconds stand last
            ("billhook.reap", reap, "* * * * * */15"),
            ("billhook.clear", clear, "17 * * * *"),
        ):
            # Never `lock`: it would let a reaper that died keep all others from reaping it.
            registered = app.task(name=name, queue=QUEUE, queueing_lock=name, priority=10)(task)
            app.periodic(cron=cron)(registered)

    def drain(self) -> int:
        """Do everything that is due now; how many messages were handled."""
        self._repair()
        asyncio.run(self._work(wait=False))
        return self._delivery.drain()

    def run(self) -> None:
        """Deliver until `stop`; what is claimed then is finished."""
        delivering = Thread(target=self._delivery.run, name="billhook-delivery")
        delivering.start()
        try:
            asyncio.run(self._run())
        finally:
            self._delivery.stop()
            delivering.join()

    def stop(self) -> None:
        """Let `run` return once the claimed messages are delivered."""
        self._stop.set()
        self._delivery.stop()
        if self._running is not None:
            loop, stopping = self._running
            with suppress(RuntimeError):  # the loop has ended by itself
                loop.call_soon_threadsafe(stopping.set)

    async def _run(self) -> None:
        stopping = asyncio.Event()
        self._running = asyncio.get_running_loop(), stopping
        if self._stop.is_set():  # before there was an event to set
            return
        stopped = asyncio.create_task(stopping.wait())
        while not stopping.is_set():
            working = asyncio.create_task(self._work(wait=True))
            await asyncio.wait((working, stopped), return_when=asyncio.FIRST_COMPLETED)
            if not working.done():
                await end((working,))
            elif not working.cancelled() and (error := working.exception()) is not None:
                # Only the kind: an error's own words may quote a row.
                _log.error("a worker stopped with an error, and starts again: %s", kind(error))
                await asyncio.wait((stopped,), timeout=1)
        # What the worker leaves running would be cancelled once, and waited for without end.
        await end(asyncio.all_tasks() - {asyncio.current_task()})

    async def _work(self, *, wait: bool) -> None:
        async with self._app.open_async():
            await self._app.run_worker_async(
                queues=[QUEUE],
                concurrency=JOBS_AT_ONCE,
                wait=wait,
                install_signal_handlers=False,
                delete_jobs="successful",
                fetch_job_polling_interval=POLL_SECONDS,
                update_heartbeat_interval=HEARTBEAT_SECONDS,
                stalled_worker_timeout=DEAD_AFTER_SECONDS,
            )

    def _repair(self) -> None:
        """Sweep, and count each message once that should have been sent and is named by no job."""
        sweep(self._background_jobs)
        late = self._delivery.late(MISSED_AFTER)
        if not late:
            self._found = frozenset()
            return
        with reading(self._database) as connection:
            named: set[MessageKey] = set()
            for keys in connection.scalars(_NAMED, {"task": TASK}):
                with suppress(ValueError):  # a job that cannot be read names no message
                    named.update(keys_of(keys))
        before, self._found = self._found, frozenset(late) - named
        repairs = len(self._found - before)
        if repairs:
            _log.warning("%d due messages had no job; they are sent now", repairs)
            self._repaired(repairs)
        self._delivery.wake()
