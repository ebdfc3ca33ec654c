"""A transaction in memory: reads and saves rows in dictionaries, under the rules of a database."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from billhook.application.ports import StoreConflictError
from billhook.application.records import (
    WHOLE,
    Contact,
    ContactHistory,
    Entry,
    EntryKey,
    IdempotencyKey,
    IdempotencyRecord,
    Listing,
    NumberKey,
    OutboxMessage,
    Page,
    PaymentKey,
    PendingWrites,
    Place,
    RateLimitKey,
    RecordedEvent,
    RecordedPayment,
    Search,
)
from billhook.lifecycle.apply import apply
from billhook.lifecycle.expire import ExpiredInvoice, OverdueInvoice
from billhook.lifecycle.overdue import is_overdue
from billhook.lifecycle.transitions import status_at
from billhook.messaging.delivery import MessageKey
from billhook.messaging.delivery_reports import ProviderMessageId
from billhook.messaging.message import Message
from billhook.messaging.rate_limits import RateLimitState
from billhook.messaging.sms_limits import SmsCount, SmsPeriod
from billhook.messaging.webhooks import WebhookEndpoint
from billhook.model.account import Account, NumberSeries
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook.model.destinations import destination
from billhook.model.invoice import Invoice, InvoiceKey
from billhook.model.logo import Logo
from billhook.model.reminder_schedule import ReminderProgress
from billhook.model.seller_profile import SellerProfile
from billhook_adapters.memory.rows import Rows, number_key
from billhook_adapters.system.storable_texts import refuse_unstorable

K = TypeVar("K")
V = TypeVar("V")

_SAVED_AS_THEY_ARE = (
    *("accounts", "legal_profiles", "logos", "webhook_endpoints", "entries"),
    *("rate_limit_states", "reminders", "sms_budgets_used_up", "idempotency_records"),
    "suppressed",
)
"""Tables of which a transaction saves rows without looking at others."""


class InMemoryTransaction:
    """Reads and changes rows; its store drops or keeps them at the end."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.saved: list[PendingWrites] = []

    def accounts(self, ids: Collection[AccountId]) -> Mapping[AccountId, Account]:
        return _found(self.rows.accounts, ids)

    def legal_profile(self, account: AccountId, at: datetime) -> SellerProfile | None:
        recorded = sorted(
            (since > at, abs(since - at), since)
            for owner, since in self.rows.legal_profiles
            if owner == account
        )
        return self.rows.legal_profiles[account, recorded[0][-1]] if recorded else None

    def logo(self, account: AccountId) -> Logo | None:
        return self.rows.logos.get(account)

    def invoices(self, keys: Collection[InvoiceKey]) -> Mapping[InvoiceKey, Invoice]:
        found = _found(self.rows.invoices, keys)
        return {key: invoice for key, invoice in found.items() if invoice.deleted_at is None}

    def search(self, account: AccountId, search: Search, now: datetime) -> Sequence[Invoice]:
        order = _dated if search.by_date else _made
        found = sorted(
            self._wanted(account, search, now), key=order, reverse=not search.oldest_first
        )
        if search.after is not None:
            last = search.after
            found = [
                invoice
                for invoice in found
                if (_made(invoice) > last if search.oldest_first else _made(invoice) < last)
            ]
        return found[search.skip : search.skip + search.limit]

    def search_keys(
        self, account: AccountId, search: Search, now: datetime
    ) -> Sequence[InvoiceKey]:
        return [invoice.key for invoice in self.search(account, search, now)]

    def by_short_url(self, short_url: str) -> Invoice | None:
        key = self.rows.short_urls.get(short_url)
        found = None if key is None else self.rows.invoices[key]
        return None if found is None or found.deleted_at is not None else found

    def count(self, account: AccountId, search: Search, now: datetime) -> int:
        return len(self._wanted(account, search, now))

    def _wanted(self, account: AccountId, search: Search, now: datetime) -> list[Invoice]:
        paid_by = {
            payment.invoice
            for payment in self.rows.payments.values()
            if payment.applied and payment.key == (account, search.payment)
        }
        return [
            invoice
            for key, invoice in self.rows.invoices.items()
            if key.account == account
            and invoice.deleted_at is None
            and (search.payment is None or invoice.id in paid_by)
            and _wanted(invoice, search, now)
        ]

    def next_position(self, series: NumberSeries) -> int:
        return self.rows.numbers.get(series, 0) + 1

    def invoices_by_number(self, numbers: Collection[NumberKey]) -> Mapping[NumberKey, InvoiceKey]:
        return _found(self.rows.numbered, numbers)

    def messages(self, keys: Collection[MessageKey]) -> Mapping[MessageKey, OutboxMessage]:
        return _found(self.rows.messages, keys)

    def keys_by_provider_id(
        self, ids: Collection[ProviderMessageId]
    ) -> Mapping[ProviderMessageId, MessageKey]:
        wanted = set(ids)
        return {
            taken: message.key
            for message in self.rows.messages.values()
            if isinstance(message, Message)
            and message.provider_id is not None
            and (taken := ProviderMessageId(message.medium, message.provider_id)) in wanted
        }

    def messages_about(
        self, keys: Collection[InvoiceKey]
    ) -> Mapping[InvoiceKey, Sequence[Message]]:
        about = {key: self._about(key) for key in keys if key in self.rows.about}
        return {key: _paged(messages, _requested, WHOLE) for key, messages in about.items()}

    def _about(self, key: InvoiceKey) -> Iterator[Message]:
        for message_key in self.rows.about[key]:
            message = self.rows.messages[message_key]
            if isinstance(message, Message):
                yield message

    def messages_of(self, key: InvoiceKey, page: Page[Place]) -> Sequence[Message]:
        return _paged(self.messages_about((key,)).get(key, ()), _requested, page)

    def webhook_endpoints(
        self, accounts: Collection[AccountId]
    ) -> Mapping[AccountId, Sequence[WebhookEndpoint]]:
        found: dict[AccountId, list[WebhookEndpoint]] = {}
        for key, webhook_endpoint in sorted(self.rows.webhook_endpoints.items()):
            if key.account in accounts:
                found.setdefault(key.account, []).append(webhook_endpoint)
        return found

    def entries(self, keys: Collection[EntryKey]) -> Mapping[EntryKey, Entry]:
        return _found(self.rows.entries, keys)

    def entries_of(self, account: AccountId, prefix: str, listing: Listing) -> Sequence[Entry]:
        entries = (
            entry
            for entry in self.rows.entries.values()
            if entry.account == account and entry.id.startswith(prefix)
        )
        return _listed(entries, _filed, listing)

    def payments(self, references: Collection[PaymentKey]) -> Mapping[PaymentKey, RecordedPayment]:
        return _found(self.rows.payments, references)

    def payments_for(self, key: InvoiceKey, page: Page[Place] = WHOLE) -> Sequence[RecordedPayment]:
        came = (
            payment
            for payment in self.rows.payments.values()
            if (payment.account, payment.invoice) == key
        )
        return _paged(came, _paid, page)

    def unapplied(self, account: AccountId, page: Page[Place] = WHOLE) -> Sequence[RecordedPayment]:
        unapplied = (
            payment
            for payment in self.rows.payments.values()
            if payment.account == account and payment.unapplied
        )
        return _paged(unapplied, _paid, page)

    def unapplied_for(
        self, keys: Collection[InvoiceKey]
    ) -> Mapping[InvoiceKey, Sequence[RecordedPayment]]:
        every = {key: [one for one in self.payments_for(key) if one.unapplied] for key in keys}
        return {key: payments for key, payments in every.items() if payments}

    def unlocked_invoices(self, keys: Collection[InvoiceKey]) -> Mapping[InvoiceKey, Invoice]:
        return self.invoices(keys)

    def payments_of(self, account: AccountId, listing: Listing) -> Sequence[RecordedPayment]:
        came = (one for one in self.rows.payments.values() if one.account == account)
        return _listed(came, _paid, listing)

    def histories(self, contacts: Collection[Contact]) -> Mapping[Contact, ContactHistory]:
        suppressed, last = self.rows.suppressed, self.rows.last_requested
        return {one: ContactHistory(suppressed.get(one), last.get(one)) for one in contacts}

    def idempotency_records(
        self, keys: Collection[IdempotencyKey]
    ) -> Mapping[IdempotencyKey, IdempotencyRecord]:
        return _found(self.rows.idempotency_records, keys)

    def events(self, key: InvoiceKey, page: Page[int] = WHOLE) -> Sequence[RecordedEvent]:
        return self.rows.events.get(key, ())[page.after :][: page.limit]

    def lock_accounts(self, ids: Collection[AccountId]) -> None:
        """Nothing to do: transactions run one at a time."""

    def overdue(self, now: datetime, limit: int) -> Sequence[OverdueInvoice]:
        due = sorted((at, key) for key, at in self.rows.expiring.items() if at <= now)[:limit]
        found = ((at, self.rows.invoices[key]) for at, key in due)
        return [
            OverdueInvoice(one.key, one.status, one.version, at, one.updated_at)
            for at, one in found
        ]

    def reminders(self, keys: Collection[InvoiceKey]) -> Mapping[InvoiceKey, ReminderProgress]:
        return _found(self.rows.reminders, keys)

    def lock_sms_budgets(self, accounts: Collection[AccountId]) -> None:
        """Nothing to do: transactions run one at a time."""

    def sms_counts(self, periods: Collection[SmsPeriod]) -> Mapping[SmsPeriod, SmsCount]:
        return {period: self._sms_count(period) for period in periods}

    def _sms_count(self, period: SmsPeriod) -> SmsCount:
        account, prefix = period.budget
        requested = sorted(
            message.requested_at
            for message in self.rows.messages.values()
            if isinstance(message, Message)
            and message.medium is Medium.SMS
            and message.account == account
            and message.requested_at > period.since
            and prefix in (None, destination(message.address).prefix)
        )[-period.most :]
        return SmsCount(len(requested), min(requested, default=None))

    def rate_limit_states(
        self, rate_limits: Collection[RateLimitKey]
    ) -> Mapping[RateLimitKey, RateLimitState]:
        return _found(self.rows.rate_limit_states, rate_limits)

    def next_numbers(self, series: Mapping[NumberSeries, int]) -> Mapping[NumberSeries, range]:
        drawn: dict[NumberSeries, range] = {}
        self.rows.own("numbers")
        for one, count in series.items():
            first = self.rows.numbers.get(one, 0) + 1
            self.rows.numbers[one] = first + count - 1
            drawn[one] = range(first, first + count)
        return drawn

    def save(self, outcome: PendingWrites) -> None:
        rows = self.rows
        refuse_unstorable(outcome)
        rows.own(*(name for name in _SAVED_AS_THEY_ARE if getattr(outcome, name)))
        rows.accounts.update(outcome.accounts)
        owners = {account for account, _ in outcome.legal_profiles}
        owners |= outcome.logos.keys()
        owners |= {key.account for key in outcome.webhook_endpoints}
        owners |= {key.account for key in outcome.entries}
        owners |= {key.account for key in outcome.invoices}
        if owners - rows.accounts.keys():
            raise StoreConflictError("the account is unknown")
        rows.legal_profiles.update(outcome.legal_profiles)
        _put(rows.logos, outcome.logos)
        rows.webhook_endpoints.update(outcome.webhook_endpoints)
        _put(rows.entries, outcome.entries)
        self._put_invoices(outcome.invoices)
        self._expire(outcome.expired_invoices)
        if outcome.payments or outcome.changed_payments:
            rows.own("payments")
        for payment in outcome.payments:
            if payment.key in rows.payments:
                raise StoreConflictError("the payment reference is taken")
            rows.payments[payment.key] = payment
        for read, payment in outcome.changed_payments.values():
            if rows.payments.get(read.key) != read:
                raise StoreConflictError("the payment is not what was read")
            rows.payments[read.key] = payment
        self._add_events(outcome.events)
        for message in outcome.messages.values():
            rows.put_message(message)
        rows.rate_limit_states.update(outcome.rate_limit_states)
        _put(rows.reminders, outcome.reminders)
        rows.sms_budgets_used_up.update(outcome.sms_budgets_used_up)
        rows.idempotency_records.update(
            {answer.request: answer for answer in outcome.idempotency_records}
        )
        _put(rows.suppressed, outcome.suppressed)
        self.saved.append(outcome)

    def _add_events(self, events: Iterable[RecordedEvent]) -> None:
        for stamped in events:
            known = self.rows.events.get(stamped.key, ())
            if stamped.version is not None and stamped.version in {
                event.version for event in known
            }:
                raise StoreConflictError("the version has its event already")
            self.rows.own("events")
            self.rows.events[stamped.key] = (*known, stamped)

    def _put_invoices(self, invoices: Mapping[InvoiceKey, tuple[Invoice | None, Invoice]]) -> None:
        rows = self.rows
        for key, (before, _) in invoices.items():
            current = rows.invoices.get(key)
            if (current and current.version) != (before and before.version):
                raise StoreConflictError("the invoice is not at the version that was read")
        for key in invoices:
            rows.take_out(key)  # what one gives up, another one may take
        for _, after in invoices.values():
            if after.short_url is not None and after.short_url in rows.short_urls:
                raise StoreConflictError("the short URL is taken")
            number = number_key(after)
            if number is not None and number in rows.numbered:
                raise StoreConflictError("the number is taken")
            rows.put_invoice(after)

    def _expire(self, expired_invoices: Sequence[ExpiredInvoice]) -> None:
        for expire_overdue in expired_invoices:
            open_one = self.rows.invoices[expire_overdue.key]
            if open_one.version != expire_overdue.version - 1:
                raise StoreConflictError("the invoice is not at the version that was read")
            self.rows.put_invoice(apply(open_one, expire_overdue.event))


def _wanted(invoice: Invoice, search: Search, now: datetime) -> bool:
    document, customer = invoice.document, invoice.document.customer
    return (
        (search.statuses is None or status_at(invoice, now) in search.statuses)
        and (search.receipt is None or invoice.shown_number == search.receipt)
        and (search.customer is None or (customer and customer.id) == search.customer)
        and (search.created_from is None or search.created_from <= invoice.created_at)
        and (search.created_to is None or invoice.created_at <= search.created_to)
        and (search.dated_from is None or search.dated_from <= invoice.dated_at)
        and (search.dated_to is None or invoice.dated_at <= search.dated_to)
        and (search.search_text is None or search.search_text in invoice.search_text)
        and (search.live is None or document.live is search.live)
        and (search.overdue is None or is_overdue(invoice, now=now) is search.overdue)
        and (search.extra is None or search.extra in document.extras)
        and (search.without_extra is None or search.without_extra not in document.extras)
    )


def _paged(rows: Iterable[V], place: Callable[[V], Place], page: Page[Place]) -> list[V]:
    in_order = sorted(rows, key=place)
    if page.after is not None:
        in_order = [row for row in in_order if place(row) > page.after]
    return in_order[: page.limit]


def _listed(rows: Iterable[V], place: Callable[[V], Place], listing: Listing) -> list[V]:
    since, until = listing.since, listing.until
    found = [
        row
        for row in sorted(rows, key=place, reverse=True)
        if (since is None or since <= place(row)[0]) and (until is None or place(row)[0] <= until)
    ]
    return found[listing.skip : listing.skip + listing.limit]


def _filed(entry: Entry) -> Place:
    return entry.filed_at, entry.id


def _requested(message: Message) -> Place:
    return message.requested_at, message.id


def _paid(payment: RecordedPayment) -> Place:
    return payment.at, payment.payment.reference


def _made(invoice: Invoice) -> tuple[datetime, str]:
    return invoice.created_at, invoice.id


def _dated(invoice: Invoice) -> tuple[datetime, str]:
    return invoice.dated_at, invoice.id


def _put(rows: dict[K, V], given: Mapping[K, V | None]) -> None:
    for key, value in given.items():
        if value is None:
            rows.pop(key, None)
        else:
            rows[key] = value


def _found(rows: Mapping[K, V], keys: Collection[K]) -> dict[K, V]:
    return {key: rows[key] for key in keys if key in rows}
