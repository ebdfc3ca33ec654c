"""The one lane to the desk: what arrives together is asked together.

A batch is one transaction and one commit, so a durable answer to thirty requests costs little
more than an answer to one. There is no timer: a batch is closed by the first tick of the loop that
brings nobody new, so what came while the last one committed is one batch and not one for each of
its stragglers, and a request alone waits for one empty tick, some microseconds.
"""

from __future__ import annotations

from asyncio import AbstractEventLoop, Future, get_running_loop
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from returns.result import Result

from billhook.desk.commands import Command
from billhook.desk.desk import Desk
from billhook.errors import DeskRefusal

A = TypeVar("A")
E = TypeVar("E")
T = TypeVar("T")
Q = TypeVar("Q")

MOST_WAITING = 10_000
"""How many questions may wait at once before more are turned away."""

MOST_TOGETHER = 256
"""How many questions close a batch even while more are coming."""


class Overloaded(Exception):  # noqa: N818  # it says what is the matter, as every refusal here
    """More arrived at once than will be answered in time."""


class Gathered(Generic[Q, A]):
    """Answers questions that arrive together with one call.

    `answer` gets them in the order in which they came, and answers in that order. Where it
    raises, every one of them raises.
    """

    def __init__(self, answer: Callable[[Sequence[Q]], Sequence[A]], *, together: bool = True):
        self._answer, self._together = answer, together
        self._waiting: list[tuple[Q, Future[A]]] = []

    async def ask(self, question: Q) -> A:
        """The answer to one question."""
        if not self._together:
            return self._answer((question,))[0]
        if len(self._waiting) >= MOST_WAITING:
            raise Overloaded
        loop = get_running_loop()
        future: Future[A] = loop.create_future()
        if not self._waiting:
            loop.call_soon(self._close, loop, 0)
        self._waiting.append((question, future))
        return await future

    def _close(self, loop: AbstractEventLoop, before: int) -> None:
        waiting = len(self._waiting)
        if before < waiting < MOST_TOGETHER:
            loop.call_soon(self._close, loop, waiting)
        else:
            self._flush()

    def _flush(self) -> None:
        asked, self._waiting = self._waiting, []
        try:
            answers = self._answer([question for question, _ in asked])
        except Exception as bug:  # noqa: BLE001  # each of them must hear of it
            for _, future in asked:
                if not future.done():
                    future.set_exception(bug)
            return
        for (_, future), answer in zip(asked, answers, strict=True):
            if not future.done():  # its caller may have gone
                future.set_result(answer)


class Lane:
    """The desk as the HTTP faces see it. It runs on the loop's own thread, as SQLite likes it."""

    def __init__(
        self,
        desk: Desk,
        *,
        together: bool = True,
        decided: Callable[[int], None] = lambda _: None,
    ) -> None:
        """`decided` hears how many commands each transaction had."""
        self.desk = desk

        def execute(commands: Sequence[Command[Any, Any]]) -> list[Result[Any, Any]]:
            decided(len(commands))
            return desk.execute(commands)

        self._commands: Gathered[Command[Any, Any], Result[Any, Any]] = Gathered(
            execute, together=together
        )

    async def do(self, command: Command[A, E]) -> Result[A, E | DeskRefusal]:
        """Decide one command, together with those that arrived with it."""
        return await self._commands.ask(command)

    async def read(self, question: Callable[[Desk], T]) -> T:
        """Ask the desk what changes nothing."""
        return question(self.desk)
