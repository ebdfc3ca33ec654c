"""Messages to payers, and the status of each medium of an invoice."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, Strict

from billhook.messaging.delivery import ACCEPTED, LIVE, DeliveryStatus, Dispatch
from billhook.model.base import Text
from billhook.model.customer import Medium


class Message(Dispatch, defer_build=True):
    """A message to one address of the payer."""

    medium: Medium
    address: Text = Field(repr=False)
    reminder: Annotated[int, Strict(), Field(ge=1)] | None = None
    """The number of the reminder among those of its invoice, from 1; None if it is no reminder."""


def as_of(message: Message, at: datetime) -> Message:
    """The message as it was right before a time: accepted by then, or else queued."""
    if message.sent_at is not None and message.sent_at < at:
        return message
    queued = {"status": DeliveryStatus.QUEUED, "due_at": at, "attempts": 0}
    unset = dict.fromkeys(("sent_at", "ended_at", "reason", "provider_id", "requeued_at"))
    return message.model_copy(update={**queued, **unset})


def last_message_at(messages: Iterable[Message], medium: Medium) -> datetime | None:
    """When a message by this medium was last requested; None if never."""
    requested = (message.requested_at for message in messages if message.medium is medium)
    return max(requested, default=None)


def medium_status(
    messages: Iterable[Message], medium: Medium, *, requested: bool
) -> Literal["pending", "sent"] | None:
    """The status of one medium of an invoice, from its messages.

    `"sent"` once a provider has accepted a message, also while another one is pending. Else
    `"pending"` if a message may still be sent or was `requested`. Else None.
    """
    statuses = {message.status for message in messages if message.medium is medium}
    if statuses & ACCEPTED:
        return "sent"
    return "pending" if requested or statuses & LIVE else None
