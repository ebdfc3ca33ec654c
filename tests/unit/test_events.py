"""Events are kept for ever: their bytes are pinned, and change only under a new version."""

from __future__ import annotations

import re
from typing import get_args

import pytest
from pydantic import ValidationError

from billhook.lifecycle import events as events
from billhook.lifecycle.events import (
    EVENTS,
    Event,
    InvoiceCancelled,
    InvoiceChanged,
    InvoiceDeleted,
    InvoiceDrafted,
    InvoiceExpired,
    InvoiceIssued,
    InvoiceUpdated,
    InvoiceViewed,
    MessageRequested,
    NotificationRequested,
    PaymentRecorded,
    ReminderRequested,
    ShortUrlReserved,
    decode_event,
    encode_event,
)
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook.model.invoice import InvoiceId
from billhook.model.patch import Patch
from billhook.model.payment import Reference
from billhook_adapters.testing import NOON, a_document, a_full_document

DRAFTED = (
    b'{"account":"acc_1","at":"2026-01-01T12:00:00.000000Z","document":{"comment":null,'
    b'"currency":"INR","customer":{"billing_address":null,"contact":"+919876543210",'
    b'"email":"ravi@example.com","id":null,"language":null,"name":"Ravi",'
    b'"shipping_address":null,"tax_ids":[],"time_zone":null},"date":null,"description":null,"discount":null,"due_by":null,"expire_by":null,'
    b'"extras":{},"first_payment_min_amount":null,"lines":[{"currency":"INR","description":null,'
    b'"hsn_sac":null,"item":null,"name":"Book","quantity":"2","tax_inclusive":false,"taxes":[],'
    b'"unit_amount":49900}],"live":true,"media":[],"notes":{},"partial_payment":true,"receipt":null,'
    b'"recipients":null,"rounding":"per_line","schedule":null,"seller":null,"terms":null,"title":null},"id":"inv_1"}'
)

PINNED: list[tuple[Event, str, bytes]] = [
    (
        InvoiceDrafted(NOON, AccountId("acc_1"), InvoiceId("inv_1"), a_document()),
        "drafted",
        DRAFTED,
    ),
    (
        InvoiceUpdated(
            NOON, Patch(terms=None, notes={"b": "₹", "a": ""}, expire_by=NOON, media=["sms"])
        ),
        "updated",
        '{"at":"2026-01-01T12:00:00.000000Z","patch":{"expire_by":"2026-01-01T12:00:00.000000Z",'
        '"media":["sms"],"notes":{"a":"","b":"₹"},"terms":null}}'.encode(),
    ),
    (
        ShortUrlReserved(NOON, "https://bill.example/i/1"),
        "short_url_reserved",
        b'{"at":"2026-01-01T12:00:00.000000Z","short_url":"https://bill.example/i/1"}',
    ),
    (
        InvoiceIssued(NOON, "https://bill.example/i/1", "INV-0001"),
        "issued",
        b'{"at":"2026-01-01T12:00:00.000000Z","number":"INV-0001",'
        b'"short_url":"https://bill.example/i/1"}',
    ),
    (
        InvoiceIssued(NOON, "https://bill.example/i/1", None),
        "issued",
        b'{"at":"2026-01-01T12:00:00.000000Z","number":null,'
        b'"short_url":"https://bill.example/i/1"}',
    ),
    (
        PaymentRecorded(NOON, Reference("pay_1"), 100),
        "payment_recorded",
        b'{"amount":100,"at":"2026-01-01T12:00:00.000000Z","instalments":[],"reference":"pay_1"}',
    ),
    (
        PaymentRecorded(NOON, Reference("pay_1"), 100, ("i2", "i1")),
        "payment_recorded",
        b'{"amount":100,"at":"2026-01-01T12:00:00.000000Z","instalments":["i2","i1"],'
        b'"reference":"pay_1"}',
    ),
    (InvoiceExpired(NOON), "expired", b'{"at":"2026-01-01T12:00:00.000000Z"}'),
    (InvoiceCancelled(NOON), "cancelled", b'{"at":"2026-01-01T12:00:00.000000Z"}'),
    (InvoiceDeleted(NOON), "deleted", b'{"at":"2026-01-01T12:00:00.000000Z"}'),
    (
        NotificationRequested(NOON, "msg_1", Medium.SMS),
        "notification_requested",
        b'{"at":"2026-01-01T12:00:00.000000Z","medium":"sms","message":"msg_1"}',
    ),
    (
        ReminderRequested(NOON, "msg_1", Medium.SMS, 2),
        "reminder_requested",
        b'{"at":"2026-01-01T12:00:00.000000Z","medium":"sms","message":"msg_1","reminder":2}',
    ),
    (InvoiceViewed(NOON), "viewed", b'{"at":"2026-01-01T12:00:00.000000Z"}'),
]


def test_every_event_is_pinned() -> None:
    assert {type(event) for event, _, _ in PINNED} == set(get_args(Event))


@pytest.mark.parametrize(("event", "name", "body"), PINNED)
def test_an_event_is_stored_as_these_bytes(event: Event, name: str, body: bytes) -> None:
    assert (event.name, event.version, encode_event(event)) == (f"invoice.{name}", 1, body)


@pytest.mark.parametrize(("event", "name", "body"), PINNED)
def test_stored_bytes_are_read_as_the_event(event: Event, name: str, body: bytes) -> None:
    read = decode_event(f"invoice.{name}", 1, body)
    assert read == event
    assert encode_event(read) == body


def test_a_full_document_is_read_as_it_was_stored() -> None:
    drafted = InvoiceDrafted(NOON, AccountId("acc_1"), InvoiceId("inv_1"), a_full_document())
    assert decode_event(drafted.name, 1, encode_event(drafted)) == drafted


def test_an_update_is_read_with_the_fields_that_it_set() -> None:
    body = encode_event(InvoiceUpdated(NOON, Patch(terms=None)))
    updated = decode_event("invoice.updated", 1, body)
    assert isinstance(updated, InvoiceUpdated)
    assert updated.patch.fields == {"terms"}


@pytest.mark.parametrize(("name", "version"), [("invoice.exploded", 1), ("invoice.cancelled", 2)])
def test_an_unknown_event_is_not_guessed(name: str, version: int) -> None:
    with pytest.raises(ValueError, match=f"no event {name} of version {version} is known"):
        decode_event(name, version, b'{"at":"2026-01-01T12:00:00.000000Z"}')


@pytest.mark.parametrize("body", [b"", b"{}", b'{"at":"2026-01-01T12:00:00"}', b'{"at":5}'])
def test_bytes_that_do_not_fit_are_not_repaired(body: bytes) -> None:
    with pytest.raises(ValidationError):
        decode_event("invoice.cancelled", 1, body)


def test_every_event_has_a_name_of_its_own() -> None:
    assert dict(EVENTS) == {event.name: event for event in get_args(Event)}
    assert len(EVENTS) == len(get_args(Event))


def test_the_diagram_shows_exactly_the_events() -> None:
    changes, beside = (events.__doc__ or "").split("not part of the replay")
    drawn = [re.findall(r"[├└]── ([A-Z]\w+)", half) for half in (changes, beside)]
    assert drawn == [
        [event.__name__ for event in get_args(InvoiceChanged)],
        [event.__name__ for event in (*get_args(MessageRequested), InvoiceViewed)],
    ]
