"""A sender that takes no time, as a distribution of its own: `BILLHOOK_SMTP_URL=none://`."""

from __future__ import annotations

from returns.result import Result, Success

from billhook.messaging.delivery import Accepted, SendError
from billhook.messaging.message import Message
from billhook.model.customer import Medium
from billhook.model.invoice import Invoice
from billhook_adapters.composition.senders import SenderContext, SenderPlugin


class NoSender:
    """Takes every message at once."""

    def send(self, message: Message, invoice: Invoice, seller: str) -> Result[Accepted, SendError]:
        return Success(Accepted())


def _make(url: str, context: SenderContext) -> NoSender:
    return NoSender()


PLUGIN = SenderPlugin(Medium.EMAIL, "none://", _make)
