"""What must hold once all is quiet: what callers were promised, what readers saw.

Every function yields what is wrong, in words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from billhook.application.background_jobs import LEASE
from billhook.application.commands import DraftAndSend, Notify, RecordPayment
from billhook.application.records import OutboxMessage, PaymentKey
from billhook.lifecycle.apply import replay
from billhook.lifecycle.events import (
    Event,
    InvoiceCancelled,
    InvoiceExpired,
    InvoiceIssued,
    NotificationRequested,
    PaymentRecorded,
)
from billhook.messaging.delivery import DeliveryStatus
from billhook.messaging.message import Message
from billhook.messaging.webhooks import WEBHOOK_RETRIES, WebhookEvent
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook.model.invoice import Invoice, InvoiceKey
from properties import invariants
from simulation.clients import about
from simulation.receivers import DEAF, GONE
from simulation.scenario import World

TOLD = (InvoiceIssued, PaymentRecorded, InvoiceExpired, InvoiceCancelled)


class Audit:
    """A world that has come to rest, looked at as a whole."""

    def __init__(self, world: World) -> None:
        self.world = world
        rows: Any = world.rows._rows
        self.invoices: dict[InvoiceKey, Invoice] = rows.invoices
        self.events = rows.events
        self.payments = rows.payments
        self.webhook_endpoints = rows.webhook_endpoints
        self.messages = {
            key.message: one for key, one in rows.messages.items() if isinstance(one, Message)
        }
        self.webhook_events = {
            key.message: one for key, one in rows.messages.items() if isinstance(one, WebhookEvent)
        }
        self.seen = world.provider.seen()
        self.heard = {one.webhook_event.id: one for one in reversed(world.hearers.taken)}

    def wrongs(self) -> Iterator[str]:
        """All that is wrong."""
        yield from self.reserved()
        yield from self.readers()
        for one in self.messages.values():
            yield from self.message(one)
        for one in self.webhook_events.values():
            yield from self.webhook_event(one)
        yield from self.webhook_events_queued()
        yield from self.again()
        for key, invoice in self.invoices.items():
            yield from self.books(key, invoice)
        yield from self.money()

    def reserved(self) -> Iterator[str]:
        """Every answer is kept, and is the same to all who asked."""
        for name, asked in self.world.book.asked.items():
            if any(about(answer) != about(asked.answers[0]) for answer in asked.answers):
                yield f"{name} was answered in two ways: {asked.answers}"
            for message in asked.messages():
                if message.id not in self.messages:
                    yield f"{name} was promised {message.id}, which is lost"

    def readers(self) -> Iterator[str]:
        """Nobody reads the same thing twice, or what nobody asked for."""
        most: Counter[tuple[AccountId, str | None, Medium]] = Counter()
        least = most.copy()
        for asked in self.world.book.asked.values():
            command = asked.command
            for message in asked.messages():
                least[message.account, message.invoice, message.medium] += 1
            if isinstance(command, Notify | DraftAndSend):
                media = (command.medium,) if isinstance(command, Notify) else tuple(Medium)
                for medium in media:
                    told = [one for one in asked.messages() if one.medium is medium]
                    most[command.account, command.invoice, medium] += (
                        len(told) if asked.answers else 1
                    )
        read = Counter(
            (one.message.account, one.message.invoice, one.message.medium)
            for one in self.seen.values()
        )
        rows = Counter((one.account, one.invoice, one.medium) for one in self.messages.values())
        for whom, number in read.items():
            if number > rows[whom]:
                yield f"{whom} has {rows[whom]} messages, and hears {number} times"
        for whom in rows | least:
            if not least[whom] <= rows[whom] <= most[whom]:
                yield f"{whom} has {rows[whom]} messages, not {least[whom]} to {most[whom]}"
        for name in self.seen.keys() - self.messages.keys():
            yield f"{name} was handed over, and there is no such message"

    def message(self, one: Message) -> Iterator[str]:
        """It ended as the provider saw it end, and for a reason that held."""
        retries = self.world.accounts[one.account].policy.retries
        match one.status:
            case DeliveryStatus.SENT:
                if one.id not in self.seen:
                    yield f"{one.id} counts as sent, and is lost"
            case DeliveryStatus.FAILED:
                if one.address != GONE and one.attempts < retries.max_attempts:
                    yield f"{one.id} failed with attempts left: {one!r}"
            case DeliveryStatus.SUPPRESSED:
                if self.open_at(one, one.ended_at):
                    yield f"{one.id} was suppressed, and its payer should have heard: {one!r}"
            case _:
                yield f"{one.id} never ended: {one!r}"
        if one.status is not DeliveryStatus.SENT and one.id in self.seen and self.undisturbed():
            yield f"{one.id} was taken, and counts as {one.status}"
        for taken in self.world.provider.taken:
            if taken.message.id == one.id:
                claimed_at = taken.message.due_at
                if claimed_at is None or not self.open_at(one, claimed_at - LEASE):
                    yield f"{one.id} was sent about an invoice that was closed"
                if (taken.message.address, taken.invoice.key) != (one.address, one.invoice_key):
                    yield f"{one.id} went to somebody else"

    def webhook_event(self, one: WebhookEvent) -> Iterator[str]:
        """The same of an event and its subscriber."""
        webhook_endpoint = next(
            known
            for key, known in self.webhook_endpoints.items()
            if key == (one.account, one.webhook_endpoint)
        )
        match one.status:
            case DeliveryStatus.SENT:
                if one.id not in self.heard:
                    yield f"{one.id} counts as told, and is lost"
            case DeliveryStatus.FAILED:
                spent = one.attempts >= WEBHOOK_RETRIES.max_attempts
                late = self.world.scheduler.tally.leaps and WEBHOOK_RETRIES.give_up_after
                if webhook_endpoint.url != DEAF and not spent and not late:
                    yield f"{one.id} failed with attempts left: {one!r}"
                if not webhook_endpoint.silenced:
                    yield f"{one.webhook_endpoint} is to be told more, though {one.id} failed"
            case DeliveryStatus.SUPPRESSED:
                if not webhook_endpoint.silenced:
                    yield f"{one.id} was suppressed, and its subscriber listens"
            case _:
                yield f"{one.id} never ended: {one!r}"

    def webhook_events_queued(self) -> Iterator[str]:
        """Each event has one announcement for each subscriber, and tells of its own moment."""
        rows = Counter(
            (one.account, one.invoice, one.version, one.webhook_endpoint)
            for one in self.webhook_events.values()
        )
        wanted: Counter[tuple[Any, ...]] = Counter()
        for key, events in self.events.items():
            for event in events:
                if isinstance(event.event, TOLD):
                    for account, webhook_endpoint in self.webhook_endpoints:
                        if account == key.account:
                            wanted[key.account, key.invoice, event.version, webhook_endpoint] += 1
        for event in rows - wanted:
            yield f"{event} is announced once too often"
        for event in wanted - rows:
            if not self.webhook_endpoints[event[0], event[3]].silenced:
                yield f"{event} is not announced"
        told: dict[str, Any] = {}
        for occasion in self.world.hearers.taken:
            key = occasion.webhook_event.invoice_key
            content = (occasion.invoice, occasion.events, occasion.messages)
            if told.setdefault(occasion.webhook_event.id, content) != content:
                yield f"{occasion.webhook_event.id} was told in two ways"
            if occasion.invoice != _then(self.events[key], occasion.webhook_event.version):
                yield f"{occasion.webhook_event.id} does not tell of its own moment"

    def again(self) -> Iterator[str]:
        """What a receiver got twice, it got because something went wrong."""
        taken = [one.message.id for one in self.world.provider.taken]
        taken += [one.webhook_event.id for one in self.world.hearers.taken]
        extra, tally = len(taken) - len(set(taken)), self.world.scheduler.tally
        most = tally.killed + tally.failed + tally.denied + tally.leaps * self.world.concurrency
        if extra > most:
            yield f"{extra} came again, with no more than {most} reasons"

    def books(self, key: InvoiceKey, invoice: Invoice) -> Iterator[str]:
        """An invoice agrees with its facts, and its facts with each other."""
        stamped = self.events[key]
        changes = [one.event for one in stamped if one.version is not None]
        versions = [one.version for one in stamped if one.version is not None]
        if versions != list(range(1, invoice.version + 1)):
            yield f"{key} has the versions {versions}, and stands at {invoice.version}"
        if replay(changes) != invoice:
            yield f"{key} is not what its facts tell"
        try:
            invariants.at_rest(invoice)
        except AssertionError as rule:
            yield f"{key} breaks rule {rule}"
        now = self.world.scheduler.time
        if invariants.effective(invoice, now) != invoice.status:
            yield f"{key} ran out, and nobody noticed"
        requested = {
            one.event.message for one in stamped if isinstance(one.event, NotificationRequested)
        }
        asked = {one.id for one in self.messages.values() if one.invoice_key == key}
        if requested != asked:
            yield f"{key} has facts of {requested} and messages {asked}"
        applied = [
            one
            for one in self.payments.values()
            if (one.account, one.invoice) == key and one.applied
        ]
        if sum(one.payment.amount for one in applied) != invoice.paid:
            yield f"{key} has {invoice.paid} paid, of {applied}"
        references = [one.payment.reference for one in applied]
        events = [event.reference for event in changes if isinstance(event, PaymentRecorded)]
        if sorted(references) != sorted(events):
            yield f"{key} has facts of {events} and payments {references}"

    def money(self) -> Iterator[str]:
        """Money that was reported, and answered for, is recorded, whole."""
        for name, asked in self.world.book.asked.items():
            command = asked.command
            if isinstance(command, RecordPayment) and asked.answers:
                kept = self.payments.get(PaymentKey(command.account, command.payment.reference))
                if kept is None or kept.payment != command.payment:
                    yield f"{name} reported {command.payment}, which is lost"

    def open_at(self, one: OutboxMessage, at: Any) -> bool:
        """Whether its payer was to be told at that instant."""
        past = [stamped for stamped in self.events[one.invoice_key] if stamped.event.at <= at]
        invoice = _then(past, None)
        return invariants.effective(invoice, at) in invariants.OPEN

    def undisturbed(self) -> bool:
        """Whether nothing went wrong at all."""
        tally = self.world.scheduler.tally
        return not (tally.killed or tally.failed or tally.denied or tally.leaps)


def _then(events: Any, version: int | None) -> Invoice:
    """The invoice as these facts tell it, up to a version."""
    changes: list[Event] = [
        one.event
        for one in events
        if one.version is not None and (version is None or one.version <= version)
    ]
    return replay(changes)
