"""Commands on messages that were queued: what a provider reports later, and another try."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from returns.result import Failure, Result, Success

from billhook.application.command import Command
from billhook.application.needs import Needs
from billhook.application.records import Contact, OutboxMessage
from billhook.application.unit_of_work import CommandContext
from billhook.messaging.delivery import (
    MessageId,
    MessageKey,
    MessageNotFound,
    NotDeadLetter,
    bounce,
    confirm,
    requeue,
)
from billhook.messaging.delivery_reports import Bounced, OfCopy, ReportedOutcome
from billhook.messaging.message import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordDeliveryReport(Command[Message, MessageNotFound]):
    """Record what a provider reported of a message.

    A report that comes again, or after another one of the same message, changes nothing. One that
    the address bounced for good puts it on the suppression list; one about a copy (`copy`) puts
    the copy's address there, and says nothing of the message.
    """

    kind: ClassVar = "record_delivery_report"
    message: MessageId
    outcome: ReportedOutcome
    copy: OfCopy | None = None

    @property
    def needs(self) -> Needs:
        """The message."""
        return Needs(messages=(MessageKey(self.account, self.message),))

    def decide(self, context: CommandContext) -> Result[Message, MessageNotFound]:
        """The message as the report leaves it."""
        message = context.message(MessageKey(self.account, self.message))
        if not isinstance(message, Message):
            return Failure(MessageNotFound())
        if self.copy is not None:
            self._suppress(self.copy.address, message, context)
            return Success(message)
        changed = _reported(message, self.outcome, context)
        if changed is None:
            return Success(message)
        self._suppress(message.address, message, context)
        context.save_message(changed)
        return Success(changed)

    def _suppress(self, address: str | None, message: Message, context: CommandContext) -> None:
        if isinstance(self.outcome, Bounced) and self.outcome.suppresses and address is not None:
            contact = Contact(message.account, message.medium, address)
            context.suppressed[contact] = self.outcome.suppresses


def _reported(
    message: Message, outcome: ReportedOutcome, context: CommandContext
) -> Message | None:
    if isinstance(outcome, Bounced):
        return bounce(message, outcome.reason, now=context.now)
    return confirm(message, now=context.now)


@dataclass(frozen=True, slots=True, kw_only=True)
class RequeueMessage(Command[OutboxMessage, NotDeadLetter | MessageNotFound]):
    """Queue a dead letter again, with as many attempts as at first."""

    kind: ClassVar = "requeue_message"
    message: MessageId

    @property
    def needs(self) -> Needs:
        """The message."""
        return Needs(messages=(MessageKey(self.account, self.message),))

    def decide(
        self, context: CommandContext
    ) -> Result[OutboxMessage, NotDeadLetter | MessageNotFound]:
        """The queued message."""
        known = context.message(MessageKey(self.account, self.message))
        if known is None:
            return Failure(MessageNotFound())
        return requeue(known, now=context.now).map(context.save_message)
