"""The messages of a service in memory, for tests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import overload

from billhook.application.background_jobs import BackgroundJobs
from billhook.application.ports import Clock
from billhook.lifecycle.guards import GuardsOf, no_guards
from billhook.messaging.delivery import SendError
from billhook.model.customer import Medium
from billhook_adapters.documents.message_texts import PLAIN, Writer
from billhook_adapters.engine.embedded import EmbeddedEngine
from billhook_adapters.memory.outbox import CapturedMessage, CapturedSender
from billhook_adapters.memory.store import InMemoryStore
from billhook_adapters.system.ids import RandomIds


class Outbox(Sequence[CapturedMessage]):
    """What was sent, the oldest first. Each look at it runs the background jobs that are due.

    What one run sent is in the order in which it was queued.

    A message has `medium`, `to`, `invoice`, `text`, and of an e-mail `subject` and `html`, which is
    None where `writer` writes none.

    >>> from billhook_adapters.system.clock import SystemClock
    >>> len(Outbox(InMemoryStore(), SystemClock()))
    0
    """

    def __init__(
        self,
        store: InMemoryStore,
        clock: Clock,
        writer: Writer = PLAIN,
        *,
        guards: GuardsOf = no_guards,
    ) -> None:
        self._store = store
        self._sent: list[CapturedMessage] = []
        self._senders = {medium: CapturedSender(writer, self._sent) for medium in Medium}
        jobs = BackgroundJobs(store, clock, RandomIds(), self._senders, guards=guards)
        self._engine = EmbeddedEngine(jobs)

    def fail(self, medium: Medium | str, error: SendError, *, times: int = 1) -> None:
        """Let the next messages by a medium fail, each with this error."""
        self._senders[Medium(medium)].faults.extend([error] * times)

    def _deliver(self) -> None:
        known = len(self._sent)
        self._engine.drain()
        with self._store.snapshot() as snapshot:
            queued = [key.message for key in snapshot.rows.messages]
        self._sent[known:] = sorted(self._sent[known:], key=lambda one: queued.index(one.id))

    def __len__(self) -> int:
        self._deliver()
        return len(self._sent)

    @overload
    def __getitem__(self, index: int) -> CapturedMessage: ...
    @overload
    def __getitem__(self, index: slice) -> list[CapturedMessage]: ...
    def __getitem__(self, index: int | slice) -> CapturedMessage | list[CapturedMessage]:
        self._deliver()
        return self._sent[index]

    def __repr__(self) -> str:
        self._deliver()
        return repr(self._sent)
