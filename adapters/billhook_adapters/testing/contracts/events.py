"""Facts in a store: kept in order and for ever, one for each version."""

from __future__ import annotations

import pytest

from billhook.application.ports import Store, StoreRefused
from billhook.application.records import StampedFact
from billhook.lifecycle.events import (
    FACTS,
    Cancelled,
    Deleted,
    Drafted,
    Expired,
    Fact,
    Issued,
    NotificationRequested,
    PaymentTaken,
    ReminderRequested,
    Updated,
    Visited,
    encode,
)
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook.model.invoice import InvoiceId
from billhook.model.patch import Edits
from billhook.model.payment import Reference
from billhook_adapters.testing.builders import NOON, a_full_document
from billhook_adapters.testing.contracts.store_suite import StoreSuite, a_key, save

AT = NOON.replace(microsecond=123_456)
EVERY_FACT: tuple[Fact, ...] = (
    Drafted(AT, AccountId("acc_1"), InvoiceId("inv_1"), a_full_document()),
    Updated(AT, Edits(terms=None, notes={"order": "A-1 ✓"})),
    Issued(AT, "https://bill.example/i/1", "INV-0001"),
    PaymentTaken(AT, Reference("pay_1"), 2**53 - 1),
    Expired(AT),
    Cancelled(AT),
    Deleted(AT),
    NotificationRequested(AT, "msg_1", Medium.SMS),
    ReminderRequested(AT, "msg_1", Medium.SMS, 1),
    Visited(AT),
)


class FactsSuite(StoreSuite):
    """Facts of a store."""

    def test_every_fact_comes_back_equal_and_in_order(self, opened: Store) -> None:
        assert {fact.name for fact in EVERY_FACT} == set(FACTS)
        told = [StampedFact(a_key(), n, fact, "Ada ✓") for n, fact in enumerate(EVERY_FACT, 1)]
        save(opened, facts=told)
        with opened.snapshot() as view:
            found = view.facts(a_key())
        assert list(found) == told
        # An update that clears a field equals one that does not name it; their bytes differ.
        assert [encode(stamped.fact) for stamped in found] == [encode(f) for f in EVERY_FACT]

    def test_later_facts_come_after_the_earlier(self, opened: Store) -> None:
        told = [StampedFact(a_key(), None, Cancelled(AT), str(n)) for n in range(30)]
        for stamped in told:
            save(opened, facts=[stamped])
        with opened.snapshot() as view:
            assert list(view.facts(a_key())) == told

    def test_facts_of_other_invoices_are_absent(self, opened: Store) -> None:
        save(opened, facts=[StampedFact(a_key("inv_2"), 1, Cancelled(AT))])
        with opened.snapshot() as view:
            assert list(view.facts(a_key())) == []

    def test_a_version_has_one_fact(self, opened: Store) -> None:
        first = StampedFact(a_key(), 2, Cancelled(AT))
        save(opened, facts=[first])
        with pytest.raises(StoreRefused):
            save(opened, facts=[StampedFact(a_key(), 2, Expired(AT))])
        with opened.snapshot() as view:
            assert list(view.facts(a_key())) == [first]

    def test_a_version_has_one_fact_within_one_save_too(self, opened: Store) -> None:
        with pytest.raises(StoreRefused):
            save(opened, facts=[StampedFact(a_key(), 2, Cancelled(AT))] * 2)
        with opened.snapshot() as view:
            assert list(view.facts(a_key())) == []
