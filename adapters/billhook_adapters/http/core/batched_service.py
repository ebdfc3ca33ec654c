"""The service as HTTP APIs use it: commands of concurrent requests are decided in one batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar, cast

from returns.result import Result

from billhook.application.command import AnyCommand, Command
from billhook.application.ports import Step
from billhook.application.service import InvoiceService
from billhook.lifecycle.errors import ServiceError
from billhook_adapters.http.core.batcher import Batcher, Batching
from billhook_adapters.http.core.threads import ThreadedBatcher

A = TypeVar("A")
E = TypeVar("E")
T = TypeVar("T")
Q = TypeVar("Q")

READERS = 4
"""How many reads may wait for a database at the same time."""

PAGE_READERS = 1
"""How many pages of lists are read at the same time: each takes the processor from all others."""


class _Step(NamedTuple):
    run: Step[Any]


class BatchedService:
    """An InvoiceService whose commands are batched.

    With `writer_threads` commands run in so many threads, and reads in others: SQLite has one
    writer. Without them all of it runs on the event loop's own thread, which suits memory.
    """

    def __init__(
        self,
        service: InvoiceService,
        *,
        writer_threads: int = 0,
        together: bool = True,
        reads_wait: bool = True,
        decided: Callable[[int], None] = lambda _: None,
    ) -> None:
        """`decided` is called with the number of commands and steps of each batch.

        With `reads_wait` False a look-up by a key never waits for a network or for a writer.
        """
        self._writer_threads, self._together = writer_threads, together
        self._reads_wait = reads_wait

        def read_all(queries: Sequence[Callable[[InvoiceService], Any]]) -> list[Any]:
            return [query(service) for query in queries]

        def readers(threads: int) -> Batching[Callable[[InvoiceService], Any], Any]:
            if writer_threads:
                return ThreadedBatcher(read_all, threads, together=False)
            return Batcher(read_all, together=False)

        def answer_all(items: Sequence[AnyCommand | _Step]) -> Sequence[Any]:
            steps = [item.run for item in items if type(item) is _Step]
            if not steps:
                return service.execute_together(cast("Sequence[AnyCommand]", items))
            commands = [item for item in items if not isinstance(item, _Step)]
            results, values = map(iter, service.execute_with(commands, steps))
            return [next(values if type(item) is _Step else results) for item in items]

        self._commands = self.batching(answer_all, decided)
        self._reads, self._pages = readers(READERS), readers(PAGE_READERS)

    def batching(
        self,
        answer: Callable[[Sequence[Q]], Sequence[A]],
        closed: Callable[[int], None] = lambda _: None,
    ) -> Batching[Q, A]:
        """A batcher that calls `answer` where this service runs; `closed` gets batches' sizes."""
        if self._writer_threads:
            return ThreadedBatcher(
                answer, self._writer_threads, together=self._together, closed=closed
            )
        return Batcher(answer, together=self._together, closed=closed)

    def look_up(self, answer: Callable[[Sequence[Q]], Sequence[A]]) -> Batching[Q, A]:
        """A batcher for look-ups by a key: on the event loop where they do not wait."""
        if self._reads_wait:
            return self.batching(answer)
        return Batcher(answer, together=self._together)

    async def execute(self, command: Command[A, E]) -> Result[A, E | ServiceError]:
        """Decide one command, in one batch with those of concurrent requests."""
        result: Result[A, E | ServiceError] = await self._commands.submit(command)
        return result

    async def run(self, step: Step[T]) -> T:
        """The result of a step, which is run in one transaction with concurrent commands."""
        result: T = await self._commands.submit(_Step(step))
        return result

    async def read(self, query: Callable[[InvoiceService], T]) -> T:
        """The result of a query, or of anything else that may have to wait for the database."""
        result: T = await self._reads.submit(query)
        return result

    async def read_page(self, query: Callable[[InvoiceService], T]) -> T:
        """The result of a query that may read and serialise much, such as a page of a list."""
        result: T = await self._pages.submit(query)
        return result
