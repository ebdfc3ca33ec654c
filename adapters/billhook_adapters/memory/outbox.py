"""A sender that keeps what it was given, for tests, the demo and the sandbox."""

from __future__ import annotations

from collections import defaultdict, deque
from datetime import datetime
from typing import NamedTuple

from returns.result import Failure, Result, Success

from billhook.application.ports import Clock
from billhook.messaging.delivery import Accepted, MessageId, SendError
from billhook.messaging.message import Message
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook.model.invoice import Invoice, InvoiceId
from billhook_adapters.documents.message_texts import PLAIN, Writer


class CapturedMessage(NamedTuple):
    """A message as its recipient would get it."""

    id: MessageId
    to: str
    text: str
    medium: Medium
    invoice: InvoiceId
    account: AccountId
    subject: str | None = None
    """Of an e-mail."""
    html: str | None = None
    """Of an e-mail, where what writes it has HTML."""
    at: datetime | None = None
    """When it was sent, where the sender has a clock."""


class CapturedSender:
    """Accepts every message, once for each id, and keeps it in `delivered`.

    Senders that are given one list keep their messages in it in the order of sending. Put errors
    into `faults` to make the next sends fail, in that order; those in `faults_to` meet one address
    alone.

    >>> CapturedSender().delivered
    []
    """

    def __init__(
        self,
        writer: Writer = PLAIN,
        delivered: list[CapturedMessage] | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._writer, self._clock = writer, clock
        self.delivered: list[CapturedMessage] = [] if delivered is None else delivered
        self._known = {one.id for one in self.delivered}
        self.faults: deque[SendError] = deque()
        self.faults_to: defaultdict[str, deque[SendError]] = defaultdict(deque)

    def send(self, message: Message, invoice: Invoice, seller: str) -> Result[Accepted, SendError]:
        """Keep the message, unless a fault is due."""
        for waiting in (self.faults_to.get(message.address), self.faults):
            if waiting:
                return Failure(waiting.popleft())
        if message.id not in self._known:
            self._known.add(message.id)
            self.delivered.append(self._captured(message, invoice, seller))
        return Success(Accepted(f"captured-{message.id}"))

    def _captured(self, message: Message, invoice: Invoice, seller: str) -> CapturedMessage:
        subject = html = None
        if message.medium is Medium.SMS:
            text = self._writer.sms(message, invoice, seller)
        else:
            subject, text, html = self._writer.letter(message, invoice, seller)
        return CapturedMessage(
            message.id,
            message.address,
            text,
            message.medium,
            invoice.id,
            invoice.account,
            subject,
            html,
            None if self._clock is None else self._clock.now(),
        )
