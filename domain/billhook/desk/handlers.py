"""What falls due: messages to deliver and invoices to expire. Engines only wake these.

Every handler may be called late, twice, or by two workers at once: the rows decide.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from returns.result import Failure, Result, Success

from billhook.account import Account
from billhook.desk.commands import Expire
from billhook.desk.desk import Desk
from billhook.errors import InvoiceNotFound
from billhook.invoice import Invoice
from billhook.message import (
    Accepted,
    Message,
    MessageKey,
    Permanent,
    SendError,
    Unknown,
    claim,
    conclude,
    give_up,
    suppress,
)
from billhook.operations.notify import Standing, notify
from billhook.party import Medium
from billhook.ports import Clock, Contact, History, Ids, Outcome, Sender, Store, Work

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
    lease: timedelta = LEASE

    def deliver(self, key: MessageKey) -> Delivered:
        """Send one message, unless the domain, asked again, now says no."""
        with self.store.transaction() as work:
            claimed = self._claim(work, key)
        if isinstance(claimed, Delivered):
            return claimed
        message, invoice, account = claimed
        sender = self.senders.get(message.medium)
        outcome = (
            Failure(Permanent(f"no sender is set up for {message.medium}"))
            if sender is None
            else _sent(sender, message, invoice, account.name)
        )
        with self.store.transaction() as work:
            current = work.messages((key,)).get(key)
            # Another claim since then owns the message now; its attempt number is the fence.
            if current != message:
                return Delivered.NOTHING
            concluded = conclude(
                message,
                outcome,
                now=self.clock.now(),
                retries=account.policy.retries,
                jitter=self.ids.jitter(),
            )
            work.save(Outcome(messages={key: concluded}))
        return Delivered.HANDED_OVER

    def _claim(self, work: Work, key: MessageKey) -> Delivered | tuple[Message, Invoice, Account]:
        now = self.clock.now()
        waiting = work.messages((key,)).get(key)
        if waiting is not None:
            retries = work.accounts((key.account,))[key.account].policy.retries
            dead = give_up(waiting, now=now, retries=retries)
            if dead is not None:
                work.save(Outcome(messages={key: dead}))
                return Delivered.GIVEN_UP
        claimed = None if waiting is None else claim(waiting, now=now, lease=self.lease)
        if claimed is None or isinstance(claimed, Failure):
            return Delivered.NOTHING
        message = claimed.unwrap()
        invoice = work.invoices((message.invoice_key,)).get(message.invoice_key)
        account = work.accounts((message.account,))[message.account]
        contact = Contact(message.account, message.medium, message.address)
        known = work.histories((contact,)).get(contact, History())
        asked = (
            Failure(InvoiceNotFound())
            if invoice is None
            else notify(invoice, message.medium, now=now, standing=Standing(known.suppressed))
        )
        if invoice is None or not isinstance(asked, Success):
            suppressed = suppress(message, asked.failure().code, now=now)
            work.save(Outcome(messages={key: suppressed}))
            return Delivered.SUPPRESSED
        work.save(Outcome(messages={key: message}))
        return message, invoice, account

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


def _sent(
    sender: Sender, message: Message, invoice: Invoice, seller: str
) -> Result[Accepted, SendError]:
    try:
        return sender.send(message, invoice, seller)
    except Exception as bug:  # noqa: BLE001  # a sender's bug must not send a message for ever
        return Failure(Unknown(f"the sender broke: {type(bug).__name__}"))
