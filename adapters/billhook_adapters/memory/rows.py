"""The tables of a store in memory and their indexes, which a transaction changes in copies."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, field, replace
from datetime import datetime

from billhook.application.records import (
    Contact,
    Entry,
    EntryKey,
    IdempotencyKey,
    IdempotencyRecord,
    NumberKey,
    OutboxMessage,
    PaymentKey,
    RateLimitKey,
    RecordedEvent,
    RecordedPayment,
)
from billhook.lifecycle.operation import Operation
from billhook.lifecycle.transitions import sources
from billhook.messaging.delivery import LIVE, MessageKey
from billhook.messaging.message import Message
from billhook.messaging.rate_limits import RateLimitState
from billhook.messaging.sms_limits import SmsBudgetKey
from billhook.messaging.webhooks import WebhookEndpoint, WebhookEndpointKey
from billhook.model.account import Account, NumberSeries
from billhook.model.base import AccountId
from billhook.model.customer import Suppression
from billhook.model.invoice import Invoice, InvoiceKey
from billhook.model.logo import Logo
from billhook.model.reminder_schedule import ReminderProgress
from billhook.model.seller_profile import SellerProfile

_EXPIRING = sources(Operation.EXPIRE)


@dataclass
class Rows:
    """The rows of a store, by their keys."""

    accounts: dict[AccountId, Account] = field(default_factory=dict[AccountId, Account])
    legal_profiles: dict[tuple[AccountId, datetime], SellerProfile] = field(
        default_factory=dict[tuple[AccountId, datetime], SellerProfile]
    )
    logos: dict[AccountId, Logo] = field(default_factory=dict[AccountId, Logo])
    invoices: dict[InvoiceKey, Invoice] = field(default_factory=dict[InvoiceKey, Invoice])
    events: dict[InvoiceKey, tuple[RecordedEvent, ...]] = field(
        default_factory=dict[InvoiceKey, tuple[RecordedEvent, ...]]
    )
    messages: dict[MessageKey, OutboxMessage] = field(
        default_factory=dict[MessageKey, OutboxMessage]
    )
    payments: dict[PaymentKey, RecordedPayment] = field(
        default_factory=dict[PaymentKey, RecordedPayment]
    )
    idempotency_records: dict[IdempotencyKey, IdempotencyRecord] = field(
        default_factory=dict[IdempotencyKey, IdempotencyRecord]
    )
    suppressed: dict[Contact, Suppression] = field(default_factory=dict[Contact, Suppression])
    numbers: dict[NumberSeries, int] = field(default_factory=dict[NumberSeries, int])
    webhook_endpoints: dict[WebhookEndpointKey, WebhookEndpoint] = field(
        default_factory=dict[WebhookEndpointKey, WebhookEndpoint]
    )
    entries: dict[EntryKey, Entry] = field(default_factory=dict[EntryKey, Entry])
    rate_limit_states: dict[RateLimitKey, RateLimitState] = field(
        default_factory=dict[RateLimitKey, RateLimitState]
    )
    reminders: dict[InvoiceKey, ReminderProgress] = field(
        default_factory=dict[InvoiceKey, ReminderProgress]
    )
    sms_budgets_used_up: dict[SmsBudgetKey, datetime] = field(
        default_factory=dict[SmsBudgetKey, datetime]
    )
    repairs: list[tuple[int, datetime]] = field(default_factory=list[tuple[int, datetime]])
    short_urls: dict[str, InvoiceKey] = field(default_factory=dict[str, InvoiceKey])
    """An index: the invoice of each short URL."""
    numbered: dict[NumberKey, InvoiceKey] = field(default_factory=dict[NumberKey, InvoiceKey])
    """An index: the invoice of each number that no other one may have."""
    expiring: dict[InvoiceKey, datetime] = field(default_factory=dict[InvoiceKey, datetime])
    """An index: when each invoice expires that still can."""
    due: dict[MessageKey, datetime] = field(default_factory=dict[MessageKey, datetime])
    """An index: when each live message is due."""
    about: dict[InvoiceKey, tuple[MessageKey, ...]] = field(
        default_factory=dict[InvoiceKey, tuple[MessageKey, ...]]
    )
    """An index: the messages about each invoice, webhook events not among them."""
    last_requested: dict[Contact, datetime] = field(default_factory=dict[Contact, datetime])
    """An index: when the last message to each contact was requested."""

    _own: set[str] = field(default_factory=set[str], repr=False)

    def copied(self) -> Rows:
        """A copy that may be changed: it has the tables of this one until it `owns` them."""
        return replace(self, _own=set())

    def own(self, *names: str) -> None:
        """Copy these tables unless it was done before; they are to be changed."""
        for name in names:
            if name not in self._own:
                setattr(self, name, copy(getattr(self, name)))
                self._own.add(name)

    def take_out(self, key: InvoiceKey) -> None:
        """Remove an invoice from the indexes, before another version of it is kept."""
        known = self.invoices.get(key)
        self.own("short_urls", "numbered", "expiring")
        if known is None:
            return
        if known.short_url is not None and self.short_urls.get(known.short_url) == key:
            del self.short_urls[known.short_url]
        number = number_key(known)
        if number is not None and self.numbered.get(number) == key:
            del self.numbered[number]
        self.expiring.pop(key, None)

    def put_invoice(self, invoice: Invoice) -> None:
        """Keep an invoice, in place of an earlier version of it."""
        self.take_out(invoice.key)
        self.own("invoices")
        self.invoices[invoice.key] = invoice
        if invoice.short_url is not None:
            self.short_urls[invoice.short_url] = invoice.key
        number = number_key(invoice)
        if number is not None:
            self.numbered[number] = invoice.key
        expire_by = invoice.document.expire_by
        if expire_by is not None and invoice.status in _EXPIRING:
            self.expiring[invoice.key] = expire_by

    def put_message(self, message: OutboxMessage) -> None:
        """Keep a message, in place of what it was before."""
        key = message.key
        self.own("messages", "about", "last_requested", "due")
        known = self.messages.get(key)
        about = message.invoice_key
        if isinstance(message, Message) and (known is None or known.invoice_key != about):
            if known is not None:
                others = self.about[known.invoice_key]
                self.about[known.invoice_key] = tuple(one for one in others if one != key)
            self.about[about] = (*self.about.get(about, ()), key)
        if isinstance(message, Message):
            contact = Contact(message.account, message.medium, message.address)
            at = message.requested_at
            self.last_requested[contact] = max(self.last_requested.get(contact, at), at)
        self.messages[key] = message
        if message.status in LIVE and message.due_at is not None:
            self.due[key] = message.due_at
        else:
            self.due.pop(key, None)


def number_key(invoice: Invoice) -> NumberKey | None:
    """The number that no other invoice of the account may have."""
    number = None if invoice.number is None else invoice.shown_number
    return None if number is None else NumberKey(invoice.account, number)
