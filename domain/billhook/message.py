"""A message to the payer, and what its medium's history comes to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from pydantic import Field

from billhook.delivery import ACCEPTED, LIVE, Dispatch
from billhook.party import Medium
from billhook.value import Text


class Message(Dispatch):
    """One message to one address of the payer."""

    medium: Medium
    address: Text = Field(repr=False)


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
