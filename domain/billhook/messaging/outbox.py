"""The outbox for operators: searches of unsent messages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from billhook.messaging.delivery import DeliveryStatus, MessageKey, Unsent
from billhook.model.base import AccountId


class OutboxPosition(NamedTuple):
    """The position of a message in its list: by when it is due, or when it ended; then by key."""

    at: datetime
    key: MessageKey


@dataclass(frozen=True, slots=True)
class OutboxSearch:
    """A search of messages that no provider accepted.

    `account` None searches all accounts. `after` is the last position of the page before.
    """

    status: Unsent = DeliveryStatus.FAILED
    account: AccountId | None = None
    after: OutboxPosition | None = None
    limit: int = 100
