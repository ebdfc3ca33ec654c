"""What a sandbox holds, apart from what serves it: taken as a snapshot, and made again from one."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from billhook_adapters.memory.outbox import CapturedMessage
from billhook_adapters.memory.rows import Rows
from billhook_adapters.sandbox.faults import Faults
from billhook_adapters.sandbox.webhooks import CapturedWebhook
from billhook_adapters.system.ids import RandomIds

MOST_MOVES = 50
"""Moves of the clock that are kept; older ones are dropped."""


class Effect(NamedTuple):
    """One thing that happened: an event of an invoice, a message, or a webhook."""

    at: datetime
    name: str
    """Such as `invoice.expired`, `message.sent` and `webhook.accepted`."""
    account: str
    invoice: str
    detail: str
    """Which one: the number of the event, the id of a message, or the name of a webhook event."""
    to: str | None = None
    """An address or a URL."""
    reason: str | None = None
    """Why a message was not sent."""


class Move(NamedTuple):
    """A move of the clock, and what it caused."""

    since: datetime
    until: datetime
    effects: tuple[Effect, ...]


def _no_moves() -> deque[Move]:
    return deque(maxlen=MOST_MOVES)


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a sandbox has sent, and what it was requested to let fail."""

    messages: list[CapturedMessage] = field(default_factory=list[CapturedMessage])
    """The oldest first."""
    webhooks: list[CapturedWebhook] = field(default_factory=list[CapturedWebhook])
    """The oldest first."""
    moves: deque[Move] = field(default_factory=_no_moves)
    """The latest moves of the clock."""
    faults: Faults = field(default_factory=Faults)

    def copied(self) -> Recorded:
        """The same, to go on from apart from this."""
        return Recorded(
            [*self.messages],
            [*self.webhooks],
            deque(self.moves, maxlen=MOST_MOVES),
            self.faults.copied(),
        )


@dataclass(frozen=True, slots=True)
class SandboxState:
    """The state of a sandbox in memory at one moment. Nothing in it is changed."""

    rows: Rows
    now: datetime | None
    """None for the present time."""
    ids: RandomIds
    recorded: Recorded
