"""A desk in memory with all that stands around it, for tests to look into."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Any

from returns.result import Failure, Result, Success

from billhook.application.background_jobs import Handlers
from billhook.application.commands import Draft, Issue
from billhook.application.ports import Occasion
from billhook.application.records import RecordedPayment, StampedFact
from billhook.application.service import Desk
from billhook.messaging.delivery import Accepted, SendError
from billhook.messaging.message import Message
from billhook.messaging.webhooks import Announcement
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook.model.invoice import Invoice, InvoiceId, Key
from billhook_adapters.memory import CapturedSender, InMemoryStore, RandomIds, SettableClock
from billhook_adapters.testing import NOON, a_document, a_subscriber, an_account

ACME, OTHER = AccountId("acc_1"), AccountId("acc_2")
ONE, TWO = InvoiceId("inv_1"), InvoiceId("inv_2")


class ListeningAnnouncer:
    """Keeps every occasion that it was to tell; put errors into `faults` to make it fail."""

    def __init__(self) -> None:
        self.told: list[Occasion] = []
        self.faults: deque[SendError] = deque()

    def announce(self, occasion: Occasion) -> Result[Accepted, SendError]:
        """Keep the occasion, even where a fault is due: a receiver may have read it."""
        self.told.append(occasion)
        return Failure(self.faults.popleft()) if self.faults else Success(Accepted())


class Office:
    """A desk over an empty store at noon, with the accounts acc_1 and acc_2."""

    def __init__(self, store: InMemoryStore | None = None, **policy: Any) -> None:
        self.store = store or InMemoryStore()
        self.clock = SettableClock(NOON)
        self.sender = CapturedSender()
        self.desk = Desk(self.store, self.clock, RandomIds())
        senders = {Medium.EMAIL: self.sender, Medium.SMS: self.sender}
        self.announcer = ListeningAnnouncer()
        self.handlers = Handlers(self.store, self.clock, RandomIds(), senders, self.announcer)
        self.desk.open(an_account(ACME, "Acme", **policy))
        self.desk.open(an_account(OTHER, "Umbrella"))

    def drafted(self, id: InvoiceId = ONE, **document: Any) -> Invoice:
        """A draft, made at the desk."""
        command = Draft(account=ACME, invoice=id, document=a_document(**document))
        return self.desk.do(command).unwrap()

    def issued(self, id: InvoiceId = ONE, **document: Any) -> Invoice:
        """An issued invoice, made at the desk."""
        self.drafted(id, **document)
        return self.desk.do(Issue(account=ACME, invoice=id)).unwrap()

    def seen(self, id: InvoiceId = ONE) -> Invoice:
        """The invoice as the desk shows it."""
        return self.desk.get(ACME, id).unwrap()

    def facts(self, id: InvoiceId = ONE) -> Sequence[StampedFact]:
        """Everything that happened to an invoice."""
        with self.store.snapshot() as view:
            return view.facts(Key(ACME, id))

    def messages(self, id: InvoiceId = ONE) -> Sequence[Message]:
        """Everything its payer was to be told."""
        return self.desk.messages(ACME, id)

    def unapplied(self) -> Sequence[RecordedPayment]:
        """The money that no invoice took."""
        with self.store.snapshot() as view:
            return view.unapplied(ACME)

    def subscribed(self, id: str = "sub_1", **fields: Any) -> None:
        """Somebody to announce events to."""
        self.desk.subscribe(a_subscriber(id, **fields))

    def announcements(self) -> Sequence[Announcement]:
        """Everything that subscribers were to be told, in the order of the events."""
        outbox = self.store._rows.messages.values()
        found = [one for one in outbox if isinstance(one, Announcement)]
        return sorted(found, key=lambda one: (one.invoice, one.version, one.subscriber))

    def heard(self) -> Sequence[str]:
        """The events that were told, in the order of telling."""
        return [occasion.announcement.event for occasion in self.announcer.told]

    def rows(self) -> Any:
        """All that is stored, to be compared."""
        return self.store._rows.copied()
