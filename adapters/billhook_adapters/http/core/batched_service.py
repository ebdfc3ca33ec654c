"""The service as HTTP APIs use it: commands of concurrent requests are decided in one batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from returns.result import Result

from billhook.application.command import Command
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


class BatchedService:
    """An InvoiceService whose commands are batched.

    It runs on the event loop's own thread, which suits SQLite's one writer; with `writer_threads`
    it runs in so many threads, and reads run in others.
    """

    def __init__(
        self,
        service: InvoiceService,
        *,
        writer_threads: int = 0,
        together: bool = True,
        decided: Callable[[int], None] = lambda _: None,
    ) -> None:
        """`decided` is called with the number of commands of each batch."""
        self._writer_threads, self._together = writer_threads, together

        def read_all(queries: Sequence[Callable[[InvoiceService], Any]]) -> list[Any]:
            return [query(service) for query in queries]

        def readers(threads: int) -> Batching[Callable[[InvoiceService], Any], Any]:
            if writer_threads:
                return ThreadedBatcher(read_all, threads, together=False)
            return Batcher(read_all, together=False)

        self._commands = self.batching(service.execute_together, decided)
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

    async def execute(self, command: Command[A, E]) -> Result[A, E | ServiceError]:
        """Decide one command, in one batch with those of concurrent requests."""
        return await self._commands.submit(command)

    async def read(self, query: Callable[[InvoiceService], T]) -> T:
        """The result of a query, or of anything else that may have to wait for the database."""
        result: T = await self._reads.submit(query)
        return result

    async def read_page(self, query: Callable[[InvoiceService], T]) -> T:
        """The result of a query that may read and serialise much, such as a page of a list."""
        result: T = await self._pages.submit(query)
        return result
