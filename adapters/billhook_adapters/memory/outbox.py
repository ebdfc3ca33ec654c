"""A sender that keeps what it was given, for tests, the demo and the sandbox."""

from __future__ import annotations

from collections import defaultdict, deque
from typing import NamedTuple

from returns.result import Failure, Result, Success

from billhook.messaging.delivery import Accepted, MessageId, SendError
from billhook.messaging.message import Message
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
    subject: str | None = None
    """Of an e-mail."""
    html: str | None = None
    """Of an e-mail, where what writes it has HTML."""


class CapturedSender:
    """Accepts every message, once for each id, and keeps it in `delivered`.

    Senders that are given one list keep their messages in it in the order of sending. Put errors
    into `faults` to make the next sends fail, in that order; those in `faults_to` meet one address
    alone.

    >>> CapturedSender().delivered
    []
    """

    def __init__(
        self, writer: Writer = PLAIN, delivered: list[CapturedMessage] | None = None
    ) -> None:
        self._writer = writer
        self.delivered: list[CapturedMessage] = [] if delivered is None else delivered
        self.faults: deque[SendError] = deque()
        self.faults_to: defaultdict[str, deque[SendError]] = defaultdict(deque)

    def send(self, message: Message, invoice: Invoice, seller: str) -> Result[Accepted, SendError]:
        """Keep the message, unless a fault is due."""
        for waiting in (self.faults_to.get(message.address), self.faults):
            if waiting:
                return Failure(waiting.popleft())
        if all(known.id != message.id for known in self.delivered):
            self.delivered.append(self._captured(message, invoice, seller))
        return Success(Accepted(f"captured-{message.id}"))

    def _captured(self, message: Message, invoice: Invoice, seller: str) -> CapturedMessage:
        about = (message.medium, invoice.id)
        if message.medium is Medium.SMS:
            text = self._writer.sms(message, invoice, seller)
            return CapturedMessage(message.id, message.address, text, *about)
        letter = self._writer.letter(message, invoice, seller)
        return CapturedMessage(
            message.id, message.address, letter.text, *about, letter.subject, letter.html
        )
