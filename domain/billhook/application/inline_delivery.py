"""A desk that delivers before it answers, for a sandbox whose senders only keep what they get."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from returns.result import Result, Success

from billhook.application.background_jobs import BackgroundJobs
from billhook.application.command import AnyCommand
from billhook.application.idempotency import SendResult
from billhook.application.service import InvoiceService
from billhook.messaging.message import Message


class InlineDeliveryService(InvoiceService):
    """Answers with messages that were already handed over, as they stand then.

    Only for senders that never block: a batch waits for each of its messages.
    """

    def __init__(self, background_jobs: BackgroundJobs) -> None:
        super().__init__(background_jobs.store, background_jobs.clock, background_jobs.ids)
        self._handlers = background_jobs

    def execute_all(self, commands: Sequence[AnyCommand]) -> list[Result[Any, Any]]:
        """Decide a batch, then deliver what it queued."""
        return [self._delivered(answer) for answer in super().execute_all(commands)]

    def _delivered(self, answer: Result[Any, Any]) -> Result[Any, Any]:
        if not isinstance(answer, Success):
            return answer
        value = answer.unwrap()
        if isinstance(value, Message):
            return Success(self._sent(value))
        if isinstance(value, SendResult):
            return Success(replace(value, messages=tuple(map(self._sent, value.messages))))
        return answer

    def _sent(self, message: Message) -> Message:
        self._handlers.deliver(message.key)
        with self._handlers.store.snapshot() as snapshot:
            now = snapshot.messages((message.key,))[message.key]
        return now if isinstance(now, Message) else message
