"""What falls due: messages to deliver and invoices to expire. Engines only wake these.

Every handler may be called late, twice, or by two workers at once: the rows decide.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from returns.result import Failure, Result, Success

from billhook.announcement import RETRIES, Announcement
from billhook.delivery import (
    Accepted,
    MessageKey,
    SendError,
    Unknown,
    claim,
    conclude,
    give_up,
    suppress,
)
from billhook.desk.commands import Expire
from billhook.desk.desk import Desk
from billhook.desk.parcels import Parcel, announced, silenced, written
from billhook.message import Message
from billhook.party import Medium
from billhook.ports import Announcer, Clock, Ids, Sender, Store, Work
from billhook.records import Outbound, Outcome

LEASE = timedelta(minutes=2)
"""How long a sender may take before another may try; longer than any provider's timeout."""


class Delivered(StrEnum):
    """What became of a wake-up."""

    NOTHING = "nothing"
    """There was nothing to do: gone, done, or in other hands."""
    SUPPRESSED = "suppressed"
    GIVEN_UP = "given_up"
    HANDED_OVER = "handed_over"


@dataclass(frozen=True, slots=True)
class Handlers:
    """The idempotent handlers behind every engine."""

    store: Store
    clock: Clock
    ids: Ids
    senders: Mapping[Medium, Sender]
    announcer: Announcer | None = None
    lease: timedelta = LEASE
    head_start: timedelta = timedelta(0)
    """How long the first attempt at a message is left to the desk that queued it."""

    def deliver(self, key: MessageKey) -> Delivered:
        """Send one message, unless the domain, asked again, now says no."""
        with self.store.transaction() as work:
            parcel = self._claim(work, key)
        if isinstance(parcel, Delivered):
            return parcel
        outcome = _handed_over(parcel)
        with self.store.transaction() as work:
            current = work.messages((key,)).get(key)
            # Another claim since then owns the message now; its attempt number is the fence.
            if current != parcel.dispatch:
                return Delivered.NOTHING
            concluded = conclude(
                parcel.dispatch,
                outcome,
                now=self.clock.now(),
                retries=parcel.retries,
                jitter=self.ids.jitter(),
            )
            _conclude(work, concluded)
        return Delivered.HANDED_OVER

    def _claim(self, work: Work, key: MessageKey) -> Delivered | Parcel:
        now = self.clock.now()
        waiting = work.messages((key,)).get(key)
        if waiting is None:
            return Delivered.NOTHING
        fresh = isinstance(waiting, Message) and waiting.attempts == 0
        if fresh and now < waiting.requested_at + self.head_start:
            return Delivered.NOTHING
        account = work.accounts((key.account,))[key.account]
        retries = RETRIES if isinstance(waiting, Announcement) else account.policy.retries
        dead = give_up(waiting, now=now, retries=retries)
        if dead is not None:
            _conclude(work, dead)
            return Delivered.GIVEN_UP
        claimed = claim(waiting, now=now, lease=self.lease)
        if isinstance(claimed, Failure):
            return Delivered.NOTHING
        dispatch = claimed.unwrap()
        if isinstance(dispatch, Message):
            packed = written(work, dispatch, account, now, self.senders)
        elif self.announcer is None:
            return Delivered.NOTHING  # left to a worker that can tell
        else:
            packed = announced(work, dispatch, self.announcer)
        if isinstance(packed, str):
            work.save(Outcome(messages={key: suppress(dispatch, packed, now=now)}))
            return Delivered.SUPPRESSED
        work.save(Outcome(messages={key: dispatch}))
        return Parcel(dispatch, retries, packed)

    def sweep(self, limit: int = 1000) -> int:
        """Record the expiry of up to `limit` invoices whose time ran out; how many it was.

        As many remembered answers are dropped whose 24 hours are over.
        """
        now = self.clock.now()
        self.store.forget(now, limit)
        keys = self.store.overdue(now, limit)
        desk = Desk(self.store, self.clock, self.ids)
        answers = desk.execute(
            [Expire(account=account, invoice=invoice) for account, invoice in keys]
        )
        return sum(isinstance(answer, Success) for answer in answers)


def _conclude(work: Work, concluded: Outbound) -> None:
    changes = Outcome(messages={concluded.key: concluded})
    if isinstance(concluded, Announcement) and concluded.ended_at is not None:
        # It was told for a day and never answered, or can never be told.
        changes.subscribers.update(silenced(work, concluded))
    work.save(changes)


def _handed_over(parcel: Parcel) -> Result[Accepted, SendError]:
    try:
        return parcel.hand_over()
    except Exception as bug:  # noqa: BLE001  # a sender's bug must not send a message for ever
        return Failure(Unknown(f"the sender broke: {type(bug).__name__}"))
