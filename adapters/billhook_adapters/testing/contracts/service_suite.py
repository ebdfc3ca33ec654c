"""What the suites of the desk share: a desk over the adapter's store, and what it left there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import pytest

from billhook.application.commands import Draft, Issue
from billhook.application.ports import Store
from billhook.application.records import RecordedPayment, StampedFact
from billhook.application.service import Desk
from billhook.lifecycle.apply import replay
from billhook.lifecycle.events import ChangeFact
from billhook.model.base import AccountId
from billhook.model.invoice import Invoice, InvoiceId, Key, Status
from billhook_adapters.system.clock import SettableClock
from billhook_adapters.system.ids import RandomIds
from billhook_adapters.testing.builders import NOON, a_document, an_account

ACCOUNT = AccountId("acc_1")


class DeskSuite:
    """Provide `store`: a new store without any rows."""

    @pytest.fixture
    def store(self) -> Store:
        raise NotImplementedError("give the suite a fixture `store`, new and empty")

    @pytest.fixture
    def clock(self) -> SettableClock:
        """A clock that stands at noon."""
        return SettableClock(NOON)

    @pytest.fixture
    def desk(self, store: Store, clock: SettableClock) -> Desk:
        """A desk with two accounts, the first of which numbers its invoices."""
        desk = Desk(store, clock, RandomIds())
        desk.open(an_account(ACCOUNT, number_prefix="INV-"))
        desk.open(an_account("acc_2", "Umbrella"))
        return desk


def drafted(desk: Desk, id: str = "inv_1", account: str = ACCOUNT, **document: Any) -> Invoice:
    """A draft, made at the desk."""
    return desk.do(
        Draft(account=AccountId(account), invoice=InvoiceId(id), document=a_document(**document))
    ).unwrap()


def issued(desk: Desk, id: str = "inv_1", **document: Any) -> Invoice:
    """An issued invoice, made at the desk."""
    return desk.do(Issue(account=ACCOUNT, invoice=drafted(desk, id, **document).id)).unwrap()


def at_desk(desk: Desk, status: Status | None) -> None:
    """Make a draft or an issued invoice at the desk, or none."""
    if status is Status.DRAFT:
        drafted(desk)
    elif status is Status.ISSUED:
        issued(desk)


def kept(store: Store, id: str = "inv_1") -> Invoice | None:
    """What the store has of an invoice, once its facts have told the same."""
    key = Key(ACCOUNT, InvoiceId(id))
    with store.snapshot() as view:
        invoice = view.invoices((key,)).get(key)
        told = view.facts(key)
    assert [stamped.version for stamped in changes(told)] == list(range(1, len(changes(told)) + 1))
    if invoice is not None:
        assert replay(cast("ChangeFact", stamped.fact) for stamped in changes(told)) == invoice
    return invoice


def changes(told: Sequence[StampedFact]) -> list[StampedFact]:
    """The facts that changed their invoice."""
    return [stamped for stamped in told if stamped.version is not None]


def facts(store: Store, id: str = "inv_1") -> list[str]:
    """The names of all facts of an invoice."""
    with store.snapshot() as view:
        told = view.facts(Key(ACCOUNT, InvoiceId(id)))
    return [stamped.fact.name for stamped in told]


def unapplied(store: Store) -> list[RecordedPayment]:
    """The payments that no invoice took."""
    with store.snapshot() as view:
        return list(view.unapplied(ACCOUNT))
