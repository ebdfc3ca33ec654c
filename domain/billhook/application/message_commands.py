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
from billhook.messaging.delivery_reports import Bounced, ReportedOutcome
from billhook.messaging.message import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordDeliveryReport(Command[Message, MessageNotFound]):
    """Record what a provider reported of a message.

    A report that comes again, or after another one of the same message, changes nothing. One that
    the address bounced for good puts it on the suppression list.
    """

    kind: ClassVar = "record_delivery_report"
    message: MessageId
    outcome: ReportedOutcome

    @property
    def needs(self) -> Needs:
        """The message."""
        return Needs(messages=(MessageKey(self.account, self.message),))

    def decide(self, context: CommandContext) -> Result[Message, MessageNotFound]:
        """The message as the report leaves it."""
        message = context.message(MessageKey(self.account, self.message))
        if not isinstance(message, Message):
            return Failure(MessageNotFound())
        changed = _reported(message, self.outcome, context)
        if changed is None:
            return Success(message)
        if isinstance(self.outcome, Bounced) and self.outcome.suppresses is not None:
            contact = Contact(message.account, message.medium, message.address)
            context.suppressed[contact] = self.outcome.suppresses
        context.save_message(changed)
        return Success(changed)


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
