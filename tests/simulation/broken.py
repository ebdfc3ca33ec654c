"""Three designs that look right and are wrong. The simulation must find each of them."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from returns.result import Result, Success

from billhook.application.background_jobs import BackgroundJobs
from billhook.application.delivery_attempts import Attempt, DeliveryJob
from billhook.application.ports import Ids, Sender, Store
from billhook.application.records import PendingWrites
from billhook.messaging.delivery import Accepted, SendError
from billhook.messaging.message import Message
from billhook.model.invoice import Invoice
from billhook_adapters.testing.running import RunningService
from simulation.scenario import Build


class DualWrite(Build):
    """The decision is stored in one transaction, its messages in the next."""

    def store(self, store: Store) -> Store:
        return _TwoTransactions(store)


class AckBeforeSend(Build):
    """A message is recorded as sent, and then it is sent."""

    def background_jobs(self, running: RunningService) -> BackgroundJobs:
        return _AcknowledgingJobs(
            running.store,
            running.clock,
            running.ids,
            running.background_jobs.senders,
            running.webhook_sender,
        )


class NoProviderKey(Build):
    """Each attempt names the message anew, so that its receiver cannot recognise it."""

    def sender(self, sender: Sender, ids: Ids) -> Sender:
        return _RenamingSender(sender, ids)


class _TwoTransactions:
    def __init__(self, store: Any) -> None:
        self._store = store

    @contextmanager
    def transaction(self) -> Generator[Any]:
        later = PendingWrites()
        with self._store.transaction() as transaction:
            yield _Deferring(transaction, later)
        if later:
            with self._store.transaction() as transaction:
                transaction.save(later)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


class _Deferring:
    def __init__(self, transaction: Any, later: PendingWrites) -> None:
        self._work, self._later = transaction, later

    def save(self, outcome: PendingWrites) -> None:
        self._later.messages, outcome.messages = outcome.messages, {}
        self._work.save(outcome)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._work, name)


class _AcknowledgingJobs(BackgroundJobs):
    def attempt(self, job: DeliveryJob) -> Attempt:
        self.conclude((Attempt(job, Success(Accepted())),))
        return super().attempt(job)


class _RenamingSender:
    def __init__(self, sender: Sender, ids: Ids) -> None:
        self._sender, self._ids = sender, ids

    def send(self, message: Message, invoice: Invoice, seller: str) -> Result[Accepted, SendError]:
        renamed = message.model_copy(update={"id": self._ids.message()})
        return self._sender.send(renamed, invoice, seller)
