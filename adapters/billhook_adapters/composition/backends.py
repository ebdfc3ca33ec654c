"""Opens a database by the scheme of its URL, and finds the engine that delivers its messages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, cast

from billhook.application.background_jobs import BackgroundJobs
from billhook.application.claiming import AttemptResult
from billhook.application.ports import Clock, Engine, Store
from billhook_adapters.composition.plugins import BACKENDS, PluginError, load
from billhook_adapters.composition.settings import QUEUE_NEEDED, EngineName, SettingError
from billhook_adapters.engine.embedded import EmbeddedEngine
from billhook_adapters.system.backend import Backend, BackendError, OpenBackend

EXAMPLES = "sqlite:///billhook.sqlite3 or postgresql://user@host/billhook"


def open_backend(url: str, *, create: bool = True) -> Backend:
    """The database at this URL, migrated to the newest schema.

    `url` is such as `sqlite:///billhook.sqlite3` or `postgresql://user@host/billhook`. Its scheme
    names the backend: one of ours, or one that another distribution registers. With `create` a
    database is made where there is none. Raises BackendError.

    >>> open_backend("memory://").is_durable
    False
    """
    # Only the scheme is repeated: the rest may hold a password.
    scheme, colon, _ = url.partition(":")
    if not colon:
        raise BackendError(f"not a URL; give one such as {EXAMPLES}")
    try:
        opener = cast("OpenBackend", load(BACKENDS, scheme.partition("+")[0]))
    except PluginError as error:
        raise BackendError(f"{error}; give a URL such as {EXAMPLES}") from None
    return opener(url, create=create)


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
