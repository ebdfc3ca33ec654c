"""Claiming messages for delivery: the rules are checked again, and rate limits apply."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import chain
from typing import NamedTuple, Protocol

from returns.result import Failure

from billhook.application.delivery_attempts import (
    DeliveryJob,
    Prepared,
    contact_of,
    prepare_message,
    prepare_webhook_event,
    refused_at_sending,
    silenced_endpoints,
)
from billhook.application.ports import Clock, Sender, ServiceRules, Transaction, WebhookSender
from billhook.application.records import (
    Contact,
    ContactHistory,
    OutboxMessage,
    PendingWrites,
    RateLimitKey,
)
from billhook.application.row_cache import RowCache
from billhook.lifecycle.errors import InvoiceNotFound
from billhook.lifecycle.remind import zone_of
from billhook.messaging.delivery import MessageKey, claim, dead_letter, postpone, suppress
from billhook.messaging.message import Message
from billhook.messaging.rate_limits import RateLimitState, SendSlot, next_slot
from billhook.messaging.webhooks import WEBHOOK_RETRIES, WebhookEvent
from billhook.model.account import Account
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook.model.invoice import Invoice, InvoiceKey
from billhook.model.rate_limits import RateLimit, RateLimits
from billhook.model.seller_profile import shown_name


class AttemptResult(StrEnum):
    """The result of a delivery job."""

    NOTHING = "nothing"
    """There was nothing to do: it is unknown, final, not due, or under another lease."""
    SUPPRESSED = "suppressed"
    """The rules no longer allow it."""
    DEAD_LETTER = "dead_letter"
    """Its last attempt had no result, and it is a dead letter now."""
    POSTPONED = "postponed"
    """Deferred by a rate limit or by quiet hours."""
    UNREADABLE = "unreadable"
    """Its row could not be read, and it is deferred."""
    ATTEMPTED = "attempted"
    """An attempt was made and its result recorded."""


class ClaimSettings(Protocol):
    """The clock, senders, lease and rate limits that a claim uses."""

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
    def rate_limits(self) -> RateLimits: ...
    @property
    def rules(self) -> ServiceRules: ...


class ClaimedRows(NamedTuple):
    """The rows that claims read, each once."""

    messages: RowCache[MessageKey, OutboxMessage]
    accounts: RowCache[AccountId, Account]
    invoices: RowCache[InvoiceKey, Invoice]
    histories: RowCache[Contact, ContactHistory]


class Claiming:
    """The claims of one transaction: the rows that they read, and their writes."""

    def __init__(
        self,
        transaction: Transaction,
        settings: ClaimSettings,
        rows: ClaimedRows,
        now: datetime,
        patience: timedelta = timedelta(0),
    ) -> None:
        """`now` is read after the rows are locked, because waiting for the locks takes time."""
        self._transaction, self._settings, self._patience = transaction, settings, patience
        self.writes = PendingWrites()
        self._messages, self._accounts, self._invoices, self._histories = rows
        self._rate_limit_states: RowCache[RateLimitKey, RateLimitState] = RowCache(
            transaction.rate_limit_states
        )
        self._now = now

    @classmethod
    def of(
        cls,
        transaction: Transaction,
        settings: ClaimSettings,
        keys: Collection[MessageKey],
        patience: timedelta,
    ) -> Claiming:
        """The claims of these messages: reads all they need in a fixed number of statements."""
        rows = ClaimedRows(
            RowCache(transaction.messages),
            RowCache(transaction.accounts),
            RowCache(transaction.invoices),
            RowCache(transaction.histories),
        )
        rows.messages.fetch(sorted(set(keys)))
        outbox = rows.messages.present()
        rows.accounts.fetch([one.account for one in outbox])
        messages = [one for one in outbox if isinstance(one, Message)]
        rows.invoices.fetch(sorted({one.invoice_key for one in messages}))
        rows.histories.fetch(sorted({contact_of(one) for one in messages}))
        claiming = cls(transaction, settings, rows, settings.clock.now(), patience)
        limits = {key for one in messages for key in claiming.limits(one)}
        claiming._rate_limit_states.fetch(
            sorted(limits, key=lambda limit: (limit.account or "", limit.medium))
        )
        claiming._now = settings.clock.now()
        return claiming

    def claim(self, key: MessageKey) -> DeliveryJob | AttemptResult:
        """The job that delivers a message, or the reason why there is none."""
        queued = self._messages.get(key)
        if queued is None or self._has_head_start(queued):
            return AttemptResult.NOTHING
        account = self._account(queued)
        retries = WEBHOOK_RETRIES if isinstance(queued, WebhookEvent) else account.policy.retries
        dead = dead_letter(queued, now=self._now, retries=retries)
        if dead is not None:
            self.writes.webhook_endpoints.update(silenced_endpoints(self._transaction, dead))
            return self._save(dead, AttemptResult.DEAD_LETTER)
        claimed = claim(queued, now=self._now, lease=self._settings.lease)
        if isinstance(claimed, Failure):
            return AttemptResult.NOTHING
        dispatch = claimed.unwrap()
        prepared = self._prepare(dispatch, account)
        if prepared is None:
            return AttemptResult.NOTHING  # left for a worker that has a webhook sender
        if isinstance(prepared, str):
            return self._save(suppress(dispatch, prepared, now=self._now), AttemptResult.SUPPRESSED)
        allowed_at = self._after_quiet_hours(queued, account)
        if allowed_at > self._now:
            return self._save(postpone(queued, allowed_at), AttemptResult.POSTPONED)
        slot = self._next_slot(queued)
        if slot.reserved:
            return self._save(postpone(queued, slot.at), AttemptResult.POSTPONED)
        self._save(dispatch, AttemptResult.ATTEMPTED)
        return DeliveryJob(dispatch, retries, prepared.send, slot.at, prepared.url)

    def _account(self, queued: OutboxMessage) -> Account:
        account = self._accounts.get(queued.account)
        if account is None:
            raise LookupError("a message of an account that does not exist")
        return account

    def _has_head_start(self, queued: OutboxMessage) -> bool:
        new = isinstance(queued, Message) and queued.attempts == 0
        return new and self._now < queued.requested_at + self._settings.head_start

    def _prepare(self, dispatch: OutboxMessage, account: Account) -> Prepared | str | None:
        if isinstance(dispatch, Message):
            invoice = self._invoices.get(dispatch.invoice_key)
            history = self._histories.get(contact_of(dispatch)) or ContactHistory()
            sender = self._settings.senders.get(dispatch.medium)
            if invoice is None:
                return InvoiceNotFound.code
            refused = refused_at_sending(
                dispatch, invoice, account, history, self._settings.rules, self._now
            )
            if refused is not None:
                return refused
            shown = self._without_suppressed_copies(dispatch, invoice)
            shown = shown.read_in(account.policy.time_zone, account.policy.language)
            name = shown_name(account.name, invoice.document.seller)
            return prepare_message(dispatch, shown.of_seller(account.profile), sender, name)
        if self._settings.webhook_sender is None:
            return None
        return prepare_webhook_event(self._transaction, dispatch, self._settings.webhook_sender)

    def _without_suppressed_copies(self, message: Message, invoice: Invoice) -> Invoice:
        suppressed = [
            address
            for address in chain(*invoice.document.copies(message.address))
            if (self._histories.get(contact_of(message, address)) or ContactHistory()).suppressed
        ]
        if message.medium is not Medium.EMAIL or not suppressed:
            return invoice
        return invoice.model_copy(
            update={"document": invoice.document.without_copies_to(suppressed)}
        )

    def _after_quiet_hours(self, queued: OutboxMessage, account: Account) -> datetime:
        """When it may be sent: a reminder that is late must not be sent in quiet hours."""
        schedule = account.policy.reminders
        if schedule is None or not isinstance(queued, Message) or queued.reminder is None:
            return self._now
        invoice = self._invoices.get(queued.invoice_key)
        name = schedule.time_zone if invoice is None else zone_of(invoice, account.policy)
        return schedule.next_allowed(self._now, self._settings.clock.zone(name))

    def limits(self, queued: OutboxMessage) -> Mapping[RateLimitKey, RateLimit]:
        """The rate limits that a message is under."""
        if not isinstance(queued, Message):
            return {}
        account, medium = self._account(queued), queued.medium
        limits = {
            RateLimitKey(None, medium): self._settings.rate_limits.of(medium),
            RateLimitKey(account.id, medium): account.policy.rate_limits.of(medium),
        }
        return {key: limit for key, limit in limits.items() if limit is not None}

    def _next_slot(self, queued: OutboxMessage) -> SendSlot:
        limits = {
            key: (limit, self._rate_limit_states.get(key))
            for key, limit in self.limits(queued).items()
        }
        slot, after = next_slot(
            limits, now=self._now, patience=self._patience, was_deferred=queued.was_deferred
        )
        for key, state in after.items():
            self._rate_limit_states.put(key, state)
            self.writes.rate_limit_states[key] = state
        return slot

    def _save(self, dispatch: OutboxMessage, result: AttemptResult) -> AttemptResult:
        self._messages.put(dispatch.key, dispatch)
        self.writes.messages[dispatch.key] = dispatch
        self.writes.stored_messages.add(dispatch.key)
        return result
