"""A service that delivers messages before it returns, for the sandbox and for tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from returns.result import Result, Success

from billhook.application.background_jobs import BackgroundJobs
from billhook.application.command import AnyCommand
from billhook.application.idempotency import SendResult
from billhook.application.readable import LeftOut, ignore
from billhook.application.service import InvoiceService
from billhook.messaging.message import Message


class InlineDeliveryService(InvoiceService):
    """A service whose results contain messages that were delivered already.

    Only for senders that do not block, because each message is sent before the next.
    """

    def __init__(
        self,
        background_jobs: BackgroundJobs,
        *,
        left_out: LeftOut = ignore,
    ) -> None:
        """`left_out` gets each row that a list left out because it cannot be read."""
        super().__init__(
            background_jobs.store,
            background_jobs.clock,
            background_jobs.ids,
            left_out=left_out,
            sms_enabled=background_jobs.sms_enabled,
            sms_refused=background_jobs.sms_refused,
            can_send_to=background_jobs.can_send_to,
            guards=background_jobs.guards,
        )
        self._background_jobs = background_jobs

    def execute_together(self, commands: Sequence[AnyCommand]) -> list[Result[Any, Any]]:
        """Execute commands in one transaction, then deliver the messages that they queued."""
        return [self._delivered(result) for result in super().execute_together(commands)]

    def _delivered(self, result: Result[Any, Any]) -> Result[Any, Any]:
        if not isinstance(result, Success):
            return result
        value = result.unwrap()
        if isinstance(value, Message):
            return Success(self._sent(value))
        if isinstance(value, SendResult):
            return Success(replace(value, messages=tuple(map(self._sent, value.messages))))
        return result

    def _sent(self, message: Message) -> Message:
        self._background_jobs.deliver(message.key)
        with self._background_jobs.store.snapshot() as snapshot:
            now = snapshot.messages((message.key,))[message.key]
        return now if isinstance(now, Message) else message
