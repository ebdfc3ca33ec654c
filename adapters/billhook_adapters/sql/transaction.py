"""One transaction on a relational database: what it reads, and what it saves."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, Select
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

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
from billhook.lifecycle.expire import OverdueInvoice
from billhook.messaging.delivery import MessageKey
from billhook.messaging.delivery_reports import ProviderMessageId
from billhook.messaging.message import Message
from billhook.messaging.rate_limits import RateLimitState
from billhook.messaging.sms_limits import SmsCount, SmsPeriod
from billhook.messaging.webhooks import WebhookEndpoint
from billhook.model.account import Account, NumberSeries
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook.model.invoice import Invoice, InvoiceId, InvoiceKey
from billhook.model.logo import Logo
from billhook.model.reminder_schedule import ReminderProgress
from billhook.model.seller_profile import SellerProfile
from billhook_adapters.sql import paging
from billhook_adapters.sql import queries as q
from billhook_adapters.sql import saving as s
from billhook_adapters.sql.key_join import is_storable, wanted
from billhook_adapters.sql.pending_writes import write_rows
from billhook_adapters.sql.rows import (
    account_of,
    entry_of,
    history_of,
    idempotency_record_of,
    invoice_of,
    logo_of,
    message_of,
    outbox_message_of,
    overdue_of,
    payment_of,
    progress_of,
    rate_limit_of,
    recorded_event_of,
    sms_count_of,
    webhook_endpoint_of,
)
from billhook_adapters.sql.searching import counting, searching, searching_ids
from billhook_adapters.sql.statements import compiled, fetch_rows
from billhook_adapters.sql.unreadable import fetching, read
from billhook_adapters.system.instants import some
from billhook_adapters.system.storable_texts import refuse_unstorable

_CONCURRENT = ("40001", "40P01")  # PostgreSQL's serialization failure, and deadlock

Queued = Callable[[Connection, Iterable[OutboxMessage]], None]
"""Gets the messages that are saved, with the connection, before the commit."""


def ignored(_connection: Connection, _messages: Iterable[OutboxMessage]) -> None:
    """Do nothing: the embedded engine polls the rows themselves."""


class SqlTransaction:
    """Reads and saves on one connection, within the transaction that its store began."""

    def __init__(self, connection: Connection, queued: Queued = ignored) -> None:
        self._connection, self._queued = connection, queued

    def _rows(self, query: Select[Any], keys: Collection[object]) -> Sequence[Mapping[str, Any]]:
        names = compiled(query, self._connection.dialect).columns
        found = fetch_rows(self._connection, query, wanted(keys))
        return [dict(zip(names, row, strict=True)) for row in found]

    def _listed(self, query: Select[Any], key: Sequence[str]) -> Sequence[Mapping[str, Any]]:
        if not is_storable(key):
            return ()
        given: dict[str, str] = dict(zip(("account", "invoice"), key, strict=False))
        found = self._connection.execute(query, given)
        return [dict(row) for row in found.mappings()]

    def accounts(self, ids: Collection[AccountId]) -> Mapping[AccountId, Account]:
        with fetching("accounts", [(one, one) for one in ids]):
            rows = self._rows(q.ACCOUNTS, ids)
        found = read(
            "accounts",
            lambda row: (AccountId(row["id"]), account_of(row["body"])),
            rows,
            lambda row: (row["id"], row["id"]),
        )
        return dict(found)

    def legal_profile(self, account: AccountId, at: datetime) -> SellerProfile | None:
        with fetching("legal_profiles", [(account, account)]):
            given = {"account": account, "at": some(at)}
            bodies = self._connection.execute(q.LEGAL_PROFILE, given).all()
        parse = SellerProfile.model_validate_json
        found = read(
            "legal_profiles", lambda row: parse(row[0]), bodies, lambda _: (account, account)
        )
        return next(found, None)

    def logo(self, account: AccountId) -> Logo | None:
        with fetching("logos", [(account, account)]):
            rows = self._listed(q.LOGO, (account,))
        return next(read("logos", logo_of, rows, lambda _: (account, account)), None)

    def invoices(self, keys: Collection[InvoiceKey]) -> Mapping[InvoiceKey, Invoice]:
        return self._invoices(q.INVOICES, keys)

    def _invoices(
        self, query: Select[Any], keys: Collection[InvoiceKey]
    ) -> Mapping[InvoiceKey, Invoice]:
        with fetching("invoices", keys):
            found = fetch_rows(self._connection, query, wanted(keys))
        return {invoice.key: invoice for invoice in _read_invoices(found)}

    def search(self, account: AccountId, search: Search, now: datetime) -> Sequence[Invoice]:
        with fetching("invoices"):
            found = self._connection.execute(searching(account, search, now)).all()
        return [*_read_invoices(found)]

    def search_keys(
        self, account: AccountId, search: Search, now: datetime
    ) -> Sequence[InvoiceKey]:
        ids = self._connection.scalars(searching_ids(account, search, now))
        return [InvoiceKey(account, InvoiceId(name)) for name in ids]

    def by_short_url(self, short_url: str) -> Invoice | None:
        with fetching("invoices"):
            found = self._connection.execute(q.BEHIND, {"short_url": short_url}).all()
        return next(_read_invoices(found), None)

    def count(self, account: AccountId, search: Search, now: datetime) -> int:
        return self._connection.execute(counting(account, search, now)).scalar_one()

    def next_position(self, series: NumberSeries) -> int:
        given = {"account": series.account, "prefix": series.prefix}
        return (self._connection.execute(q.DRAWN, given).scalar() or 0) + 1

    def invoices_by_number(self, numbers: Collection[NumberKey]) -> Mapping[NumberKey, InvoiceKey]:
        return {
            NumberKey(row["account"], row["receipt"]): InvoiceKey(row["account"], row["id"])
            for row in self._rows(q.NUMBERED, numbers)
        }

    def messages(self, keys: Collection[MessageKey]) -> Mapping[MessageKey, OutboxMessage]:
        return self._messages(q.MESSAGES, keys)

    def _messages(
        self, query: Select[Any], keys: Collection[MessageKey]
    ) -> Mapping[MessageKey, OutboxMessage]:
        with fetching("messages", keys):
            rows = self._rows(query, keys)
        found = read("messages", outbox_message_of, rows, _account_and_id)
        return {message.key: message for message in found}

    def keys_by_provider_id(
        self, ids: Collection[ProviderMessageId]
    ) -> Mapping[ProviderMessageId, MessageKey]:
        return {
            ProviderMessageId(Medium(row["medium"]), row["provider_id"]): MessageKey(
                row["account"], row["id"]
            )
            for row in self._rows(q.TAKEN_AS, ids)
        }

    def messages_about(
        self, keys: Collection[InvoiceKey]
    ) -> Mapping[InvoiceKey, Sequence[Message]]:
        about: dict[InvoiceKey, list[Message]] = {}
        with fetching("messages"):
            rows = self._rows(q.MESSAGES_ABOUT, keys)
        for message in read("messages", message_of, rows, _account_and_id):
            about.setdefault(message.invoice_key, []).append(message)
        return about

    def messages_of(self, key: InvoiceKey, page: Page[Place]) -> Sequence[Message]:
        with fetching("messages"):
            rows = self._listed(paging.MESSAGES_OF.page(page), key)
        return [*read("messages", message_of, rows, _account_and_id)]

    def webhook_endpoints(
        self, accounts: Collection[AccountId]
    ) -> Mapping[AccountId, Sequence[WebhookEndpoint]]:
        found: dict[AccountId, list[WebhookEndpoint]] = {}
        with fetching("webhook_endpoints"):
            rows = self._rows(q.WEBHOOK_ENDPOINTS, accounts)
        for one in read("webhook_endpoints", webhook_endpoint_of, rows, _account_and_id):
            found.setdefault(one.account, []).append(one)
        return found

    def entries(self, keys: Collection[EntryKey]) -> Mapping[EntryKey, Entry]:
        with fetching("entries", keys):
            rows = self._rows(q.ENTRIES, keys)
        found = read("entries", entry_of, rows, _account_and_id)
        return {entry.key: entry for entry in found}

    def entries_of(self, account: AccountId, prefix: str, listing: Listing) -> Sequence[Entry]:
        with fetching("entries"):
            rows = self._listed(paging.entries(prefix, listing), (account,))
        return [*read("entries", entry_of, rows, _account_and_id)]

    def payments(self, references: Collection[PaymentKey]) -> Mapping[PaymentKey, RecordedPayment]:
        with fetching("payments", references):
            rows = self._rows(q.PAYMENTS, references)
        return {payment.key: payment for payment in _payments(rows)}

    def payments_for(self, key: InvoiceKey, page: Page[Place] = WHOLE) -> Sequence[RecordedPayment]:
        with fetching("payments"):
            rows = self._listed(paging.PAYMENTS_FOR.page(page), key)
        return [*_payments(rows)]

    def unapplied(self, account: AccountId, page: Page[Place] = WHOLE) -> Sequence[RecordedPayment]:
        with fetching("payments"):
            rows = self._listed(paging.UNAPPLIED.page(page), (account,))
        return [*_payments(rows)]

    def unapplied_for(
        self, keys: Collection[InvoiceKey]
    ) -> Mapping[InvoiceKey, Sequence[RecordedPayment]]:
        found: dict[InvoiceKey, list[RecordedPayment]] = {}
        with fetching("payments", keys):
            rows = self._rows(q.UNAPPLIED_FOR, keys)
        for one in _payments(rows):
            found.setdefault(InvoiceKey(one.account, one.invoice), []).append(one)
        return found

    def unlocked_invoices(self, keys: Collection[InvoiceKey]) -> Mapping[InvoiceKey, Invoice]:
        return self._invoices(q.INVOICES, keys)

    def payments_of(self, account: AccountId, listing: Listing) -> Sequence[RecordedPayment]:
        with fetching("payments"):
            rows = self._listed(paging.PAYMENTS_OF.listing(listing), (account,))
        return [*_payments(rows)]

    def histories(self, contacts: Collection[Contact]) -> Mapping[Contact, ContactHistory]:
        keys = list(contacts)
        found = fetch_rows(self._connection, q.HISTORIES, wanted(keys))
        return {keys[position]: history_of(reason, last) for position, reason, last in found}

    def idempotency_records(
        self, keys: Collection[IdempotencyKey]
    ) -> Mapping[IdempotencyKey, IdempotencyRecord]:
        found = (idempotency_record_of(row) for row in self._rows(q.IDEMPOTENCY_RECORDS, keys))
        return {answer.request: answer for answer in found}

    def events(self, key: InvoiceKey, page: Page[int] = WHOLE) -> Sequence[RecordedEvent]:
        with fetching("events", (key,)):
            rows = self._listed(paging.events(page), key)
        read_one = partial(recorded_event_of, key=key)
        return [*read("events", read_one, rows, lambda _: key)]

    def lock_accounts(self, ids: Collection[AccountId]) -> None:
        """Nothing to do where one transaction writes at a time."""

    def overdue(self, now: datetime, limit: int) -> Sequence[OverdueInvoice]:
        found = self._connection.execute(q.OVERDUE, {"now": some(now), "most": limit})
        return [*map(overdue_of, found.all())]

    def reminders(self, keys: Collection[InvoiceKey]) -> Mapping[InvoiceKey, ReminderProgress]:
        return dict(map(progress_of, self._rows(q.REMINDERS, keys)))

    def lock_sms_budgets(self, accounts: Collection[AccountId]) -> None:
        """Nothing to do where one transaction writes at a time."""

    def sms_counts(self, periods: Collection[SmsPeriod]) -> Mapping[SmsPeriod, SmsCount]:
        found: dict[SmsPeriod, SmsCount] = {}
        for query, some_periods in (
            (q.SMS_OF_ACCOUNT, [one for one in periods if one.budget.prefix is None]),
            (q.SMS_OF_PREFIX, [one for one in periods if one.budget.prefix is not None]),
        ):
            if some_periods:
                keys = [(*period.budget, some(period.since)) for period in some_periods]
                binds = {**wanted(keys), "most": max(period.most for period in some_periods)}
                for position, *counted in self._connection.execute(query, binds):
                    found[some_periods[position]] = sms_count_of(*counted)
        return found

    def rate_limit_states(
        self, rate_limits: Collection[RateLimitKey]
    ) -> Mapping[RateLimitKey, RateLimitState]:
        keys = [(key.account or "", key.medium) for key in rate_limits]
        return dict(map(rate_limit_of, self._rows(q.RATE_LIMITS, keys)))

    def next_numbers(self, series: Mapping[NumberSeries, int]) -> Mapping[NumberSeries, range]:
        drawn: dict[NumberSeries, range] = {}
        with conflicts():
            for one, count in sorted(series.items()):
                given = {"account": one.account, "prefix": one.prefix, "last": count}
                last = self._connection.execute(s.DRAW, given).scalar_one()
                drawn[one] = range(last - count + 1, last + 1)
        return drawn

    def save(self, outcome: PendingWrites) -> None:
        refuse_unstorable(outcome)
        with conflicts():
            write_rows(self._connection, outcome)
            if outcome.messages:
                self._queued(self._connection, outcome.messages.values())


def _read_invoices(rows: Sequence[Sequence[Any]]) -> Iterator[Invoice]:
    # The first two columns are the account and the id.
    return read("invoices", invoice_of, rows, lambda row: (row[0], row[1]))


def _payments(rows: Sequence[Mapping[str, Any]]) -> Iterator[RecordedPayment]:
    return read("payments", payment_of, rows, lambda row: (row["account"], row["reference"]))


def _account_and_id(row: Mapping[str, Any]) -> tuple[str, str]:
    return row["account"], row["id"]


@contextmanager
def conflicts() -> Generator[None]:
    """Turn what the database rejects into StoreConflictError, without the row that it quotes."""
    try:
        yield
    except (IntegrityError, DataError) as refused:
        raise StoreConflictError(type(refused).__name__) from None
    except DBAPIError as refused:
        if getattr(refused.orig, "sqlstate", None) not in _CONCURRENT:
            raise
        raise StoreConflictError("a deadlock, or a conflict with another transaction") from None
