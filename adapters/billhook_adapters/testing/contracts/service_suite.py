"""What the suites of the service share: one over the adapter's store, and what it left there."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from billhook.application.ports import Store
from billhook.application.records import RecordedEvent, RecordedPayment
from billhook.application.service import InvoiceService
from billhook.lifecycle.apply import replay
from billhook.model.canonical_json import canonical
from billhook.model.invoice import Invoice, InvoiceId, InvoiceKey, Status
from billhook_adapters.system.clock import SettableClock
from billhook_adapters.testing.builders import NOON
from billhook_adapters.testing.running import ACCOUNT, RunningService, drafted, issued


class ServiceSuite:
    """Provide `store`: a new store without any rows."""

    @pytest.fixture
    def store(self) -> Store:
        raise NotImplementedError("give the suite a fixture `store`, new and empty")

    @pytest.fixture
    def clock(self) -> SettableClock:
        """A clock that stands at noon."""
        return SettableClock(NOON)

    @pytest.fixture
    def service(self, store: Store, clock: SettableClock) -> InvoiceService:
        """A service with two accounts, the first of which numbers its invoices."""
        return RunningService(store, clock, number_prefix="INV-").service


def prepare(service: InvoiceService, status: Status | None) -> None:
    """Make a draft or an issued invoice by the service, or none."""
    if status is Status.DRAFT:
        drafted(service)
    elif status is Status.ISSUED:
        issued(service)


def kept(store: Store, id: str = "inv_1") -> Invoice | None:
    """What the store has of an invoice, once its events replay to the same bytes."""
    key = InvoiceKey(ACCOUNT, InvoiceId(id))
    with store.snapshot() as snapshot:
        invoice = snapshot.invoices((key,)).get(key)
        recorded = snapshot.events(key)
    assert [stamped.version for stamped in changes(recorded)] == list(
        range(1, len(changes(recorded)) + 1)
    )
    if invoice is not None:
        replayed = replay(stamped.event for stamped in recorded)
        assert canonical(replayed) == canonical(invoice)
    return invoice


def changes(events: Sequence[RecordedEvent]) -> list[RecordedEvent]:
    """The events that changed their invoice."""
    return [stamped for stamped in events if stamped.version is not None]


def events(store: Store, id: str = "inv_1") -> list[str]:
    """The names of all events of an invoice."""
    with store.snapshot() as snapshot:
        recorded = snapshot.events(InvoiceKey(ACCOUNT, InvoiceId(id)))
    return [stamped.event.name for stamped in recorded]


def unapplied(store: Store) -> list[RecordedPayment]:
    """The payments that no invoice took."""
    with store.snapshot() as snapshot:
        return list(snapshot.unapplied(ACCOUNT))
