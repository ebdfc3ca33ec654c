"""What must hold once all is quiet: what callers were promised, what readers saw.

Every function yields what is wrong, in words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from billhook.application.background_jobs import LEASE
from billhook.application.commands import DraftAndSend, Notify, RecordPayment
from billhook.application.records import Outbound, PaymentKey
from billhook.lifecycle.apply import replay
from billhook.lifecycle.events import (
    Cancelled,
    Expired,
    Fact,
    Issued,
    NotificationRequested,
    PaymentTaken,
)
from billhook.messaging.delivery import Delivery
from billhook.messaging.message import Message
from billhook.messaging.webhooks import RETRIES, Announcement
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook.model.invoice import Invoice, Key
from properties import invariants
from simulation.clients import about
from simulation.receivers import DEAF, GONE
from simulation.world import World

TOLD = (Issued, PaymentTaken, Expired, Cancelled)


class Audit:
    """A world that has come to rest, looked at as a whole."""

    def __init__(self, world: World) -> None:
        self.world = world
        rows: Any = world.rows._rows
        self.invoices: dict[Key, Invoice] = rows.invoices
        self.facts = rows.facts
        self.payments = rows.payments
        self.subscribers = rows.subscribers
        self.messages = {
            key.message: one for key, one in rows.messages.items() if isinstance(one, Message)
        }
        self.announcements = {
            key.message: one for key, one in rows.messages.items() if isinstance(one, Announcement)
        }
        self.seen = world.provider.seen()
        self.heard = {one.announcement.id: one for one in reversed(world.hearers.taken)}

    def wrongs(self) -> Iterator[str]:
        """All that is wrong."""
        yield from self.promised()
        yield from self.readers()
        for one in self.messages.values():
            yield from self.message(one)
        for one in self.announcements.values():
            yield from self.announcement(one)
        yield from self.events()
        yield from self.again()
        for key, invoice in self.invoices.items():
            yield from self.books(key, invoice)
        yield from self.money()

    def promised(self) -> Iterator[str]:
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
            case Delivery.SENT:
                if one.id not in self.seen:
                    yield f"{one.id} counts as sent, and is lost"
            case Delivery.FAILED:
                if one.address != GONE and one.attempts < retries.attempts:
                    yield f"{one.id} failed with attempts left: {one!r}"
            case Delivery.SUPPRESSED:
                if self.open_at(one, one.ended_at):
                    yield f"{one.id} was suppressed, and its payer should have heard: {one!r}"
            case _:
                yield f"{one.id} never ended: {one!r}"
        if one.status is not Delivery.SENT and one.id in self.seen and self.undisturbed():
            yield f"{one.id} was taken, and counts as {one.status}"
        for taken in self.world.provider.taken:
            if taken.message.id == one.id:
                claimed_at = taken.message.due_at
                if claimed_at is None or not self.open_at(one, claimed_at - LEASE):
                    yield f"{one.id} was sent about an invoice that was closed"
                if (taken.message.address, taken.invoice.key) != (one.address, one.invoice_key):
                    yield f"{one.id} went to somebody else"

    def announcement(self, one: Announcement) -> Iterator[str]:
        """The same of an event and its subscriber."""
        subscriber = next(
            known for key, known in self.subscribers.items() if key == (one.account, one.subscriber)
        )
        match one.status:
            case Delivery.SENT:
                if one.id not in self.heard:
                    yield f"{one.id} counts as told, and is lost"
            case Delivery.FAILED:
                spent = one.attempts >= RETRIES.attempts
                late = self.world.scheduler.tally.leaps and RETRIES.within
                if subscriber.url != DEAF and not spent and not late:
                    yield f"{one.id} failed with attempts left: {one!r}"
                if not subscriber.silenced:
                    yield f"{one.subscriber} is to be told more, though {one.id} failed"
            case Delivery.SUPPRESSED:
                if not subscriber.silenced:
                    yield f"{one.id} was suppressed, and its subscriber listens"
            case _:
                yield f"{one.id} never ended: {one!r}"

    def events(self) -> Iterator[str]:
        """Each event has one announcement for each subscriber, and tells of its own moment."""
        rows = Counter(
            (one.account, one.invoice, one.version, one.subscriber)
            for one in self.announcements.values()
        )
        wanted: Counter[tuple[Any, ...]] = Counter()
        for key, facts in self.facts.items():
            for fact in facts:
                if isinstance(fact.fact, TOLD):
                    for account, subscriber in self.subscribers:
                        if account == key.account:
                            wanted[key.account, key.invoice, fact.version, subscriber] += 1
        for event in rows - wanted:
            yield f"{event} is announced once too often"
        for event in wanted - rows:
            if not self.subscribers[event[0], event[3]].silenced:
                yield f"{event} is not announced"
        told: dict[str, Any] = {}
        for occasion in self.world.hearers.taken:
            key = occasion.announcement.invoice_key
            content = (occasion.invoice, occasion.facts, occasion.messages)
            if told.setdefault(occasion.announcement.id, content) != content:
                yield f"{occasion.announcement.id} was told in two ways"
            if occasion.invoice != _then(self.facts[key], occasion.announcement.version):
                yield f"{occasion.announcement.id} does not tell of its own moment"

    def again(self) -> Iterator[str]:
        """What a receiver got twice, it got because something went wrong."""
        taken = [one.message.id for one in self.world.provider.taken]
        taken += [one.announcement.id for one in self.world.hearers.taken]
        extra, tally = len(taken) - len(set(taken)), self.world.scheduler.tally
        most = tally.killed + tally.failed + tally.denied + tally.leaps * self.world.hands
        if extra > most:
            yield f"{extra} came again, with no more than {most} reasons"

    def books(self, key: Key, invoice: Invoice) -> Iterator[str]:
        """An invoice agrees with its facts, and its facts with each other."""
        stamped = self.facts[key]
        changes = [one.fact for one in stamped if one.version is not None]
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
            one.fact.message for one in stamped if isinstance(one.fact, NotificationRequested)
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
        facts = [fact.reference for fact in changes if isinstance(fact, PaymentTaken)]
        if sorted(references) != sorted(facts):
            yield f"{key} has facts of {facts} and payments {references}"

    def money(self) -> Iterator[str]:
        """Money that was reported, and answered for, is recorded, whole."""
        for name, asked in self.world.book.asked.items():
            command = asked.command
            if isinstance(command, RecordPayment) and asked.answers:
                kept = self.payments.get(PaymentKey(command.account, command.payment.reference))
                if kept is None or kept.payment != command.payment:
                    yield f"{name} reported {command.payment}, which is lost"

    def open_at(self, one: Outbound, at: Any) -> bool:
        """Whether its payer was to be told at that instant."""
        past = [stamped for stamped in self.facts[one.invoice_key] if stamped.fact.at <= at]
        invoice = _then(past, None)
        return invariants.effective(invoice, at) in invariants.OPEN

    def undisturbed(self) -> bool:
        """Whether nothing went wrong at all."""
        tally = self.world.scheduler.tally
        return not (tally.killed or tally.failed or tally.denied or tally.leaps)


def _then(facts: Any, version: int | None) -> Invoice:
    """The invoice as these facts tell it, up to a version."""
    changes: list[Fact] = [
        one.fact
        for one in facts
        if one.version is not None and (version is None or one.version <= version)
    ]
    return replay(changes)
