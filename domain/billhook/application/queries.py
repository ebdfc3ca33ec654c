"""The queries of the service. They change nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from returns.result import Failure, Result, Success

from billhook.application.hosted_invoice import HostedInvoice
from billhook.application.message_history import MessageExplanation, at_time, explained
from billhook.application.numbering import next_free
from billhook.application.ports import (
    CanSendTo,
    Clock,
    ServiceRules,
    Snapshot,
    Store,
    every_address,
)
from billhook.application.readable import (
    LeftOut,
    ignore,
    readable_invoices,
    readable_messages,
)
from billhook.application.records import (
    WHOLE,
    Contact,
    ContactHistory,
    Entry,
    EntryKey,
    Listing,
    NumberKey,
    OutboxMessage,
    Page,
    PaymentKey,
    Place,
    RecordedEvent,
    RecordedPayment,
    Search,
)
from billhook.application.sms_budgets import SmsBudgets, under_sms_limits
from billhook.lifecycle.apply import as_of
from billhook.lifecycle.errors import InvoiceNotFound
from billhook.lifecycle.explain import Verdict, explain
from billhook.lifecycle.guards import GuardsOf, no_guards
from billhook.lifecycle.remind import ReminderOutlook, outlook, zone_of
from billhook.messaging.delivery import MessageKey, MessageNotFound
from billhook.messaging.delivery_reports import (
    DeliveryReport,
    OfCopy,
    ProviderMessageId,
    names_another,
    reported_copy,
)
from billhook.messaging.message import Message, last_message_at
from billhook.messaging.webhooks import WebhookEndpoint
from billhook.model.account import Account
from billhook.model.arguments import checked
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook.model.invoice import Invoice, InvoiceId, InvoiceKey
from billhook.model.logo import Logo
from billhook.model.payment import Reference
from billhook.model.seller_profile import shown_name, shown_profile


class Queries:
    """Queries in snapshots, without locks. Invoices past their `expire_by` are expired.

    A row that cannot be read raises UnreadableRowError, except in lists, which leave it out.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        *,
        left_out: LeftOut = ignore,
        sms_enabled: bool = True,
        can_send_to: CanSendTo = every_address,
        guards: GuardsOf = no_guards,
    ) -> None:
        """`left_out` gets each row that a list left out because it cannot be read."""
        self._store, self._clock, self._left_out = store, clock, left_out
        self._rules = ServiceRules(sms_enabled, can_send_to, guards)

    @checked
    def contact(self, contact: Contact) -> ContactHistory:
        """The suppression of a contact, and the time of its last message."""
        with self._store.snapshot() as snapshot:
            return history_of(snapshot, contact)

    @checked
    def message(self, key: MessageKey) -> OutboxMessage | None:
        """A message or a webhook event; None if there is none with this key."""
        with self._store.snapshot() as snapshot:
            return snapshot.messages((key,)).get(key)

    def keys_of(self, names: Sequence[MessageKey | ProviderMessageId]) -> list[MessageKey | None]:
        """The keys of messages named by key or by provider id; None for each unknown id."""
        by_provider = {name for name in names if isinstance(name, ProviderMessageId)}
        if not by_provider:
            return [name if isinstance(name, MessageKey) else None for name in names]
        with self._store.snapshot() as snapshot:
            found = snapshot.keys_by_provider_id(sorted(by_provider))
        return [name if isinstance(name, MessageKey) else found.get(name) for name in names]

    def reported_copies(
        self, reports: Sequence[tuple[MessageKey, DeliveryReport]]
    ) -> list[OfCopy | None]:
        """Which copy each delivery report is about; None is the message itself.

        An invoice is read only where a report names another recipient than the message's.
        """
        keys = {key for key, report in reports if report.recipients}
        if not keys:
            return [None] * len(reports)
        with self._store.snapshot() as snapshot:
            messages = snapshot.messages(sorted(keys))
            others = {
                found.invoice_key
                for key, report in reports
                if isinstance(found := messages.get(key), Message)
                and names_another(found, report.recipients)
            }
            invoices = snapshot.invoices(sorted(others))
        return [_copy_of(messages.get(key), invoices, report.recipients) for key, report in reports]

    @checked
    def get(self, account: AccountId, invoice: InvoiceId) -> Result[Invoice, InvoiceNotFound]:
        """The invoice with this id."""
        key = InvoiceKey(account, invoice)
        with self._store.snapshot() as snapshot:
            found = snapshot.invoices((key,)).get(key)
        if found is None:
            return Failure(InvoiceNotFound())
        return Success(as_of(found, self._clock.now()))

    @checked
    def get_at(
        self, account: AccountId, invoice: InvoiceId, at: datetime
    ) -> Result[Invoice, InvoiceNotFound]:
        """The invoice as it was at a time, by its events. `at` is an aware datetime."""
        found = self.history(account, invoice)
        if isinstance(found, Failure):
            return found
        events = found.unwrap()
        if not events or events[0].event.at > at:
            return Failure(InvoiceNotFound())
        return Success(at_time(events, at))

    @checked
    def explain_message(self, key: MessageKey) -> Result[MessageExplanation, MessageNotFound]:
        """Why a message was sent or not, with the invoice as it was then."""
        with self._store.snapshot() as snapshot:
            message = snapshot.messages((key,)).get(key)
            if not isinstance(message, Message):
                return Failure(MessageNotFound())
            events = snapshot.events(message.invoice_key)
        return Success(explained(message, events, self._rules.guards(key.account)))

    @checked
    def search(
        self, account: AccountId, search: Search, *, fill: bool = False
    ) -> Sequence[Invoice]:
        """The invoices that match a search, in its order, without those that cannot be read.

        Without `fill` a page is shorter by these, so that `skip` counts the same rows always. With
        it the next ones take their place, so that only the last page is short.
        """
        now = self._clock.now()
        with self._store.snapshot() as snapshot:
            found = readable_invoices(snapshot, account, search, now, self._left_out, fill=fill)
        return [as_of(one, now) for one in found]

    @checked
    def by_short_url(self, short_url: str) -> Result[HostedInvoice, InvoiceNotFound]:
        """The invoice with this short URL, as its payer sees it."""
        with self._store.snapshot() as snapshot:
            return self._hosted(snapshot, snapshot.by_short_url(short_url))

    @checked
    def hosted(
        self, account: AccountId, invoice: InvoiceId
    ) -> Result[HostedInvoice, InvoiceNotFound]:
        """One invoice as its payer sees it, or would see it: also a draft."""
        key = InvoiceKey(account, invoice)
        with self._store.snapshot() as snapshot:
            return self._hosted(snapshot, snapshot.invoices((key,)).get(key))

    def _hosted(
        self, snapshot: Snapshot, found: Invoice | None
    ) -> Result[HostedInvoice, InvoiceNotFound]:
        if found is None:
            return Failure(InvoiceNotFound())
        seller = snapshot.accounts((found.account,))[found.account]
        payments = [one for one in snapshot.payments_for(found.key) if one.applied]
        issued = found.issued_at
        legal = None if issued is None else snapshot.legal_profile(found.account, issued)
        logo = snapshot.logo(found.account)
        now = self._clock.now()
        return Success(
            HostedInvoice(
                as_of(found, now).read_in(seller.policy.time_zone, seller.policy.language),
                shown_name(seller.name, found.document.seller),
                payments,
                seller.policy.payment_instructions,
                shown_profile(seller.profile, legal, found.document.seller),
                logo,
                account_holder=seller.profile.legal_name or seller.name,
                at=now,
            )
        )

    @checked
    def search_and_count(self, account: AccountId, search: Search) -> tuple[Sequence[Invoice], int]:
        """The invoices that match a search, and the number of matches on all pages.

        Rows that cannot be read are counted, and left out.
        """
        now = self._clock.now()
        with self._store.snapshot() as snapshot:
            found = readable_invoices(snapshot, account, search, now, self._left_out)
            return [as_of(one, now) for one in found], snapshot.count(account, search, now)

    @checked
    def account(self, account: AccountId) -> Account | None:
        """The account with this id; None if there is none."""
        with self._store.snapshot() as snapshot:
            return snapshot.accounts((account,)).get(account)

    @checked
    def logo(self, account: AccountId) -> Logo | None:
        """The logo of the account; None if it has none."""
        with self._store.snapshot() as snapshot:
            return snapshot.logo(account)

    @checked
    def webhook_endpoints(self, account: AccountId) -> Sequence[WebhookEndpoint]:
        """The webhook endpoints of an account, by their ids."""
        with self._store.snapshot() as snapshot:
            return tuple(snapshot.webhook_endpoints((account,)).get(account, ()))

    @checked
    def upcoming_number(self, account: AccountId) -> str | None:
        """The number that the next issued invoice would get; None if the account has no series."""
        with self._store.snapshot() as snapshot:
            seller = snapshot.accounts((account,)).get(account)
            if seller is None or seller.series is None:
                return None

            def is_taken(number: str) -> bool:
                key = NumberKey(account, number)
                return key in snapshot.invoices_by_number((key,))

            return next_free(seller, snapshot.next_position(seller.series), is_taken)

    @checked
    def messages(
        self, account: AccountId, invoice: InvoiceId, page: Page[Place] = WHOLE
    ) -> Sequence[Message]:
        """The messages about an invoice, by time of request and id."""
        with self._store.snapshot() as snapshot:
            return tuple(snapshot.messages_of(InvoiceKey(account, invoice), page))

    def messages_of(
        self, account: AccountId, invoices: Collection[InvoiceId]
    ) -> Mapping[InvoiceId, Sequence[Message]]:
        """The messages about each of these invoices, the oldest first, for a list of invoices.

        None for an invoice that has one which cannot be read.
        """
        keys = [InvoiceKey(account, invoice) for invoice in invoices]
        with self._store.snapshot() as snapshot:
            about = readable_messages(snapshot, keys, self._left_out)
        return {key.invoice: messages for key, messages in about.items()}

    @checked
    def history(
        self, account: AccountId, invoice: InvoiceId, page: Page[int] = WHOLE
    ) -> Result[Sequence[RecordedEvent], InvoiceNotFound]:
        """The events of an invoice, the oldest first; a page begins behind so many of them."""
        key = InvoiceKey(account, invoice)
        with self._store.snapshot() as snapshot:
            if key not in snapshot.invoices((key,)):
                return Failure(InvoiceNotFound())
            return Success(snapshot.events(key, page))

    @checked
    def payments(
        self, account: AccountId, invoice: InvoiceId, page: Page[Place] = WHOLE
    ) -> Result[Sequence[RecordedPayment], InvoiceNotFound]:
        """The payments for an invoice, applied or not, by time and reference."""
        key = InvoiceKey(account, invoice)
        with self._store.snapshot() as snapshot:
            if key not in snapshot.invoices((key,)):
                return Failure(InvoiceNotFound())
            return Success(snapshot.payments_for(key, page))

    @checked
    def unapplied(self, account: AccountId, page: Page[Place] = WHOLE) -> Sequence[RecordedPayment]:
        """The payments that were not applied to an invoice, by time and reference."""
        with self._store.snapshot() as snapshot:
            return snapshot.unapplied(account, page)

    @checked
    def payment(self, account: AccountId, reference: Reference) -> RecordedPayment | None:
        """The payment with this reference, applied or not; None if there is none."""
        key = PaymentKey(account, reference)
        with self._store.snapshot() as snapshot:
            return snapshot.payments((key,)).get(key)

    @checked
    def payments_of(self, account: AccountId, listing: Listing) -> Sequence[RecordedPayment]:
        """The payments of an account, applied or not, the newest first."""
        with self._store.snapshot() as snapshot:
            return snapshot.payments_of(account, listing)

    @checked
    def entry(self, account: AccountId, entry: str) -> Entry | None:
        """The record of a vendor API with this id; None if there is none."""
        key = EntryKey(account, entry)
        with self._store.snapshot() as snapshot:
            return snapshot.entries((key,)).get(key)

    @checked
    def entries_of(self, account: AccountId, prefix: str, listing: Listing) -> Sequence[Entry]:
        """The records of a vendor API whose id has this prefix, the newest first."""
        with self._store.snapshot() as snapshot:
            return snapshot.entries_of(account, prefix, listing)

    @checked
    def reminders(
        self, account: AccountId, invoice: InvoiceId
    ) -> Result[ReminderOutlook, InvoiceNotFound]:
        """How many reminders were sent, and the times of the next ones if nothing changes."""
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
        zone, now = self._clock.zone(zone_of(found, seller.policy)), self._clock.now()
        return Success(outlook(found, schedule, zone, progress, now=now))

    @checked
    def explain(
        self, account: AccountId, invoice: InvoiceId
    ) -> Result[tuple[Verdict, ...], InvoiceNotFound]:
        """For each operation, whether it is allowed now, or all errors."""
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
                medium: replace(
                    histories.get(contact, ContactHistory()).deliverability(
                        seller.policy, last_message_at(about, medium)
                    ),
                    supported=self._rules.can_send_to(medium, contact.address),
                )
                for medium, contact in contacts.items()
            }
            now, sms = self._clock.now(), contacts.get(Medium.SMS)
            if sms is not None:
                deliverabilities[Medium.SMS] = under_sms_limits(
                    deliverabilities[Medium.SMS],
                    SmsBudgets(snapshot),
                    seller,
                    sms.address,
                    now=now,
                    enabled=self._rules.sms_enabled,
                )
        return Success(
            explain(
                found,
                now=now,
                min_expiry_lead=seller.policy.min_expiry_lead,
                deliverabilities=deliverabilities,
                guards=self._rules.guards(account),
            )
        )


def _copy_of(
    message: OutboxMessage | None,
    invoices: Mapping[InvoiceKey, Invoice],
    recipients: tuple[str, ...],
) -> OfCopy | None:
    if not isinstance(message, Message):
        return None
    invoice = invoices.get(message.invoice_key)
    return reported_copy(message, None if invoice is None else invoice.document, recipients)


def history_of(snapshot: Snapshot, contact: Contact) -> ContactHistory:
    """The suppression of a contact, and the time of its last message."""
    return snapshot.histories((contact,)).get(contact, ContactHistory())
