"""A service that runs in memory, whose rows tests may look at."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Any

from returns.result import Failure, Result, Success

from billhook.application.ports import WebhookContext
from billhook.messaging.delivery import Accepted, SendError
from billhook.messaging.webhooks import WebhookEvent, WebhookEventType
from billhook.model.base import AccountId
from billhook.model.invoice import InvoiceId
from billhook_adapters.memory import CapturedSender, InMemoryStore, SettableClock
from billhook_adapters.testing import a_webhook_endpoint
from billhook_adapters.testing.builders import add_webhook_endpoint
from billhook_adapters.testing.running import RunningService

ACME, OTHER = AccountId("acc_1"), AccountId("acc_2")
ONE, TWO = InvoiceId("inv_1"), InvoiceId("inv_2")


class CapturedWebhooks:
    """Keeps every webhook that it is to send; put errors into `faults` to make it fail."""

    def __init__(self) -> None:
        self.sent: list[WebhookContext] = []
        self.faults: deque[SendError] = deque()

    def send(self, context: WebhookContext) -> Result[Accepted, SendError]:
        """Keep the webhook, even where a fault is due: a receiver may have read it."""
        self.sent.append(context)
        return Failure(self.faults.popleft()) if self.faults else Success(Accepted())


class InMemoryService(RunningService):
    """A `RunningService` with everything in memory. `policy` is the policy of acc_1."""

    store: InMemoryStore
    clock: SettableClock
    sender: CapturedSender
    webhook_sender: CapturedWebhooks

    def __init__(self, store: InMemoryStore | None = None, **policy: Any) -> None:
        super().__init__(store, webhook_sender=CapturedWebhooks(), **policy)

    def add_webhook_endpoint(self, id: str = "sub_1", **fields: Any) -> None:
        """Add a webhook endpoint to its account, or replace it."""
        add_webhook_endpoint(self.service, a_webhook_endpoint(id, **fields))

    def webhook_events(self) -> Sequence[WebhookEvent]:
        """Every webhook event in the outbox, in the order of the invoices' events."""
        outbox = self.store._rows.messages.values()
        found = [one for one in outbox if isinstance(one, WebhookEvent)]
        return sorted(found, key=lambda one: (one.invoice, one.version, one.webhook_endpoint))

    def sent_webhooks(self) -> Sequence[WebhookEventType]:
        """The types of the webhook events that were sent, in the order of sending."""
        return [context.webhook_event.event_type for context in self.webhook_sender.sent]

    def rows(self) -> Any:
        """All that is stored, to be compared."""
        return self.store._rows.copied()
