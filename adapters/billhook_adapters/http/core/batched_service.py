"""The one lane to the desk: what arrives together is decided together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from returns.result import Result

from billhook.application.commands import Command
from billhook.application.service import Desk
from billhook.lifecycle.errors import DeskRefusal
from billhook_adapters.http.core.batcher import Asking, Gathered
from billhook_adapters.http.core.threads import Threaded

A = TypeVar("A")
E = TypeVar("E")
T = TypeVar("T")
Q = TypeVar("Q")

READERS = 4
"""How many reads may wait for a database at the same time."""


class Lane:
    """The desk as the HTTP faces see it.

    It runs on the loop's own thread, as SQLite's one writer likes it; with `lanes` it runs in so
    many threads, and what is only read in so many more.
    """

    def __init__(
        self,
        desk: Desk,
        *,
        lanes: int = 0,
        together: bool = True,
        decided: Callable[[int], None] = lambda _: None,
    ) -> None:
        """`decided` hears how many commands each transaction had."""
        self._lanes, self._together = lanes, together

        def execute(commands: Sequence[Command[Any, Any]]) -> list[Result[Any, Any]]:
            decided(len(commands))
            return desk.execute(commands)

        def told(questions: Sequence[Callable[[Desk], Any]]) -> list[Any]:
            return [question(desk) for question in questions]

        self._commands = self.gathering(execute)
        self._reads: Asking[Callable[[Desk], Any], Any] = (
            Threaded(told, READERS, together=False) if lanes else Gathered(told, together=False)
        )

    def gathering(self, answer: Callable[[Sequence[Q]], Sequence[A]]) -> Asking[Q, A]:
        """Answers what arrives together with one call, where this lane runs."""
        if self._lanes:
            return Threaded(answer, self._lanes, together=self._together)
        return Gathered(answer, together=self._together)

    async def do(self, command: Command[A, E]) -> Result[A, E | DeskRefusal]:
        """Decide one command, together with those that arrived with it."""
        return await self._commands.ask(command)

    async def read(self, question: Callable[[Desk], T]) -> T:
        """Ask the desk what changes nothing, or anything else that may have to wait."""
        answer: T = await self._reads.ask(question)
        return answer
