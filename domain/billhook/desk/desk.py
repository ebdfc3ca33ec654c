"""The desk: commands in, results out; one read, decisions in memory, one write, one commit."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields, replace
from datetime import timedelta
from hashlib import sha256
from typing import Any, TypeVar

from returns.result import Failure, Result, Success

from billhook.account import Account, AccountId
from billhook.announcement import Subscriber
from billhook.canonical import canonical
from billhook.change import as_of
from billhook.delivery import MessageKey, MessageNotFound, NotDead, requeue
from billhook.desk.ahead import invoice_of, read_ahead, request_of
from billhook.desk.answers import decode, encode
from billhook.desk.case import Batch, Case
from billhook.desk.commands import AnyCommand, Command
from billhook.desk.hosted import Hosted
from billhook.desk.receiving import receive_in
from billhook.errors import AccountNotFound, DeskRefusal, InvoiceNotFound, KeyReused, NotStored
from billhook.invoice import Invoice, InvoiceId, Key
from billhook.message import Message, last_about
from billhook.operations.remind import Outlook, outlook, zone_of
from billhook.party import Medium, Suppression
from billhook.ports import Clock, Ids, Store, StoreRefused, View
from billhook.receipts import Receipt
from billhook.records import (
    Contact,
    Entry,
    EntryKey,
    History,
    Outbound,
    Outcome,
    RecordedPayment,
    Remembered,
    Search,
    StampedFact,
)
from billhook.value import ID_PATTERN
from billhook.verdict import Verdict, explain

A = TypeVar("A")
E = TypeVar("E")

_ID = re.compile(ID_PATTERN)

REMEMBERED_FOR = timedelta(hours=24)
"""How long an idempotency key stands for its request."""


class Desk:
    """The application's one door.

    >>> from billhook_adapters.memory import in_memory_desk
    >>> desk = in_memory_desk()
    >>> desk.get(AccountId("acc_1"), InvoiceId("inv_unknown")).failure().code
    'invoice_not_found'
    """

    def __init__(self, store: Store, clock: Clock, ids: Ids) -> None:
        self._store, self._clock, self._ids = store, clock, ids

    def open(self, account: Account) -> None:
        """Add an account, or replace its name and policies."""
        with self._store.transaction() as work:
            work.save(Outcome(accounts={account.id: account}))

    def subscribe(self, subscriber: Subscriber) -> Result[None, AccountNotFound]:
        """Add a subscriber, or replace what is known of it."""
        with self._store.transaction() as work:
            if subscriber.account not in work.accounts((subscriber.account,)):
                return Failure(AccountNotFound())
            work.save(Outcome(subscribers={subscriber.key: subscriber}))
        return Success(None)

    def do(self, command: Command[A, E]) -> Result[A, E | DeskRefusal]:
        """Decide one command and store what it decides; a batch of one."""
        (answer,) = self.execute((command,))
        return answer

    def execute(self, commands: Sequence[AnyCommand]) -> list[Result[Any, Any]]:
        """Decide a batch in one transaction; the answers come in the commands' order.

        Commands on one invoice see each other's effects. A refused command never fails its
        neighbours; where the database refuses the batch, it is redone one command at a time, so
        that only the culprit fails, with `NotStored`. A bug or a corrupt row raises, and then
        nothing of the batch is stored.
        """
        try:
            return self._together(commands)
        except StoreRefused:
            if len(commands) == 1:
                return [Failure(NotStored())]
        return [answer for command in commands for answer in self.execute((command,))]

    def _together(self, commands: Sequence[AnyCommand]) -> list[Result[Any, Any]]:
        with self._store.transaction() as work:
            batch = Batch(work, self._ids, self._clock.zone)
            read_ahead(batch, commands)
            batch.now = self._clock.now()
            # Account by account, so that all batches draw from the series of numbers in one order.
            order = sorted(range(len(commands)), key=lambda place: commands[place].account)
            answers = {place: _answer(batch, commands[place]) for place in order}
            if batch.outcome:
                work.save(batch.outcome)
        return [answers[place] for place in range(len(commands))]

    def sweep(self, limit: int) -> int:
        """Record the expiry of up to `limit` overdue invoices in one transaction; how many it was.

        The same as the command `Expire` for each of them, without reading them whole.
        """
        with self._store.transaction() as work:
            batch = Batch(work, self._ids, self._clock.zone)
            batch.now = self._clock.now()
            overdue = work.overdue(batch.now, limit)
            batch.lapse(overdue)
            if batch.outcome:
                work.save(batch.outcome)
        return len(overdue)

    def receive(self, receipts: Sequence[Receipt]) -> list[Result[Message, MessageNotFound]]:
        """Record what became of messages, in one transaction; the answers in the receipts' order.

        Nothing moves but the messages and the standing of their addresses.
        """
        with self._store.transaction() as work:
            outcome = Outcome()
            answers = receive_in(work, receipts, self._clock.now(), outcome)
            if outcome:
                work.save(outcome)
        return answers

    def suppress(
        self, contact: Contact, reason: Suppression | None
    ) -> Result[History, AccountNotFound]:
        """Leave an address alone from now on, or write to it again where `reason` is None."""
        with self._store.transaction() as work:
            if contact.account not in work.accounts((contact.account,)):
                return Failure(AccountNotFound())
            work.save(Outcome(suppressed={contact: reason}))
            return Success(replace(_history(work, contact), suppressed=reason))

    def contact(self, contact: Contact) -> History:
        """What is remembered of an address: whether it is left alone, and the last message."""
        with self._store.snapshot() as view:
            return _history(view, contact)

    def message(self, key: MessageKey) -> Outbound | None:
        """A message or an announcement as it stands."""
        with self._store.snapshot() as view:
            return view.messages((key,)).get(key)

    def requeue(
        self, keys: Sequence[MessageKey]
    ) -> list[Result[Outbound, NotDead | MessageNotFound]]:
        """Give dead letters another life, in one transaction; the answers in the keys' order."""
        with self._store.transaction() as work:
            found, now = dict(work.messages(sorted(set(keys)))), self._clock.now()
            answers: list[Result[Outbound, NotDead | MessageNotFound]] = []
            outcome = Outcome()
            for key in keys:
                dead = found.get(key)
                answer = Failure(MessageNotFound()) if dead is None else requeue(dead, now=now)
                if isinstance(answer, Success):
                    found[key] = outcome.messages[key] = answer.unwrap()
                answers.append(answer)
            if outcome:
                work.save(outcome)
        return answers

    def get(self, account: AccountId, invoice: InvoiceId) -> Result[Invoice, InvoiceNotFound]:
        """The invoice as it stands now: one whose time ran out is shown as expired."""
        key = Key(account, invoice)
        with self._store.snapshot() as view:
            found = view.invoices((key,)).get(key)
        if found is None:
            return Failure(InvoiceNotFound())
        return Success(as_of(found, self._clock.now()))

    def search(self, account: AccountId, search: Search) -> Sequence[Invoice]:
        """The invoices wanted, as they stand now."""
        now = self._clock.now()
        with self._store.snapshot() as view:
            return [as_of(found, now) for found in view.search(account, search, now)]

    def behind(self, short_url: str) -> Result[Hosted, InvoiceNotFound]:
        """What the payer sees behind a short URL, as it stands now."""
        with self._store.snapshot() as view:
            found = view.behind(short_url)
            if found is None:
                return Failure(InvoiceNotFound())
            seller = view.accounts((found.account,))[found.account]
            payments = [one for one in view.payments_for(found.key) if one.applied]
        now = self._clock.now()
        return Success(Hosted(as_of(found, now), seller.name, payments, seller.policy.payee))

    def search_and_count(self, account: AccountId, search: Search) -> tuple[Sequence[Invoice], int]:
        """The invoices wanted, and how many there are on all pages together."""
        now = self._clock.now()
        with self._store.snapshot() as view:
            found = [as_of(one, now) for one in view.search(account, search, now)]
            return found, view.count(account, search, now)

    def account(self, account: AccountId) -> Account | None:
        """The seller of this id."""
        with self._store.snapshot() as view:
            return view.accounts((account,)).get(account)

    def upcoming_number(self, account: AccountId) -> str | None:
        """The number that the next issued invoice would get, where the account has a series."""
        with self._store.snapshot() as view:
            seller = view.accounts((account,)).get(account)
            if seller is None or seller.series is None:
                return None
            return seller.number(view.upcoming(seller.series))

    def messages(self, account: AccountId, invoice: InvoiceId) -> Sequence[Message]:
        """The messages about an invoice, the oldest first."""
        return self.correspondence(account, (invoice,)).get(invoice, ())

    def correspondence(
        self, account: AccountId, invoices: Collection[InvoiceId]
    ) -> Mapping[InvoiceId, Sequence[Message]]:
        """The messages about each of these invoices, the oldest first."""
        with self._store.snapshot() as view:
            about = view.messages_about([Key(account, invoice) for invoice in invoices])
        return {key.invoice: messages for key, messages in about.items()}

    def history(
        self, account: AccountId, invoice: InvoiceId
    ) -> Result[Sequence[StampedFact], InvoiceNotFound]:
        """Every fact of an invoice, the oldest first."""
        key = Key(account, invoice)
        with self._store.snapshot() as view:
            if key not in view.invoices((key,)):
                return Failure(InvoiceNotFound())
            return Success(view.facts(key))

    def payments(
        self, account: AccountId, invoice: InvoiceId
    ) -> Result[Sequence[RecordedPayment], InvoiceNotFound]:
        """What came in for an invoice, applied or not, the oldest first."""
        key = Key(account, invoice)
        with self._store.snapshot() as view:
            if key not in view.invoices((key,)):
                return Failure(InvoiceNotFound())
            return Success(view.payments_for(key))

    def unapplied(self, account: AccountId) -> Sequence[RecordedPayment]:
        """The money that no invoice could take, the oldest first."""
        with self._store.snapshot() as view:
            return view.unapplied(account)

    def entry(self, account: AccountId, entry: str) -> Entry | None:
        """What a dialect filed under this id."""
        key = EntryKey(account, entry)
        with self._store.snapshot() as view:
            return view.entries((key,)).get(key)

    def reminders(self, account: AccountId, invoice: InvoiceId) -> Result[Outlook, InvoiceNotFound]:
        """How many reminders its payer got, and when there will be more, as everything stands."""
        key = Key(account, invoice)
        with self._store.snapshot() as view:
            found = view.invoices((key,)).get(key)
            seller = view.accounts((account,)).get(account)
            progress = view.reminders((key,)).get(key)
        if found is None or seller is None:
            return Failure(InvoiceNotFound())
        schedule = seller.policy.reminders
        if progress is None or schedule is None:
            return Success(Outlook(0 if progress is None else progress.sent, ()))
        zone, now = self._clock.zone(zone_of(found, schedule)), self._clock.now()
        return Success(outlook(found, schedule, zone, progress, now=now))

    def explain(
        self, account: AccountId, invoice: InvoiceId
    ) -> Result[tuple[Verdict, ...], InvoiceNotFound]:
        """For every operation: allowed now, or every reason against it."""
        key = Key(account, invoice)
        with self._store.snapshot() as view:
            found = view.invoices((key,)).get(key)
            seller = view.accounts((account,)).get(account)
            if found is None or seller is None:
                return Failure(InvoiceNotFound())
            contacts = {
                medium: Contact(account, medium, address)
                for medium in Medium
                if (address := found.document.address(medium)) is not None
            }
            histories = view.histories(list(contacts.values()))
            about = view.messages_about((key,)).get(key, ())
        standings = {
            medium: histories.get(contact, History()).standing(
                seller.policy, last_about(about, medium)
            )
            for medium, contact in contacts.items()
        }
        now = self._clock.now()
        return Success(explain(found, now=now, policy=seller.policy, standings=standings))


def _history(view: View, contact: Contact) -> History:
    return view.histories((contact,)).get(contact, History())


def _answer(batch: Batch, command: AnyCommand) -> Result[Any, Any]:
    if command.invoice is not None and _ID.fullmatch(command.invoice) is None:
        return Failure(InvoiceNotFound())  # no store can hold what has the shape of no id
    request = request_of(command)
    if request is None:
        return _decide(batch, command)
    fingerprint = _fingerprint(command)
    known = batch.remembered.get(request)
    if known is not None and batch.now < known.until:
        return decode(known.answer) if known.fingerprint == fingerprint else Failure(KeyReused())
    answer = _decide(batch, command)
    if not (isinstance(answer, Failure) and isinstance(answer.failure(), AccountNotFound)):
        until = batch.now + REMEMBERED_FOR
        batch.remember(Remembered(request, fingerprint, encode(answer), until))
    return answer


def _decide(batch: Batch, command: AnyCommand) -> Result[Any, Any]:
    account = batch.accounts.get(command.account)
    if account is None:
        return Failure(AccountNotFound())
    key = invoice_of(command)
    case = Case(batch, account, None if key is None else batch.invoices.get(key), command.actor)
    answer = command.decide(case)
    if isinstance(answer, Success):
        batch.absorb(case)
    else:
        batch.absorb_payments(case)
    return answer


def _fingerprint(command: AnyCommand) -> str:
    given: Any = command
    asked = {
        field.name: getattr(command, field.name)
        for field in fields(given)
        if field.name not in ("key", "actor")
    }
    return sha256(canonical({"command": type(command).__name__, **asked})).hexdigest()
