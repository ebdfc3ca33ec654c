"""Background jobs: deliver messages, record expiries, remind payers.

Engines call them. Each job is idempotent: it may run late, twice, or in two workers at once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, TypeGuard, TypeVar

from returns.result import Failure, Success

from billhook.application.claiming import AttemptResult, Claiming
from billhook.application.commands import Remind
from billhook.application.delivery_attempts import (
    Attempt,
    DeliveryJob,
    is_sms,
    silenced_endpoints,
    suppressed_by,
)
from billhook.application.ports import (
    Clock,
    Ids,
    RunStep,
    SelectiveSender,
    Sender,
    ServiceRules,
    Step,
    Store,
    Transaction,
    WebhookSender,
)
from billhook.application.records import OutboxMessage, PendingWrites
from billhook.application.service import InvoiceService
from billhook.application.sms_budgets import SmsRefused, ignore
from billhook.lifecycle.guards import GuardsOf, no_guards
from billhook.messaging.delivery import MessageKey, Unknown, conclude, release, renew
from billhook.model.account import Account
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook.model.invoice import InvoiceKey
from billhook.model.rate_limits import UNLIMITED, RateLimits

T = TypeVar("T")

LEASE = timedelta(minutes=2)
"""The time after which another sender may claim a message; longer than provider timeouts."""

_CORRUPT = (ValueError, LookupError)
"""What reading a corrupt row raises; an unavailable database raises other exceptions."""


def _is_selective(sender: Sender) -> TypeGuard[SelectiveSender]:
    return _selects(type(sender))


@cache
def _selects(kind: type[Any]) -> bool:
    return issubclass(kind, SelectiveSender)  # slow, and needed for every message


@dataclass(frozen=True, slots=True)
class BackgroundJobs:
    """The idempotent jobs that every engine runs.

    Delivery has four steps, so that an engine can do each for many messages: `claim` in a
    transaction, `held` right before the hand-over, `attempt` outside of any transaction, `conclude`
    in another. `deliver` does all four.
    """

    store: Store
    clock: Clock
    ids: Ids
    senders: Mapping[Medium, Sender]
    webhook_sender: WebhookSender | None = None
    lease: timedelta = LEASE
    head_start: timedelta = timedelta(0)
    """How long the first attempt is reserved for the process that queued the message."""
    rate_limits: RateLimits = UNLIMITED
    """The rate limits of all accounts together."""
    sms_enabled: bool = True
    """Whether SMS are sent at all; False is the kill switch of the whole service."""
    sms_refused: SmsRefused = ignore
    """Gets each reminder by SMS that the limits of SMS refused."""
    guards: GuardsOf = no_guards
    """Your own rules for each account, which decide again right before a message is sent."""
    run: RunStep | None = None
    """Runs the steps of delivery that write; each in a transaction of its own unless given."""

    def can_send_to(self, medium: Medium, address: str) -> bool:
        """Whether the senders that are set up can write to an address of a medium."""
        sender = self.senders.get(medium)
        return sender is None or not _is_selective(sender) or sender.can_send_to(address)

    @property
    def rules(self) -> ServiceRules:
        """The rules of the service that no account stores."""
        return ServiceRules(self.sms_enabled, self.can_send_to, self.guards)

    def deliver(self, key: MessageKey) -> AttemptResult:
        """Deliver one message, if the rules still allow it."""
        (claimed,) = self.claim((key,))
        if isinstance(claimed, AttemptResult):
            return claimed
        (held,) = self.held((claimed,))
        if held is None:
            return AttemptResult.NOTHING
        (delivered,) = self.conclude((self.attempt(held),))
        return delivered

    def claim(
        self, keys: Collection[MessageKey], patience: timedelta = timedelta(0)
    ) -> list[DeliveryJob | AttemptResult]:
        """Claim messages in one transaction: a job for each, or why there is none.

        The send slot of a job can be up to `patience` ahead: wait until then before `attempt`.
        """

        def step(transaction: Transaction) -> list[DeliveryJob | AttemptResult]:
            claiming = Claiming.of(transaction, self, keys, patience)
            claimed = [claiming.claim(key) for key in keys]
            if claiming.writes:
                transaction.save(claiming.writes)
            return claimed

        return self._run(step)

    def held(self, jobs: Sequence[DeliveryJob]) -> list[DeliveryJob | None]:
        """The jobs whose messages are still claimed by them; None for those that lost their claim.

        For right before the hand-over: a process that was stopped for longer than a lease must not
        send what another one has claimed since. A lease with less than half of its time left is
        renewed, so that no other process claims the message while a provider responds. An SMS of an
        account whose SMS were switched off since is None too: its next claim suppresses it.
        """
        accounts: Mapping[AccountId, Account] = {}
        texts = {job.dispatch.account for job in jobs if is_sms(job.dispatch)}
        with self.store.snapshot() as snapshot:
            current = snapshot.messages([job.dispatch.key for job in jobs])
            if texts:
                accounts = snapshot.accounts(sorted(texts))
        off = {one.id for one in accounts.values() if not one.policy.sms_enabled}
        wanted = [job for job in jobs if not (is_sms(job.dispatch) and job.dispatch.account in off)]
        still = self._still_held(wanted, current)
        aging = [job for job in still.values() if self._left(job) < self.lease / 2]
        if aging:
            still = {key: job for key, job in still.items() if job not in aging}
            still |= self._renewed(aging)
        return [still.get(job.dispatch.key) for job in jobs]

    def attempt(self, job: DeliveryJob) -> Attempt:
        """Send a claimed message. After the end of its lease nothing is sent. Never raises."""
        if self._left(job) <= timedelta(0):
            return Attempt(job, None)
        try:
            return Attempt(job, job.send())
        except Exception as bug:  # noqa: BLE001  # a bug of a sender must not cause endless retries
            return Attempt(job, Failure(Unknown(f"the sender raised {type(bug).__name__}")))

    def release(self, job: DeliveryJob, until: datetime) -> AttemptResult:
        """Give up the claim of a message of which nothing was sent, and defer it."""

        def step(transaction: Transaction) -> AttemptResult:
            current = transaction.messages((job.dispatch.key,))
            if current.get(job.dispatch.key) != job.dispatch:
                return AttemptResult.NOTHING
            released = release(job.dispatch, until)
            key = released.key
            transaction.save(PendingWrites(messages={key: released}, stored_messages={key}))
            return AttemptResult.POSTPONED

        return self._run(step)

    def _run(self, step: Step[T]) -> T:
        if self.run is not None:
            return self.run(step)
        with self.store.transaction() as transaction:
            return step(transaction)

    def _renewed(self, jobs: Sequence[DeliveryJob]) -> Mapping[MessageKey, DeliveryJob]:
        def step(transaction: Transaction) -> Mapping[MessageKey, DeliveryJob]:
            current = transaction.messages([job.dispatch.key for job in jobs])
            now = self.clock.now()
            renewed = {
                key: job._replace(dispatch=renew(job.dispatch, now=now, lease=self.lease))
                for key, job in self._still_held(jobs, current).items()
            }
            if renewed:
                messages = {key: job.dispatch for key, job in renewed.items()}
                transaction.save(PendingWrites(messages=messages, stored_messages={*messages}))
            return renewed

        return self._run(step)

    def _still_held(
        self, jobs: Sequence[DeliveryJob], current: Mapping[MessageKey, OutboxMessage]
    ) -> dict[MessageKey, DeliveryJob]:
        return {
            job.dispatch.key: job
            for job in jobs
            if current.get(job.dispatch.key) == job.dispatch and self._left(job) > timedelta(0)
        }

    def _left(self, job: DeliveryJob) -> timedelta:
        """How long the lease of a job lasts from now on."""
        ends = job.dispatch.due_at
        return timedelta(0) if ends is None else ends - self.clock.now()

    def conclude(self, attempts: Sequence[Attempt]) -> list[AttemptResult]:
        """Record the results of attempts in one transaction."""
        return self.conclude_collected(lambda: attempts)

    def conclude_collected(self, collect: Callable[[], Sequence[Attempt]]) -> list[AttemptResult]:
        """Record the results of the attempts that are collected once the transaction has begun.

        Where the transaction is repeated, they are collected again.
        """

        def step(transaction: Transaction) -> list[AttemptResult]:
            attempts = collect()
            current = transaction.messages([one.job.dispatch.key for one in attempts])
            now, writes = self.clock.now(), PendingWrites()
            delivered: list[AttemptResult] = []
            for job, result in attempts:
                dispatch = job.dispatch
                # If it was claimed again since, this attempt must not overwrite that claim.
                if result is None or current.get(dispatch.key) != dispatch:
                    delivered.append(AttemptResult.NOTHING)
                    continue
                jitter = self.ids.jitter()
                concluded = conclude(dispatch, result, now=now, retries=job.retries, jitter=jitter)
                writes.messages[concluded.key] = concluded
                writes.stored_messages.add(concluded.key)
                writes.suppressed.update(suppressed_by(dispatch, result))
                writes.webhook_endpoints.update(silenced_endpoints(transaction, concluded))
                delivered.append(AttemptResult.ATTEMPTED)
            if writes:
                transaction.save(writes)
            return delivered

        return self._run(step)

    def sweep(self, limit: int = 1000) -> int:
        """Record expiries and remind payers, up to `limit` invoices each; returns their number.

        It also deletes up to `limit` idempotency records that have expired.
        """
        now = self.clock.now()
        self.store.delete_expired_records(now, limit)
        return InvoiceService(self.store, self.clock, self.ids).sweep(limit) + self.remind(limit)

    def remind(self, limit: int = 1000) -> int:
        """Queue the reminders of up to `limit` invoices that are due; returns their number.

        Delivery is another job. If a row is corrupt, raises its error after all others are done.
        """
        keys = self.store.remindable(self.clock.now(), limit)
        try:
            return self._remind(keys)
        except _CORRUPT:
            if len(keys) == 1:
                raise
        # One by one, so that a corrupt row does not block the others in every run.
        count, corrupt = 0, list[Exception]()
        for key in keys:
            try:
                count += self._remind((key,))
            except _CORRUPT as error:  # raised after the others
                corrupt.append(error)
        if corrupt:
            raise corrupt[0]
        return count

    def _remind(self, keys: Sequence[InvoiceKey]) -> int:
        if not keys:
            return 0
        commands = [Remind(account=account, invoice=invoice) for account, invoice in keys]
        results = InvoiceService(
            self.store,
            self.clock,
            self.ids,
            sms_enabled=self.sms_enabled,
            sms_refused=self.sms_refused,
            can_send_to=self.can_send_to,
            guards=self.guards,
        ).execute_all(commands)
        return sum(isinstance(result, Success) for result in results)
