"""A sender that keeps what it was given, for tests, the demo and the sandbox."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial

from returns.result import Failure, Result, Success

from billhook.application.ports import Clock
from billhook.messaging.delivery import Accepted, MessageId, SendError
from billhook.messaging.message import Message
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook.model.invoice import Invoice, InvoiceId
from billhook_adapters.documents.message_texts import PLAIN, Letter, Writer


@dataclass(frozen=True, eq=False, repr=False)
class CapturedMessage:
    """A message as its recipient would get it. Its words are written when they are first read."""

    id: MessageId
    to: str
    medium: Medium
    invoice: InvoiceId
    account: AccountId
    at: datetime | None
    """When it was sent, where the sender has a clock."""
    write: Callable[[], Letter]
    """Writes its words; those of an SMS have no subject."""

    def __repr__(self) -> str:
        shown = {"id": self.id, "medium": self.medium.value, "to": self.to, "text": self.text}
        if self.subject is not None:
            shown["subject"] = self.subject
        return f"CapturedMessage({', '.join(f'{name}={one!r}' for name, one in shown.items())})"

    @property
    def text(self) -> str:
        """The text: of an e-mail, its plain part."""
        return self._letter.text

    @property
    def subject(self) -> str | None:
        """The subject of an e-mail."""
        return self._letter.subject if self.medium is Medium.EMAIL else None

    @property
    def html(self) -> str | None:
        """The HTML of an e-mail, where what writes it has HTML."""
        return self._letter.html

    @cached_property
    def _letter(self) -> Letter:
        return self.write()


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
        return CapturedMessage(
            message.id,
            message.address,
            message.medium,
            invoice.id,
            invoice.account,
            None if self._clock is None else self._clock.now(),
            partial(self._written, message, invoice, seller),
        )

    def _written(self, message: Message, invoice: Invoice, seller: str) -> Letter:
        if message.medium is Medium.SMS:
            return Letter("", self._writer.sms(message, invoice, seller))
        return self._writer.letter(message, invoice, seller)
