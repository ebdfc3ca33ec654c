"""Events in a store: kept in order and for ever, one for each version."""

from __future__ import annotations

import pytest

from billhook.application.ports import Store, StoreConflictError
from billhook.application.records import Page, RecordedEvent
from billhook.lifecycle.events import (
    EVENTS,
    Event,
    InvoiceCancelled,
    InvoiceDeleted,
    InvoiceDrafted,
    InvoiceExpired,
    InvoiceIssued,
    InvoiceUpdated,
    InvoiceViewed,
    NotificationRequested,
    PaymentRecorded,
    ReminderRequested,
    ShortUrlReserved,
    encode_event,
)
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook.model.invoice import InvoiceId
from billhook.model.patch import Patch
from billhook.model.payment import Reference
from billhook_adapters.testing.builders import NOON, a_full_document
from billhook_adapters.testing.contracts.store_suite import StoreSuite, a_key, save

AT = NOON.replace(microsecond=123_456)
EVERY_EVENT: tuple[Event, ...] = (
    InvoiceDrafted(AT, AccountId("acc_1"), InvoiceId("inv_1"), a_full_document()),
    InvoiceUpdated(AT, Patch(terms=None, notes={"order": "A-1 ✓"})),
    ShortUrlReserved(AT, "https://bill.example/i/1"),
    InvoiceIssued(AT, "https://bill.example/i/1", "INV-0001"),
    PaymentRecorded(AT, Reference("pay_1"), 2**53 - 1),
    InvoiceExpired(AT),
    InvoiceCancelled(AT),
    InvoiceDeleted(AT),
    NotificationRequested(AT, "msg_1", Medium.SMS),
    ReminderRequested(AT, "msg_1", Medium.SMS, 1),
    InvoiceViewed(AT),
)


class EventsSuite(StoreSuite):
    """Events of a store."""

    def test_every_event_is_read_back_equal_and_in_order(self, opened: Store) -> None:
        assert {event.name for event in EVERY_EVENT} == set(EVENTS)
        recorded = [
            RecordedEvent(a_key(), n, event, "Ada ✓") for n, event in enumerate(EVERY_EVENT, 1)
        ]
        save(opened, events=recorded)
        with opened.snapshot() as snapshot:
            found = snapshot.events(a_key())
        assert list(found) == recorded
        # An update that clears a field equals one that does not name it; their bytes differ.
        stored = [encode_event(stamped.event) for stamped in found]
        assert stored == list(map(encode_event, EVERY_EVENT))

    def test_later_events_come_after_the_earlier(self, opened: Store) -> None:
        recorded = [RecordedEvent(a_key(), None, InvoiceCancelled(AT), str(n)) for n in range(30)]
        for stamped in recorded:
            save(opened, events=[stamped])
        with opened.snapshot() as snapshot:
            assert list(snapshot.events(a_key())) == recorded

    def test_events_without_a_version_stand_where_they_were_saved(self, opened: Store) -> None:
        versions = [1, None, None, 2, None, 3, 4, None, None, None, 5]
        recorded = [
            RecordedEvent(a_key(), version, InvoiceViewed(AT), str(n))
            for n, version in enumerate(versions)
        ]
        elsewhere = [RecordedEvent(a_key("inv_2"), None, InvoiceViewed(AT))] * 2
        for first, last in ((0, 2), (2, 3), (3, 5), (5, 8), (8, 10), (10, 11)):
            save(opened, events=[*elsewhere, *recorded[first:last], *elsewhere])
        with opened.snapshot() as snapshot:
            assert list(snapshot.events(a_key())) == recorded
            assert list(snapshot.events(a_key("inv_2"))) == elsewhere * 12

    def test_a_page_begins_behind_so_many_events_also_when_others_come(self, opened: Store) -> None:
        recorded = [RecordedEvent(a_key(), None, InvoiceViewed(AT), str(n)) for n in range(5)]
        elsewhere = RecordedEvent(a_key("inv_2"), None, InvoiceViewed(AT))
        for stamped in recorded:
            save(opened, events=[elsewhere, stamped])
            with opened.snapshot() as snapshot:
                assert (
                    list(snapshot.events(a_key(), Page(limit=2)))
                    == recorded[:2][: len(snapshot.events(a_key()))]
                )
        with opened.snapshot() as snapshot:
            pages = [list(snapshot.events(a_key(), Page(2, after))) for after in (0, 2, 4, 5, 9)]
            assert pages == [recorded[:2], recorded[2:4], recorded[4:], [], []]
            assert list(snapshot.events(a_key(), Page(after=3))) == recorded[3:]

    def test_events_of_other_invoices_are_absent(self, opened: Store) -> None:
        save(opened, events=[RecordedEvent(a_key("inv_2"), 1, InvoiceCancelled(AT))])
        with opened.snapshot() as snapshot:
            assert list(snapshot.events(a_key())) == []

    def test_a_version_has_one_event(self, opened: Store) -> None:
        first = RecordedEvent(a_key(), 2, InvoiceCancelled(AT))
        save(opened, events=[first])
        with pytest.raises(StoreConflictError):
            save(opened, events=[RecordedEvent(a_key(), 2, InvoiceExpired(AT))])
        with opened.snapshot() as snapshot:
            assert list(snapshot.events(a_key())) == [first]

    def test_a_version_has_one_event_within_one_save_too(self, opened: Store) -> None:
        with pytest.raises(StoreConflictError):
            save(opened, events=[RecordedEvent(a_key(), 2, InvoiceCancelled(AT))] * 2)
        with opened.snapshot() as snapshot:
            assert list(snapshot.events(a_key())) == []
