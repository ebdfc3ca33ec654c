"""A sender that keeps what it was given, for tests, the demo and the sandbox."""

from __future__ import annotations

from collections import defaultdict, deque
from typing import NamedTuple

from returns.result import Failure, Result, Success

from billhook.messaging.delivery import Accepted, MessageId, SendError
from billhook.messaging.message import Message
from billhook.model.customer import Medium
from billhook.model.invoice import Invoice
from billhook_adapters.documents.message_texts import PLAIN, Writer


class CapturedMessage(NamedTuple):
    """A message as its recipient would get it."""

    id: MessageId
    to: str
    text: str


class CapturedSender:
    """Accepts every message, once for each id, and keeps it in `delivered`.

    Put errors into `faults` to make the next sends fail, in that order; those in `faults_to` meet
    one address alone.

    >>> CapturedSender().delivered
    []
    """

    def __init__(self, writer: Writer = PLAIN) -> None:
        self._writer = writer
        self.delivered: list[CapturedMessage] = []
        self.faults: deque[SendError] = deque()
        self.faults_to: defaultdict[str, deque[SendError]] = defaultdict(deque)

    def send(self, message: Message, invoice: Invoice, seller: str) -> Result[Accepted, SendError]:
        """Keep the message, unless a fault is due."""
        for waiting in (self.faults_to.get(message.address), self.faults):
            if waiting:
                return Failure(waiting.popleft())
        if all(known.id != message.id for known in self.delivered):
            if message.medium is Medium.SMS:
                text = self._writer.sms(message, invoice, seller)
            else:
                text = self._writer.letter(message, invoice, seller).text
            self.delivered.append(CapturedMessage(message.id, message.address, text))
        return Success(Accepted(f"captured-{message.id}"))
