"""The one lane to the desk: what arrives together is decided together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from returns.result import Result

from billhook.application.command import Command
from billhook.application.service import InvoiceService
from billhook.lifecycle.errors import ServiceError
from billhook_adapters.http.core.batcher import Asking, Batcher
from billhook_adapters.http.core.threads import Threaded

A = TypeVar("A")
E = TypeVar("E")
T = TypeVar("T")
Q = TypeVar("Q")

READERS = 4
"""How many reads may wait for a database at the same time."""


class BatchedService:
    """The desk as the HTTP faces see it.

    It runs on the loop's own thread, as SQLite's one writer likes it; with `writer_threads` it runs in so
    many threads, and what is only read in so many more.
    """

    def __init__(
        self,
        service: InvoiceService,
        *,
        writer_threads: int = 0,
        together: bool = True,
        decided: Callable[[int], None] = lambda _: None,
    ) -> None:
        """`decided` hears how many commands each transaction had."""
        self._writer_threads, self._together = writer_threads, together

        def execute_all(commands: Sequence[Command[Any, Any]]) -> list[Result[Any, Any]]:
            decided(len(commands))
            return service.execute_all(commands)

        def told(questions: Sequence[Callable[[InvoiceService], Any]]) -> list[Any]:
            return [question(service) for question in questions]

        self._commands = self.batching(execute_all)
        self._reads: Asking[Callable[[InvoiceService], Any], Any] = (
            Threaded(told, READERS, together=False)
            if writer_threads
            else Batcher(told, together=False)
        )

    def batching(self, answer: Callable[[Sequence[Q]], Sequence[A]]) -> Asking[Q, A]:
        """Answers what arrives together with one call, where this lane runs."""
        if self._writer_threads:
            return Threaded(answer, self._writer_threads, together=self._together)
        return Batcher(answer, together=self._together)

    async def execute(self, command: Command[A, E]) -> Result[A, E | ServiceError]:
        """Decide one command, together with those that arrived with it."""
        return await self._commands.ask(command)

    async def read(self, question: Callable[[InvoiceService], T]) -> T:
        """Ask the desk what changes nothing, or anything else that may have to wait."""
        answer: T = await self._reads.ask(question)
        return answer
