"""Receivers: they honour ids, keep everything, and reject some permanently."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from returns.result import Failure, Result, Success

from billhook.application.ports import WebhookContext
from billhook.messaging.delivery import Accepted, Permanent, SendError
from billhook.messaging.message import Message
from billhook.model.invoice import Invoice

GONE = "gone@example.com"
"""An address that its provider rejects permanently."""

REJECTING = "https://rejecting.example/hooks"
"""An endpoint that rejects permanently."""


class Taken(NamedTuple):
    """One message as the provider took it."""

    at: datetime
    message: Message
    invoice: Invoice


@dataclass
class Provider:
    """Takes messages; a reader sees each id once."""

    now: Callable[[], datetime]
    taken: list[Taken] = field(default_factory=list)

    def send(self, message: Message, invoice: Invoice, seller: str) -> Result[Accepted, SendError]:
        if message.address == GONE:
            return Failure(Permanent("no such address"))
        self.taken.append(Taken(self.now(), message, invoice))
        return Success(Accepted(f"prov_{message.id}"))

    def seen(self) -> dict[str, Taken]:
        """What readers see."""
        return {one.message.id: one for one in reversed(self.taken)}


@dataclass
class WebhookReceivers:
    """All webhook endpoints."""

    taken: list[WebhookContext] = field(default_factory=list)

    def send(self, context: WebhookContext) -> Result[Accepted, SendError]:
        if context.webhook_endpoint.url == REJECTING:
            return Failure(Permanent("410"))
        self.taken.append(context)
        return Success(Accepted())
