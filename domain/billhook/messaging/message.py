"""A message to the payer, and what its medium's history comes to."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, Strict

from billhook.messaging.delivery import ACCEPTED, LIVE, DeliveryStatus, Dispatch
from billhook.model.base import Text
from billhook.model.customer import Medium


class Message(Dispatch):
    """One message to one address of the payer."""

    medium: Medium
    address: Text = Field(repr=False)
    reminder: Annotated[int, Strict(), Field(ge=1)] | None = None
    """Which reminder of its invoice it is, counted from 1; None where it is none."""


def as_of(message: Message, at: datetime) -> Message:
    """The message as it stood right before an instant: accepted by then, or waiting."""
    if message.sent_at is not None and message.sent_at < at:
        return message
    waiting = {"status": DeliveryStatus.QUEUED, "due_at": at, "attempts": 0}
    not_yet = dict.fromkeys(("sent_at", "ended_at", "reason", "provider_id", "requeued_at"))
    return message.model_copy(update={**waiting, **not_yet})


def last_about(messages: Iterable[Message], medium: Medium) -> datetime | None:
    """When a message by this medium was last asked for."""
    asked = (message.requested_at for message in messages if message.medium is medium)
    return max(asked, default=None)


def medium_status(
    messages: Iterable[Message], medium: Medium, *, asked: bool
) -> Literal["pending", "sent"] | None:
    """One medium's history in one word: sent once a provider ever took a message, else pending
    while one is live or was asked for, else None.

    A resend never lowers it.
    """
    statuses = {message.status for message in messages if message.medium is medium}
    if statuses & ACCEPTED:
        return "sent"
    return "pending" if asked or statuses & LIVE else None
