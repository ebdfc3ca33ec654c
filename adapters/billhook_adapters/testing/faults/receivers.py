"""Receivers that fail, or take a message and answer that they did not, or answer nothing."""

from __future__ import annotations

from collections.abc import Callable

from returns.result import Failure, Result

from billhook.application.ports import Sender, WebhookContext, WebhookSender
from billhook.messaging.delivery import Accepted, SendError, Transient, Unknown
from billhook.messaging.message import Message
from billhook.model.invoice import Invoice
from billhook_adapters.testing.faults.plan import Plan, Point
from billhook_adapters.testing.faults.ports import around

Answer = Result[Accepted, SendError]


class FaultySender:
    """A sender that hands over as planned.

    A planned ConnectionError is answered as `Transient`, a TimeoutError as `Unknown`; anything
    else is raised, as by a sender with a bug.
    """

    def __init__(self, sender: Sender, plan: Plan) -> None:
        self._sender, self._plan = sender, plan

    def send(self, message: Message, invoice: Invoice, seller: str) -> Answer:
        """Hand the message over, or fail to, or say so."""
        return _result(self._plan, Point.SEND, lambda: self._sender.send(message, invoice, seller))


class FaultyWebhookSender:
    """A webhook sender that sends as planned; its errors are answered as a `FaultySender`'s are."""

    def __init__(self, webhook_sender: WebhookSender, plan: Plan) -> None:
        self._webhook_sender, self._plan = webhook_sender, plan

    def send(self, context: WebhookContext) -> Answer:
        """Send the webhook event, or fail to, or return an error."""
        return _result(self._plan, Point.WEBHOOK, lambda: self._webhook_sender.send(context))


def _result(plan: Plan, point: Point, call: Callable[[], Answer]) -> Answer:
    try:
        return around(plan, point, call)
    except ConnectionError as refused:
        return Failure(Transient(str(refused)))
    except TimeoutError as silence:
        return Failure(Unknown(str(silence)))
