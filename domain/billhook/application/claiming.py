"""Taking messages for sending: each is asked about again, and waits for its turn."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import chain
from typing import Protocol

from returns.result import Failure

from billhook.application.delivery_attempts import (
    DeliveryJob,
    HandOver,
    announced,
    contact_of,
    ended,
    written,
)
from billhook.application.ports import Clock, Sender, Transaction, WebhookSender
from billhook.application.records import (
    Contact,
    ContactHistory,
    OutboxMessage,
    PendingWrites,
    RateLimitKey,
)
from billhook.application.row_cache import RowCache
from billhook.lifecycle.remind import zone_of
from billhook.messaging.delivery import MessageKey, claim, give_up, postpone, suppress
from billhook.messaging.message import Message
from billhook.messaging.rate_limits import RateLimitState, SendSlot, next_slot
from billhook.messaging.webhooks import WEBHOOK_RETRIES, WebhookEvent
from billhook.model.account import Account
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook.model.invoice import Invoice, InvoiceKey
from billhook.model.rate_limits import RateLimit, RateLimits


class AttemptResult(StrEnum):
    """What became of a wake-up."""

    NOTHING = "nothing"
    """There was nothing to do: gone, done, or in other hands."""
    SUPPRESSED = "suppressed"
    GIVEN_UP = "given_up"
    POSTPONED = "postponed"
    """A rate limit promised it a later turn, or its payer's quiet hours put it off."""
    SET_ASIDE = "set_aside"
    """It could not be read, and is left alone for a while."""
    HANDED_OVER = "handed_over"


class Terms(Protocol):
    """On what terms messages are taken."""

    @property
    def clock(self) -> Clock: ...
    @property
    def senders(self) -> Mapping[Medium, Sender]: ...
    @property
    def webhook_sender(self) -> WebhookSender | None: ...
    @property
    def lease(self) -> timedelta: ...
    @property
    def head_start(self) -> timedelta: ...
    @property
    def rates(self) -> RateLimits: ...


class Claiming:
    """One transaction's view of the messages that it takes, and what it makes of them."""

    def __init__(
        self,
        transaction: Transaction,
        terms: Terms,
        keys: Collection[MessageKey],
        patience: timedelta,
    ) -> None:
        """Reads all that the messages need, in a fixed number of statements."""
        self._work, self._terms, self._patience = transaction, terms, patience
        self.outcome = PendingWrites()
        self._messages: RowCache[MessageKey, OutboxMessage] = RowCache(transaction.messages)
        self._accounts: RowCache[AccountId, Account] = RowCache(transaction.accounts)
        self._invoices: RowCache[InvoiceKey, Invoice] = RowCache(transaction.invoices)
        self._histories: RowCache[Contact, ContactHistory] = RowCache(transaction.histories)
        self._turns: RowCache[RateLimitKey, RateLimitState] = RowCache(
            transaction.rate_limit_states
        )
        self._messages.fetch(sorted(set(keys)))
        found = self._messages.present()
        self._accounts.fetch([one.account for one in found])
        payers = [one for one in found if isinstance(one, Message)]
        self._invoices.fetch(sorted({one.invoice_key for one in payers}))
        self._histories.fetch(sorted({contact_of(one) for one in payers}))
        rate_limits = {pace for one in payers for pace in self._rates(one)}
        self._turns.fetch(sorted(rate_limits, key=lambda pace: (pace.account or "", pace.medium)))
        # The clock is read once the rows are ours: waiting for them takes time.
        self._now = terms.clock.now()

    def take(self, key: MessageKey) -> DeliveryJob | AttemptResult:
        """A message as a parcel to be handed over, or what became of it instead."""
        waiting = self._messages.get(key)
        if waiting is None or self._has_head_start(waiting):
            return AttemptResult.NOTHING
        account = self._account(waiting)
        retries = WEBHOOK_RETRIES if isinstance(waiting, WebhookEvent) else account.policy.retries
        dead = give_up(waiting, now=self._now, retries=retries)
        if dead is not None:
            self.outcome.webhook_endpoints.update(ended(self._work, dead))
            return self._kept(dead, AttemptResult.GIVEN_UP)
        claimed = claim(waiting, now=self._now, lease=self._terms.lease)
        if isinstance(claimed, Failure):
            return AttemptResult.NOTHING
        dispatch = claimed.unwrap()
        packed = self._packed(dispatch, account)
        if packed is None:
            return AttemptResult.NOTHING  # left to a worker that can tell
        if isinstance(packed, str):
            return self._kept(suppress(dispatch, packed, now=self._now), AttemptResult.SUPPRESSED)
        awake = self._awake(waiting, account)
        if awake > self._now:
            return self._kept(postpone(waiting, awake), AttemptResult.POSTPONED)
        turn = self._turn(waiting)
        if turn.promised:
            return self._kept(postpone(waiting, turn.at), AttemptResult.POSTPONED)
        self._kept(dispatch, AttemptResult.HANDED_OVER)
        return DeliveryJob(dispatch, retries, packed, turn.at)

    def _account(self, waiting: OutboxMessage) -> Account:
        account = self._accounts.get(waiting.account)
        if account is None:
            raise LookupError("a message of an account that is not there")
        return account

    def _has_head_start(self, waiting: OutboxMessage) -> bool:
        fresh = isinstance(waiting, Message) and waiting.attempts == 0
        return fresh and self._now < waiting.requested_at + self._terms.head_start

    def _packed(self, dispatch: OutboxMessage, account: Account) -> HandOver | str | None:
        if isinstance(dispatch, Message):
            invoice = self._invoices.get(dispatch.invoice_key)
            history = self._histories.get(contact_of(dispatch)) or ContactHistory()
            sender = self._terms.senders.get(dispatch.medium)
            if invoice is not None:
                invoice = self._sparing(dispatch, invoice)
            return written(dispatch, invoice, history, sender, account.name, self._now)
        if self._terms.webhook_sender is None:
            return None
        return announced(self._work, dispatch, self._terms.webhook_sender)

    def _sparing(self, message: Message, invoice: Invoice) -> Invoice:
        """The invoice without copies to those who are to be left alone."""
        unwanted = [
            one
            for one in chain(*invoice.document.copies(message.address))
            if (self._histories.get(contact_of(message, one)) or ContactHistory()).suppressed
        ]
        if message.medium is not Medium.EMAIL or not unwanted:
            return invoice
        return invoice.model_copy(update={"document": invoice.document.sparing(unwanted)})

    def _awake(self, waiting: OutboxMessage, account: Account) -> datetime:
        """When its payer may be told: a reminder that was held up must not go out at night."""
        schedule = account.policy.reminders
        if schedule is None or not isinstance(waiting, Message) or waiting.reminder is None:
            return self._now
        invoice = self._invoices.get(waiting.invoice_key)
        name = schedule.time_zone if invoice is None else zone_of(invoice, schedule)
        return schedule.awake(self._now, self._terms.clock.zone(name))

    def _rates(self, waiting: OutboxMessage) -> Mapping[RateLimitKey, RateLimit]:
        if not isinstance(waiting, Message):
            return {}
        account, medium = self._account(waiting), waiting.medium
        found = {
            RateLimitKey(None, medium): self._terms.rates.of(medium),
            RateLimitKey(account.id, medium): account.policy.rates.of(medium),
        }
        return {pace: rate for pace, rate in found.items() if rate is not None}

    def _turn(self, waiting: OutboxMessage) -> SendSlot:
        queues = {
            pace: (rate, self._turns.get(pace)) for pace, rate in self._rates(waiting).items()
        }
        turn, after = next_slot(
            queues, now=self._now, patience=self._patience, waited=waiting.waited
        )
        for pace, rate_limit_states in after.items():
            self._turns.put(pace, rate_limit_states)
            self.outcome.rate_limit_states[pace] = rate_limit_states
        return turn

    def _kept(self, dispatch: OutboxMessage, became: AttemptResult) -> AttemptResult:
        self._messages.put(dispatch.key, dispatch)
        self.outcome.messages[dispatch.key] = dispatch
        return became
