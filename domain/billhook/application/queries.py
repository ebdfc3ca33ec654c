"""The questions that the desk answers: what there is, as it stands now. Nothing is changed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from returns.result import Failure, Result, Success

from billhook.application.hosted_invoice import HostedInvoice
from billhook.application.ports import Clock, Snapshot, Store
from billhook.application.records import (
    Contact,
    ContactHistory,
    Entry,
    EntryKey,
    OutboxMessage,
    RecordedEvent,
    RecordedPayment,
    Search,
)
from billhook.lifecycle.apply import as_of
from billhook.lifecycle.errors import InvoiceNotFound
from billhook.lifecycle.explain import Verdict, explain
from billhook.lifecycle.remind import ReminderOutlook, outlook, zone_of
from billhook.messaging.delivery import MessageKey
from billhook.messaging.delivery_reports import ProviderMessageId
from billhook.messaging.message import Message, last_about
from billhook.model.account import Account
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook.model.invoice import Invoice, InvoiceId, InvoiceKey


class Queries:
    """Reads in snapshots that lock nothing; an invoice whose time ran out is shown as expired."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    def contact(self, contact: Contact) -> ContactHistory:
        """What is remembered of an address: whether it is left alone, and the last message."""
        with self._store.snapshot() as snapshot:
            return history_of(snapshot, contact)

    def message(self, key: MessageKey) -> OutboxMessage | None:
        """A message or an announcement as it stands."""
        with self._store.snapshot() as snapshot:
            return snapshot.messages((key,)).get(key)

    def keys_of(self, names: Sequence[MessageKey | ProviderMessageId]) -> list[MessageKey | None]:
        """The keys of messages that are named by them, or by the ids that providers gave."""
        by_provider = {name for name in names if isinstance(name, ProviderMessageId)}
        if not by_provider:
            return [name if isinstance(name, MessageKey) else None for name in names]
        with self._store.snapshot() as snapshot:
            found = snapshot.taken_as(sorted(by_provider))
        return [name if isinstance(name, MessageKey) else found.get(name) for name in names]

    def get(self, account: AccountId, invoice: InvoiceId) -> Result[Invoice, InvoiceNotFound]:
        """The invoice as it stands now: one whose time ran out is shown as expired."""
        key = InvoiceKey(account, invoice)
        with self._store.snapshot() as snapshot:
            found = snapshot.invoices((key,)).get(key)
        if found is None:
            return Failure(InvoiceNotFound())
        return Success(as_of(found, self._clock.now()))

    def search(self, account: AccountId, search: Search) -> Sequence[Invoice]:
        """The invoices wanted, as they stand now."""
        now = self._clock.now()
        with self._store.snapshot() as snapshot:
            return [as_of(found, now) for found in snapshot.search(account, search, now)]

    def behind(self, short_url: str) -> Result[HostedInvoice, InvoiceNotFound]:
        """What the payer sees behind a short URL, as it stands now."""
        with self._store.snapshot() as snapshot:
            found = snapshot.behind(short_url)
            if found is None:
                return Failure(InvoiceNotFound())
            seller = snapshot.accounts((found.account,))[found.account]
            payments = [one for one in snapshot.payments_for(found.key) if one.applied]
        now = self._clock.now()
        return Success(
            HostedInvoice(
                as_of(found, now), seller.name, payments, seller.policy.payment_instructions
            )
        )

    def search_and_count(self, account: AccountId, search: Search) -> tuple[Sequence[Invoice], int]:
        """The invoices wanted, and how many there are on all pages together."""
        now = self._clock.now()
        with self._store.snapshot() as snapshot:
            found = [as_of(one, now) for one in snapshot.search(account, search, now)]
            return found, snapshot.count(account, search, now)

    def account(self, account: AccountId) -> Account | None:
        """The seller of this id."""
        with self._store.snapshot() as snapshot:
            return snapshot.accounts((account,)).get(account)

    def upcoming_number(self, account: AccountId) -> str | None:
        """The number that the next issued invoice would get, where the account has a series."""
        with self._store.snapshot() as snapshot:
            seller = snapshot.accounts((account,)).get(account)
            if seller is None or seller.series is None:
                return None
            return seller.number(snapshot.upcoming(seller.series))

    def messages(self, account: AccountId, invoice: InvoiceId) -> Sequence[Message]:
        """The messages about an invoice, the oldest first."""
        return self.correspondence(account, (invoice,)).get(invoice, ())

    def correspondence(
        self, account: AccountId, invoices: Collection[InvoiceId]
    ) -> Mapping[InvoiceId, Sequence[Message]]:
        """The messages about each of these invoices, the oldest first."""
        with self._store.snapshot() as snapshot:
            about = snapshot.messages_about([InvoiceKey(account, invoice) for invoice in invoices])
        return {key.invoice: messages for key, messages in about.items()}

    def history(
        self, account: AccountId, invoice: InvoiceId
    ) -> Result[Sequence[RecordedEvent], InvoiceNotFound]:
        """Every fact of an invoice, the oldest first."""
        key = InvoiceKey(account, invoice)
        with self._store.snapshot() as snapshot:
            if key not in snapshot.invoices((key,)):
                return Failure(InvoiceNotFound())
            return Success(snapshot.events(key))

    def payments(
        self, account: AccountId, invoice: InvoiceId
    ) -> Result[Sequence[RecordedPayment], InvoiceNotFound]:
        """What came in for an invoice, applied or not, the oldest first."""
        key = InvoiceKey(account, invoice)
        with self._store.snapshot() as snapshot:
            if key not in snapshot.invoices((key,)):
                return Failure(InvoiceNotFound())
            return Success(snapshot.payments_for(key))

    def unapplied(self, account: AccountId) -> Sequence[RecordedPayment]:
        """The money that no invoice could take, the oldest first."""
        with self._store.snapshot() as snapshot:
            return snapshot.unapplied(account)

    def entry(self, account: AccountId, entry: str) -> Entry | None:
        """What a dialect filed under this id."""
        key = EntryKey(account, entry)
        with self._store.snapshot() as snapshot:
            return snapshot.entries((key,)).get(key)

    def reminders(
        self, account: AccountId, invoice: InvoiceId
    ) -> Result[ReminderOutlook, InvoiceNotFound]:
        """How many reminders its payer got, and when there will be more, as everything stands."""
        key = InvoiceKey(account, invoice)
        with self._store.snapshot() as snapshot:
            found = snapshot.invoices((key,)).get(key)
            seller = snapshot.accounts((account,)).get(account)
            progress = snapshot.reminders((key,)).get(key)
        if found is None or seller is None:
            return Failure(InvoiceNotFound())
        schedule = seller.policy.reminders
        if progress is None or schedule is None:
            return Success(ReminderOutlook(0 if progress is None else progress.sent, ()))
        zone, now = self._clock.zone(zone_of(found, schedule)), self._clock.now()
        return Success(outlook(found, schedule, zone, progress, now=now))

    def explain(
        self, account: AccountId, invoice: InvoiceId
    ) -> Result[tuple[Verdict, ...], InvoiceNotFound]:
        """For every operation: allowed now, or every reason against it."""
        key = InvoiceKey(account, invoice)
        with self._store.snapshot() as snapshot:
            found = snapshot.invoices((key,)).get(key)
            seller = snapshot.accounts((account,)).get(account)
            if found is None or seller is None:
                return Failure(InvoiceNotFound())
            contacts = {
                medium: Contact(account, medium, address)
                for medium in Medium
                if (address := found.document.address(medium)) is not None
            }
            histories = snapshot.histories(list(contacts.values()))
            about = snapshot.messages_about((key,)).get(key, ())
        deliverabilities = {
            medium: histories.get(contact, ContactHistory()).deliverability(
                seller.policy, last_about(about, medium)
            )
            for medium, contact in contacts.items()
        }
        now = self._clock.now()
        return Success(
            explain(
                found,
                now=now,
                min_expiry_lead=seller.policy.min_expiry_lead,
                deliverabilities=deliverabilities,
            )
        )


def history_of(snapshot: Snapshot, contact: Contact) -> ContactHistory:
    """What is remembered of a contact."""
    return snapshot.histories((contact,)).get(contact, ContactHistory())
