"""A desk over a database that others work on, and what stands in its rows."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import func, select

from billhook.application.commands import DraftAndSend
from billhook.application.service import InvoiceService
from billhook.messaging.delivery import LIVE, DeliveryStatus
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook_adapters.composition.backends import delivery, open_backend
from billhook_adapters.composition.settings import EngineName
from billhook_adapters.memory import RandomIds
from billhook_adapters.sql.tables import messages
from billhook_adapters.system.clock import SystemClock
from billhook_adapters.testing import a_customer, a_document, an_account
from billhook_adapters.testing.builders import open_account

ACCOUNT = AccountId("acc_1")
TOGETHER = 50


class Office:
    """Bills one payer after the other, each by one mail."""

    def __init__(self, url: str, engine: EngineName) -> None:
        """`engine` is what is to be woken by what is queued."""
        self._backend = open_backend(url)
        store, _ = delivery(self._backend, engine, SystemClock())
        self.service = InvoiceService(store, SystemClock(), RandomIds())
        open_account(self.service, an_account())
        self._payers = 0
        self.billed: dict[str, str] = {}
        """The Message-ID without its brackets and host, by the short URL of its invoice."""

    def close(self) -> None:
        """Leave the database."""
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
        """How many messages stand where."""
        with self._backend.database.connect() as connection:
            found = connection.execute(
                select(messages.c.status, func.count()).group_by(messages.c.status)
            )
            return Counter({DeliveryStatus(status): count for status, count in found})

    def live(self) -> int:
        """How many messages may still go out."""
        return sum(count for status, count in self.states().items() if status in LIVE)

    def attempted(self, at_least: int) -> int:
        """How many messages were claimed so often, or more."""
        with self._backend.database.connect() as connection:
            asked = select(func.count()).where(messages.c.attempts >= at_least)
            return connection.execute(asked).scalar_one()
