"""What a sandbox holds, apart from what serves it: taken as a snapshot, and made again from one."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime

from billhook_adapters.memory.outbox import CapturedMessage
from billhook_adapters.memory.transaction import Rows
from billhook_adapters.sandbox.faults import Faults
from billhook_adapters.sandbox.moves import Move
from billhook_adapters.sandbox.webhooks import CapturedWebhook

MOST_MOVES = 50
"""Moves of the clock that are kept; older ones are dropped."""


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
    now: datetime
    recorded: Recorded
