"""An invoice service that runs: a store, a clock, senders, the service and its background jobs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from billhook.application.background_jobs import BackgroundJobs
from billhook.application.commands import Draft, Issue
from billhook.application.ports import Clock, Ids, Sender, Store, WebhookSender
from billhook.application.records import RecordedEvent, RecordedPayment
from billhook.application.service import InvoiceService
from billhook.lifecycle.guards import GuardsOf, no_guards
from billhook.messaging.message import Message
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook.model.invoice import Invoice, InvoiceId, InvoiceKey
from billhook_adapters.memory import CapturedSender, InMemoryStore
from billhook_adapters.system.clock import SettableClock
from billhook_adapters.system.ids import RandomIds
from billhook_adapters.testing.builders import NOON, a_document, an_account, open_account

ACCOUNT = AccountId("acc_1")


class RunningService:
    """An invoice service with the accounts `acc_1` and `acc_2`, and its background jobs.

    What is not given is in memory: an empty store, a clock that stands at noon, and a sender that
    keeps what it is given, for every medium. `policy` is the policy of `acc_1`.

    >>> running = RunningService(number_prefix="INV-")
    >>> running.issued("inv_1").number
    'INV-0001'
    """

    def __init__(
        self,
        store: Store | None = None,
        clock: Clock | None = None,
        *,
        ids: Ids | None = None,
        sender: Sender | None = None,
        webhook_sender: WebhookSender | None = None,
        guards: GuardsOf = no_guards,
        **policy: Any,
    ) -> None:
        self.store = store or InMemoryStore()
        self.clock = clock or SettableClock(NOON)
        self.ids = ids or RandomIds()
        self.sender = sender or CapturedSender()
        self.webhook_sender = webhook_sender
        self.service = InvoiceService(self.store, self.clock, self.ids, guards=guards)
        senders = dict.fromkeys(Medium, self.sender)
        self.background_jobs = BackgroundJobs(
            self.store, self.clock, self.ids, senders, webhook_sender, guards=guards
        )
        open_account(self.service, an_account(ACCOUNT, "Acme", **policy))
        open_account(self.service, an_account("acc_2", "Umbrella"))

    def drafted(self, id: str = "inv_1", **document: Any) -> Invoice:
        """A draft of the first account."""
        return drafted(self.service, id, **document)

    def issued(self, id: str = "inv_1", **document: Any) -> Invoice:
        """An issued invoice of the first account."""
        return issued(self.service, id, **document)

    def invoice(self, id: str = "inv_1") -> Invoice:
        """An invoice of the first account, as the service shows it."""
        return self.service.get(ACCOUNT, InvoiceId(id)).unwrap()

    def events(self, id: str = "inv_1") -> Sequence[RecordedEvent]:
        """The events of an invoice of the first account, the oldest first."""
        with self.store.snapshot() as snapshot:
            return snapshot.events(InvoiceKey(ACCOUNT, InvoiceId(id)))

    def messages(self, id: str = "inv_1") -> Sequence[Message]:
        """The messages about an invoice of the first account."""
        return self.service.messages(ACCOUNT, InvoiceId(id))

    def unapplied(self) -> Sequence[RecordedPayment]:
        """The payments to the first account that no invoice took."""
        return self.service.unapplied(ACCOUNT)


def drafted(
    service: InvoiceService, id: str = "inv_1", account: str = ACCOUNT, **document: Any
) -> Invoice:
    """A draft."""
    return service.execute(
        Draft(account=AccountId(account), invoice=InvoiceId(id), document=a_document(**document))
    ).unwrap()


def issued(
    service: InvoiceService, id: str = "inv_1", account: str = ACCOUNT, **document: Any
) -> Invoice:
    """An issued invoice."""
    draft = drafted(service, id, account, **document)
    return service.execute(Issue(account=draft.account, invoice=draft.id)).unwrap()
