"""A service that bills payers over a database that workers share, and the states of its rows."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import func, select

from billhook.application.commands import DraftAndSend
from billhook.messaging.delivery import LIVE, DeliveryStatus
from billhook.model.customer import Medium
from billhook_adapters.composition.backends import open_backend
from billhook_adapters.composition.engines import delivery
from billhook_adapters.composition.settings import EngineName
from billhook_adapters.sql.tables import messages
from billhook_adapters.system.clock import SystemClock
from billhook_adapters.testing import a_customer, a_document
from billhook_adapters.testing.running import ACCOUNT, RunningService

TOGETHER = 50


class Billing:
    """Bills one payer after the other, each by one mail."""

    def __init__(self, url: str, engine: EngineName) -> None:
        """`engine` is the one that the workers run."""
        self._backend = open_backend(url)
        store, _ = delivery(self._backend, engine, SystemClock())
        self.service = RunningService(store, SystemClock()).service
        self._payers = 0
        self.billed: dict[str, str] = {}
        """The Message-ID without its brackets and host, by the short URL of its invoice."""

    def close(self) -> None:
        """Close the connections."""
        self._backend.dispose()

    def bill(self, payers: int) -> None:
        """Issue so many invoices, and queue a mail about each."""
        for first in range(0, payers, TOGETHER):
            commands = [self._command() for _ in range(min(TOGETHER, payers - first))]
            for answer in self.service.execute_all(commands):
                invoice, (message,) = answer.unwrap().invoice, answer.unwrap().messages
                self.billed[invoice.short_url] = message.id

    def _command(self) -> DraftAndSend:
        self._payers += 1
        document = a_document(customer=a_customer(email=f"payer-{self._payers}@example.com"))
        return DraftAndSend(account=ACCOUNT, document=document, media=(Medium.EMAIL,))

    def states(self) -> Counter[DeliveryStatus]:
        """How many messages have each status."""
        with self._backend.database.connect() as connection:
            found = connection.execute(
                select(messages.c.status, func.count()).group_by(messages.c.status)
            )
            return Counter({DeliveryStatus(status): count for status, count in found})

    def live(self) -> int:
        """How many messages may still be sent."""
        return sum(count for status, count in self.states().items() if status in LIVE)

    def attempted(self, at_least: int) -> int:
        """How many messages were claimed so often, or more."""
        with self._backend.database.connect() as connection:
            query = select(func.count()).where(messages.c.attempts >= at_least)
            return connection.execute(query).scalar_one()
