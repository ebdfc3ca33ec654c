"""What falls due: messages to deliver, invoices to expire, payers to remind.

Engines only wake these.

Every handler may be called late, twice, or by two workers at once: the rows decide.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from returns.result import Success

from billhook.application.claiming import AttemptResult, Claiming
from billhook.application.commands import Remind
from billhook.application.delivery_attempts import Attempt, DeliveryJob, ended, suppressed_by
from billhook.application.ports import Clock, Ids, Sender, Store, WebhookSender
from billhook.application.records import PendingWrites
from billhook.application.service import InvoiceService
from billhook.messaging.delivery import MessageKey, conclude
from billhook.model.customer import Medium
from billhook.model.invoice import InvoiceKey
from billhook.model.rate_limits import UNLIMITED, RateLimits

LEASE = timedelta(minutes=2)
"""How long a sender may take before another may try; longer than any provider's timeout."""

_CORRUPT = (ValueError, LookupError)
"""What reading a row raises that holds what it cannot; a database that is away raises others."""


@dataclass(frozen=True, slots=True)
class BackgroundJobs:
    """The idempotent handlers behind every engine.

    A message goes out in three steps, so that an engine may do each for many at once: `claim` in
    a transaction, `attempt` outside of any, `conclude` in another. `deliver` is all three.
    """

    store: Store
    clock: Clock
    ids: Ids
    senders: Mapping[Medium, Sender]
    webhook_sender: WebhookSender | None = None
    lease: timedelta = LEASE
    head_start: timedelta = timedelta(0)
    """How long the first attempt at a message is left to the desk that queued it."""
    rates: RateLimits = UNLIMITED
    """How fast the messages of all accounts together may go out."""

    def deliver(self, key: MessageKey) -> AttemptResult:
        """Send one message, unless the domain, asked again, now says no."""
        (claimed,) = self.claim((key,))
        if isinstance(claimed, AttemptResult):
            return claimed
        (delivered,) = self.conclude((self.attempt(claimed),))
        return delivered

    def claim(
        self, keys: Collection[MessageKey], patience: timedelta = timedelta(0)
    ) -> list[DeliveryJob | AttemptResult]:
        """Take messages for sending in one transaction; for the others, what became of them.

        A parcel may have a turn up to `patience` ahead; whoever attempts it waits until then.
        """
        with self.store.transaction() as transaction:
            claiming = Claiming(transaction, self, keys, patience)
            taken = [claiming.take(key) for key in keys]
            if claiming.outcome:
                transaction.save(claiming.outcome)
        return taken

    def attempt(self, parcel: DeliveryJob) -> Attempt:
        """Hand over what was claimed. Nothing is handed over once its lease has ended."""
        over = parcel.dispatch.due_at is None or self.clock.now() >= parcel.dispatch.due_at
        return Attempt(parcel, None if over else parcel.handed_over())

    def conclude(self, attempts: Sequence[Attempt]) -> list[AttemptResult]:
        """Record what became of attempts, in one transaction."""
        with self.store.transaction() as transaction:
            current = transaction.messages([one.parcel.dispatch.key for one in attempts])
            now, outcome = self.clock.now(), PendingWrites()
            delivered: list[AttemptResult] = []
            for parcel, answer in attempts:
                dispatch = parcel.dispatch
                # Another claim since then owns the message now; its attempt number is the fence.
                if answer is None or current.get(dispatch.key) != dispatch:
                    delivered.append(AttemptResult.NOTHING)
                    continue
                jitter = self.ids.jitter()
                concluded = conclude(
                    dispatch, answer, now=now, retries=parcel.retries, jitter=jitter
                )
                outcome.messages[concluded.key] = concluded
                outcome.suppressed.update(suppressed_by(dispatch, answer))
                outcome.webhook_endpoints.update(ended(transaction, concluded))
                delivered.append(AttemptResult.HANDED_OVER)
            if outcome:
                transaction.save(outcome)
        return delivered

    def sweep(self, limit: int = 1000) -> int:
        """Record the expiry of invoices whose time ran out, and remind payers: up to `limit` each.

        How many invoices it was, of both together. As many remembered answers are dropped whose 24
        hours are over.
        """
        now = self.clock.now()
        self.store.forget(now, limit)
        return InvoiceService(self.store, self.clock, self.ids).sweep(limit) + self.remind(limit)

    def remind(self, limit: int = 1000) -> int:
        """Settle what is due of the reminders of up to `limit` invoices; how many it was.

        Their messages are queued: delivery is another wake-up's. Raises what a corrupt row raised,
        once all others are settled.
        """
        keys = self.store.remindable(self.clock.now(), limit)
        try:
            return self._reminded(keys)
        except _CORRUPT:
            if len(keys) == 1:
                raise
        # Being the longest due, it would hold up all the others each time.
        settled_reminders, corrupt = 0, list[Exception]()
        for key in keys:
            try:
                settled_reminders += self._reminded((key,))
            except _CORRUPT as error:  # one by one is the point
                corrupt.append(error)
        if corrupt:
            raise corrupt[0]
        return settled_reminders

    def _reminded(self, keys: Sequence[InvoiceKey]) -> int:
        if not keys:
            return 0
        wakeups = [Remind(account=account, invoice=invoice) for account, invoice in keys]
        answers = InvoiceService(self.store, self.clock, self.ids).execute_all(wakeups)
        return sum(isinstance(answer, Success) for answer in answers)
