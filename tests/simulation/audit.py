"""What must hold at the end: what callers were promised, and what receivers got.

Every function yields sentences that say what is wrong.
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
from simulation.receivers import GONE, REJECTING
from simulation.scenario import Scenario

SENT_AS_WEBHOOKS = (InvoiceIssued, PaymentRecorded, InvoiceExpired, InvoiceCancelled)


class Audit:
    """The checks of a scenario that has ended."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        rows: Any = scenario.rows._rows
        self.invoices: dict[InvoiceKey, Invoice] = rows.invoices
        self.accounts = rows.accounts
        self.events = rows.events
        self.payments = rows.payments
        self.webhook_endpoints = rows.webhook_endpoints
        self.messages = {
            key.message: one for key, one in rows.messages.items() if isinstance(one, Message)
        }
        self.webhook_events = {
            key.message: one for key, one in rows.messages.items() if isinstance(one, WebhookEvent)
        }
        self.seen = scenario.provider.seen()
        self.received = {
            one.webhook_event.id: one for one in reversed(scenario.webhook_receivers.taken)
        }

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
            yield from self.invoice(key, invoice)
        yield from self.money()

    def reserved(self) -> Iterator[str]:
        """Every answer is kept, and is the same for all callers."""
        for name, request in self.scenario.log.requests.items():
            if any(about(answer) != about(request.answers[0]) for answer in request.answers):
                yield f"{name} was answered in two ways: {request.answers}"
            for message in request.messages():
                if message.id not in self.messages:
                    yield f"{name} was promised {message.id}, which is lost"

    def readers(self) -> Iterator[str]:
        """No reader sees a message twice, or one that was not requested."""
        most: Counter[tuple[AccountId, str | None, Medium]] = Counter()
        least = most.copy()
        for request in self.scenario.log.requests.values():
            command = request.command
            for message in request.messages():
                least[message.account, message.invoice, message.medium] += 1
            if isinstance(command, Notify | DraftAndSend):
                media = (command.medium,) if isinstance(command, Notify) else tuple(Medium)
                for medium in media:
                    known = [one for one in request.messages() if one.medium is medium]
                    most[command.account, command.invoice, medium] += (
                        len(known) if request.answers else 1
                    )
        read = Counter(
            (one.message.account, one.message.invoice, one.message.medium)
            for one in self.seen.values()
        )
        rows = Counter((one.account, one.invoice, one.medium) for one in self.messages.values())
        for whom, number in read.items():
            if number > rows[whom]:
                yield f"{whom} has {rows[whom]} messages, and sees {number}"
        for whom in rows | least:
            if not least[whom] <= rows[whom] <= most[whom]:
                yield f"{whom} has {rows[whom]} messages, not {least[whom]} to {most[whom]}"
        for name in self.seen.keys() - self.messages.keys():
            yield f"{name} was handed over, and there is no such message"

    def message(self, one: Message) -> Iterator[str]:
        """It ended as the provider saw it end, and for a reason that held."""
        retries = self.accounts[one.account].policy.retries
        match one.status:
            case DeliveryStatus.SENT:
                if one.id not in self.seen:
                    yield f"{one.id} counts as sent, and is lost"
            case DeliveryStatus.FAILED:
                if one.address != GONE and one.attempts < retries.max_attempts:
                    yield f"{one.id} failed with attempts left: {one!r}"
            case DeliveryStatus.SUPPRESSED:
                if self.open_at(one, one.ended_at):
                    yield f"{one.id} was suppressed, and its payer should have got it: {one!r}"
            case _:
                yield f"{one.id} never ended: {one!r}"
        if one.status is not DeliveryStatus.SENT and one.id in self.seen and self.undisturbed():
            yield f"{one.id} was taken, and counts as {one.status}"
        for taken in self.scenario.provider.taken:
            if taken.message.id == one.id:
                claimed_at = taken.message.due_at
                if claimed_at is None or not self.open_at(one, claimed_at - LEASE):
                    yield f"{one.id} was sent about an invoice that was closed"
                if (taken.message.address, taken.invoice.key) != (one.address, one.invoice_key):
                    yield f"{one.id} went to another address"

    def webhook_event(self, one: WebhookEvent) -> Iterator[str]:
        """The same of a webhook event and its endpoint."""
        webhook_endpoint = next(
            known
            for key, known in self.webhook_endpoints.items()
            if key == (one.account, one.webhook_endpoint)
        )
        match one.status:
            case DeliveryStatus.SENT:
                if one.id not in self.received:
                    yield f"{one.id} counts as sent to an endpoint, and is lost"
            case DeliveryStatus.FAILED:
                spent = one.attempts >= WEBHOOK_RETRIES.max_attempts
                late = self.scenario.scheduler.tally.leaps and WEBHOOK_RETRIES.give_up_after
                if webhook_endpoint.url != REJECTING and not spent and not late:
                    yield f"{one.id} failed with attempts left: {one!r}"
                if not webhook_endpoint.silenced:
                    yield f"{one.webhook_endpoint} is not silenced, though {one.id} failed"
            case DeliveryStatus.SUPPRESSED:
                if not webhook_endpoint.silenced:
                    yield f"{one.id} was suppressed, and its endpoint is not silenced"
            case _:
                yield f"{one.id} never ended: {one!r}"

    def webhook_events_queued(self) -> Iterator[str]:
        """Each event has one webhook event for each endpoint, with the invoice of its version."""
        rows = Counter(
            (one.account, one.invoice, one.version, one.webhook_endpoint)
            for one in self.webhook_events.values()
        )
        wanted: Counter[tuple[Any, ...]] = Counter()
        for key, events in self.events.items():
            for event in events:
                if isinstance(event.event, SENT_AS_WEBHOOKS):
                    for account, webhook_endpoint in self.webhook_endpoints:
                        if account == key.account:
                            wanted[key.account, key.invoice, event.version, webhook_endpoint] += 1
        for event in rows - wanted:
            yield f"{event} has a webhook event too many"
        for event in wanted - rows:
            if not self.webhook_endpoints[event[0], event[3]].silenced:
                yield f"{event} has no webhook event"
        contents: dict[str, Any] = {}
        for context in self.scenario.webhook_receivers.taken:
            key = context.webhook_event.invoice_key
            content = (context.invoice, context.events, context.messages)
            if contents.setdefault(context.webhook_event.id, content) != content:
                yield f"{context.webhook_event.id} was sent in two ways"
            if context.invoice != _then(self.events[key], context.webhook_event.version):
                yield f"{context.webhook_event.id} does not show the invoice of its version"

    def again(self) -> Iterator[str]:
        """What a receiver got twice, it got because something failed."""
        taken = [one.message.id for one in self.scenario.provider.taken]
        taken += [one.webhook_event.id for one in self.scenario.webhook_receivers.taken]
        extra, tally = len(taken) - len(set(taken)), self.scenario.scheduler.tally
        most = tally.killed + tally.failed + tally.denied + tally.leaps * self.scenario.concurrency
        if extra > most:
            yield f"{extra} came again, for at most {most} reasons"

    def invoice(self, key: InvoiceKey, invoice: Invoice) -> Iterator[str]:
        """An invoice agrees with its events, and its events with each other."""
        stamped = self.events[key]
        changes = [one.event for one in stamped if one.version is not None]
        versions = [one.version for one in stamped if one.version is not None]
        if versions != list(range(1, invoice.version + 1)):
            yield f"{key} has the versions {versions}, and stands at {invoice.version}"
        if replay(one.event for one in stamped) != invoice:
            yield f"{key} is not what its events replay to"
        try:
            invariants.at_rest(invoice)
        except AssertionError as rule:
            yield f"{key} breaks rule {rule}"
        now = self.scenario.scheduler.time
        if invariants.effective(invoice, now) != invoice.status:
            yield f"{key} expired, and no one recorded it"
        requested = {
            one.event.message for one in stamped if isinstance(one.event, NotificationRequested)
        }
        queued = {one.id for one in self.messages.values() if one.invoice_key == key}
        if requested != queued:
            yield f"{key} has events of {requested} and messages {queued}"
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
            yield f"{key} has events of {events} and payments {references}"

    def money(self) -> Iterator[str]:
        """A payment that was reported and answered is recorded in full."""
        for name, request in self.scenario.log.requests.items():
            command = request.command
            if isinstance(command, RecordPayment) and request.answers:
                kept = self.payments.get(PaymentKey(command.account, command.payment.reference))
                if kept is None or kept.payment != command.payment:
                    yield f"{name} reported {command.payment}, which is lost"

    def open_at(self, one: OutboxMessage, at: Any) -> bool:
        """Whether its payer was to get it at that instant."""
        past = [stamped for stamped in self.events[one.invoice_key] if stamped.event.at <= at]
        invoice = _then(past, None)
        return invariants.effective(invoice, at) in invariants.OPEN

    def undisturbed(self) -> bool:
        """Whether nothing failed at all."""
        tally = self.scenario.scheduler.tally
        return not (tally.killed or tally.failed or tally.denied or tally.leaps)


def _then(events: Any, version: int | None) -> Invoice:
    """The invoice that these events replay to, up to a version."""
    changes: list[Event] = [
        one.event
        for one in events
        if one.version is not None and (version is None or one.version <= version)
    ]
    return replay(changes)
