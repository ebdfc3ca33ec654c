"""Taking messages for sending: each is asked about again, and waits for its turn."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import chain
from typing import Protocol

from returns.result import Failure

from billhook.application.delivery_attempts import (
    HandOver,
    Parcel,
    announced,
    contact_of,
    ended,
    written,
)
from billhook.application.ports import Announcer, Clock, Sender, Work
from billhook.application.records import Contact, History, Outbound, Outcome, PaceKey
from billhook.application.row_cache import Rows
from billhook.lifecycle.remind import zone_of
from billhook.messaging.delivery import MessageKey, claim, give_up, postpone, suppress
from billhook.messaging.message import Message
from billhook.messaging.rate_limits import Turn, Turns, next_turn
from billhook.messaging.webhooks import RETRIES, Announcement
from billhook.model.account import Account
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook.model.invoice import Invoice, Key
from billhook.model.rate_limits import Rate, Rates


class Delivered(StrEnum):
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
    def announcer(self) -> Announcer | None: ...
    @property
    def lease(self) -> timedelta: ...
    @property
    def head_start(self) -> timedelta: ...
    @property
    def rates(self) -> Rates: ...


class Claiming:
    """One transaction's view of the messages that it takes, and what it makes of them."""

    def __init__(
        self,
        work: Work,
        terms: Terms,
        keys: Collection[MessageKey],
        patience: timedelta,
    ) -> None:
        """Reads all that the messages need, in a fixed number of statements."""
        self._work, self._terms, self._patience = work, terms, patience
        self.outcome = Outcome()
        self._messages: Rows[MessageKey, Outbound] = Rows(work.messages)
        self._accounts: Rows[AccountId, Account] = Rows(work.accounts)
        self._invoices: Rows[Key, Invoice] = Rows(work.invoices)
        self._histories: Rows[Contact, History] = Rows(work.histories)
        self._turns: Rows[PaceKey, Turns] = Rows(work.turns)
        self._messages.fetch(sorted(set(keys)))
        found = self._messages.present()
        self._accounts.fetch([one.account for one in found])
        payers = [one for one in found if isinstance(one, Message)]
        self._invoices.fetch(sorted({one.invoice_key for one in payers}))
        self._histories.fetch(sorted({contact_of(one) for one in payers}))
        paces = {pace for one in payers for pace in self._rates(one)}
        self._turns.fetch(sorted(paces, key=lambda pace: (pace.account or "", pace.medium)))
        # The clock is read once the rows are ours: waiting for them takes time.
        self._now = terms.clock.now()

    def take(self, key: MessageKey) -> Parcel | Delivered:
        """A message as a parcel to be handed over, or what became of it instead."""
        waiting = self._messages.get(key)
        if waiting is None or self._has_head_start(waiting):
            return Delivered.NOTHING
        account = self._account(waiting)
        retries = RETRIES if isinstance(waiting, Announcement) else account.policy.retries
        dead = give_up(waiting, now=self._now, retries=retries)
        if dead is not None:
            self.outcome.subscribers.update(ended(self._work, dead))
            return self._kept(dead, Delivered.GIVEN_UP)
        claimed = claim(waiting, now=self._now, lease=self._terms.lease)
        if isinstance(claimed, Failure):
            return Delivered.NOTHING
        dispatch = claimed.unwrap()
        packed = self._packed(dispatch, account)
        if packed is None:
            return Delivered.NOTHING  # left to a worker that can tell
        if isinstance(packed, str):
            return self._kept(suppress(dispatch, packed, now=self._now), Delivered.SUPPRESSED)
        awake = self._awake(waiting, account)
        if awake > self._now:
            return self._kept(postpone(waiting, awake), Delivered.POSTPONED)
        turn = self._turn(waiting)
        if turn.promised:
            return self._kept(postpone(waiting, turn.at), Delivered.POSTPONED)
        self._kept(dispatch, Delivered.HANDED_OVER)
        return Parcel(dispatch, retries, packed, turn.at)

    def _account(self, waiting: Outbound) -> Account:
        account = self._accounts.get(waiting.account)
        if account is None:
            raise LookupError("a message of an account that is not there")
        return account

    def _has_head_start(self, waiting: Outbound) -> bool:
        fresh = isinstance(waiting, Message) and waiting.attempts == 0
        return fresh and self._now < waiting.requested_at + self._terms.head_start

    def _packed(self, dispatch: Outbound, account: Account) -> HandOver | str | None:
        if isinstance(dispatch, Message):
            invoice = self._invoices.get(dispatch.invoice_key)
            history = self._histories.get(contact_of(dispatch)) or History()
            sender = self._terms.senders.get(dispatch.medium)
            if invoice is not None:
                invoice = self._sparing(dispatch, invoice)
            return written(dispatch, invoice, history, sender, account.name, self._now)
        if self._terms.announcer is None:
            return None
        return announced(self._work, dispatch, self._terms.announcer)

    def _sparing(self, message: Message, invoice: Invoice) -> Invoice:
        """The invoice without copies to those who are to be left alone."""
        unwanted = [
            one
            for one in chain(*invoice.document.copies(message.address))
            if (self._histories.get(contact_of(message, one)) or History()).suppressed
        ]
        if message.medium is not Medium.EMAIL or not unwanted:
            return invoice
        return invoice.model_copy(update={"document": invoice.document.sparing(unwanted)})

    def _awake(self, waiting: Outbound, account: Account) -> datetime:
        """When its payer may be told: a reminder that was held up must not go out at night."""
        schedule = account.policy.reminders
        if schedule is None or not isinstance(waiting, Message) or waiting.reminder is None:
            return self._now
        invoice = self._invoices.get(waiting.invoice_key)
        name = schedule.time_zone if invoice is None else zone_of(invoice, schedule)
        return schedule.awake(self._now, self._terms.clock.zone(name))

    def _rates(self, waiting: Outbound) -> Mapping[PaceKey, Rate]:
        if not isinstance(waiting, Message):
            return {}
        account, medium = self._account(waiting), waiting.medium
        found = {
            PaceKey(None, medium): self._terms.rates.of(medium),
            PaceKey(account.id, medium): account.policy.rates.of(medium),
        }
        return {pace: rate for pace, rate in found.items() if rate is not None}

    def _turn(self, waiting: Outbound) -> Turn:
        queues = {
            pace: (rate, self._turns.get(pace)) for pace, rate in self._rates(waiting).items()
        }
        turn, after = next_turn(
            queues, now=self._now, patience=self._patience, waited=waiting.waited
        )
        for pace, turns in after.items():
            self._turns.put(pace, turns)
            self.outcome.turns[pace] = turns
        return turn

    def _kept(self, dispatch: Outbound, became: Delivered) -> Delivered:
        self._messages.put(dispatch.key, dispatch)
        self.outcome.messages[dispatch.key] = dispatch
        return became
