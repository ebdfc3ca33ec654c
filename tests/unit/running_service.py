"""A desk in memory with all that stands around it, for tests to look into."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Any

from returns.result import Failure, Result, Success

from billhook.application.background_jobs import BackgroundJobs
from billhook.application.commands import Draft, Issue
from billhook.application.ports import WebhookContext
from billhook.application.records import RecordedEvent, RecordedPayment
from billhook.application.service import InvoiceService
from billhook.messaging.delivery import Accepted, SendError
from billhook.messaging.message import Message
from billhook.messaging.webhooks import WebhookEvent
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook.model.invoice import Invoice, InvoiceId, InvoiceKey
from billhook_adapters.memory import CapturedSender, InMemoryStore, RandomIds, SettableClock
from billhook_adapters.testing import NOON, a_document, a_webhook_endpoint, an_account
from billhook_adapters.testing.builders import add_webhook_endpoint, open_account

ACME, OTHER = AccountId("acc_1"), AccountId("acc_2")
ONE, TWO = InvoiceId("inv_1"), InvoiceId("inv_2")


class ListeningAnnouncer:
    """Keeps every occasion that it was to tell; put errors into `faults` to make it fail."""

    def __init__(self) -> None:
        self.told: list[WebhookContext] = []
        self.faults: deque[SendError] = deque()

    def send(self, occasion: WebhookContext) -> Result[Accepted, SendError]:
        """Keep the occasion, even where a fault is due: a receiver may have read it."""
        self.told.append(occasion)
        return Failure(self.faults.popleft()) if self.faults else Success(Accepted())


class Office:
    """A desk over an empty store at noon, with the accounts acc_1 and acc_2."""

    def __init__(self, store: InMemoryStore | None = None, **policy: Any) -> None:
        self.store = store or InMemoryStore()
        self.clock = SettableClock(NOON)
        self.sender = CapturedSender()
        self.service = InvoiceService(self.store, self.clock, RandomIds())
        senders = {Medium.EMAIL: self.sender, Medium.SMS: self.sender}
        self.webhook_sender = ListeningAnnouncer()
        self.background_jobs = BackgroundJobs(
            self.store, self.clock, RandomIds(), senders, self.webhook_sender
        )
        open_account(self.service, an_account(ACME, "Acme", **policy))
        open_account(self.service, an_account(OTHER, "Umbrella"))

    def drafted(self, id: InvoiceId = ONE, **document: Any) -> Invoice:
        """A draft, made at the desk."""
        command = Draft(account=ACME, invoice=id, document=a_document(**document))
        return self.service.execute(command).unwrap()

    def issued(self, id: InvoiceId = ONE, **document: Any) -> Invoice:
        """An issued invoice, made at the desk."""
        self.drafted(id, **document)
        return self.service.execute(Issue(account=ACME, invoice=id)).unwrap()

    def seen(self, id: InvoiceId = ONE) -> Invoice:
        """The invoice as the desk shows it."""
        return self.service.get(ACME, id).unwrap()

    def events(self, id: InvoiceId = ONE) -> Sequence[RecordedEvent]:
        """Everything that happened to an invoice."""
        with self.store.snapshot() as snapshot:
            return snapshot.events(InvoiceKey(ACME, id))

    def messages(self, id: InvoiceId = ONE) -> Sequence[Message]:
        """Everything its payer was to be told."""
        return self.service.messages(ACME, id)

    def unapplied(self) -> Sequence[RecordedPayment]:
        """The money that no invoice took."""
        with self.store.snapshot() as snapshot:
            return snapshot.unapplied(ACME)

    def subscribed(self, id: str = "sub_1", **fields: Any) -> None:
        """Somebody to announce events to."""
        add_webhook_endpoint(self.service, a_webhook_endpoint(id, **fields))

    def webhook_events(self) -> Sequence[WebhookEvent]:
        """Everything that subscribers were to be told, in the order of the events."""
        outbox = self.store._rows.messages.values()
        found = [one for one in outbox if isinstance(one, WebhookEvent)]
        return sorted(found, key=lambda one: (one.invoice, one.version, one.webhook_endpoint))

    def heard(self) -> Sequence[str]:
        """The events that were told, in the order of telling."""
        return [occasion.webhook_event.event_type for occasion in self.webhook_sender.told]

    def rows(self) -> Any:
        """All that is stored, to be compared."""
        return self.store._rows.copied()
