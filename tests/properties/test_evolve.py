"""Skipping validation changes nothing, and what is written down reads back as it was."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any, get_type_hints

from hypothesis import given, settings
from hypothesis import strategies as st
from returns.result import Failure, Success

from billhook.application.idempotency import SendResult
from billhook.application.idempotency import decode as decode_answer
from billhook.application.idempotency import encode as encode_answer
from billhook.application.records import RecordedEvent
from billhook.lifecycle import events as events
from billhook.lifecycle.apply import Change, apply, as_of, replay
from billhook.lifecycle.errors import ERRORS
from billhook.lifecycle.events import NotificationRequested
from billhook.model.canonical_json import adapter, canonical, stored
from billhook.model.customer import Medium
from billhook.model.document import Document
from billhook.model.invoice import Invoice
from billhook.model.line_items import Line
from billhook.model.money import Currency
from billhook_adapters.sql.rows import event_rows, recorded_event_of
from billhook_adapters.testing import a_line
from properties import strategies as some

fixed = settings(derandomize=True, database=None, deadline=None, max_examples=100)


def revalidated(invoice: Invoice) -> Invoice:
    """The invoice built again from nothing but plain values, every rule checked on the way."""
    return Invoice.model_validate(invoice.model_dump())


@fixed
@given(some.histories())
def test_full_validation_changes_no_version(history: tuple[Change, ...]) -> None:
    for invoice, _ in history:
        assert revalidated(invoice) == invoice
        assert Invoice.model_validate(dict(invoice)) == invoice


@fixed
@given(some.histories())
def test_every_version_is_a_copy_with_what_changed(history: tuple[Change, ...]) -> None:
    for (before, _), (after, _) in pairwise(history):
        changed = {
            name: value for name, value in dict(after).items() if value != dict(before)[name]
        }
        assert before.model_copy(update=changed) == after
        assert changed.keys() >= {"version"}


@fixed
@given(some.histories(), st.integers(0, 2 * 10**6))
def test_an_invoice_as_of_an_instant_is_valid_too(
    history: tuple[Change, ...], minutes: int
) -> None:
    for invoice, _ in history:
        shown = as_of(invoice, some.EPOCH + timedelta(minutes=minutes))
        assert revalidated(shown) == shown
        assert as_of(shown, some.EPOCH) == shown


@fixed
@given(some.histories())
def test_events_read_from_bytes_replay_to_the_same_invoice(
    history: tuple[Change, ...],
) -> None:
    written = [(f.name, f.version, events.encode_event(f)) for _, f in history]
    read: list[Any] = [events.decode_event(*row) for row in written]
    assert read == [event for _, event in history]
    assert [events.encode_event(event) for event in read] == [body for *_, body in written]
    invoice = None
    for event, (expected, _) in zip(read, history, strict=True):
        invoice = apply(invoice, event)
        assert invoice == expected
    if history:
        assert replay(read) == history[-1].invoice


@fixed
@given(st.builds(NotificationRequested, some.instants, some.identifiers, st.sampled_from(Medium)))
def test_a_request_to_notify_survives_its_bytes(event: NotificationRequested) -> None:
    body = events.encode_event(event)
    assert events.decode_event(event.name, event.version, body) == event


@fixed
@given(some.histories())
def test_invoices_survive_their_bytes(history: tuple[Change, ...]) -> None:
    for invoice, _ in history:
        body = canonical(invoice)
        read = adapter(Invoice).validate_json(body)
        assert read == invoice
        assert canonical(read) == body
        document = adapter(Document).validate_json(stored(invoice.document))
        assert document == invoice.document
        assert canonical(document) == canonical(invoice.document)


@fixed
@given(some.histories())
def test_events_survive_their_rows(history: tuple[Change, ...]) -> None:
    recorded = [RecordedEvent(one.key, one.version, event, None) for one, event in history]
    read = [
        recorded_event_of(row, one.key)
        for row, one in zip(event_rows(recorded), recorded, strict=True)
    ]
    assert read == recorded
    assert [events.encode_event(one.event) for one in read] == [
        events.encode_event(e) for _, e in history
    ]


@fixed
@given(some.quantities, st.integers(0, 6))
def test_equal_quantities_have_one_form(quantity: Decimal, zeros: int) -> None:
    line = a_line(unit_amount=1, quantity=quantity)
    padded = Decimal(f"{quantity:.{6 + zeros}f}")
    same = a_line(unit_amount=1, quantity=padded)
    assert canonical(same) == canonical(line)
    assert adapter(Line).validate_json(canonical(line)) == line
    assert "E" not in str(canonical(line.quantity))


@fixed
@given(st.decimals(allow_nan=False, allow_infinity=False) | st.just(Decimal("1E+3")))
def test_a_decimal_is_plain_digits_and_reads_back_as_it_was(exact: Decimal) -> None:
    written: str = json.loads(canonical(exact))
    assert set(written) <= set("-.0123456789")
    assert Decimal(written) == exact


@fixed
@given(st.data())
def test_remembered_answers_read_back_as_they_were(data: st.DataObject) -> None:
    history = data.draw(some.histories())
    queued = data.draw(some.messages)
    assert decode_answer(encode_answer(Success(queued))) == Success(queued)
    for invoice, _ in history:
        sent = SendResult(invoice, (queued,))
        assert decode_answer(encode_answer(Success(invoice))) == Success(invoice)
        assert decode_answer(encode_answer(Success(sent))) == Success(sent)


@fixed
@given(st.data())
def test_remembered_refusals_read_back_as_they_were(data: st.DataObject) -> None:
    for kind in ERRORS.values():
        refusal = data.draw(_refusals(kind))
        read = decode_answer(encode_answer(Failure(refusal)))
        assert read == Failure(refusal)
        assert type(read.failure()) is kind


def _refusals(kind: type[Any]) -> st.SearchStrategy[Any]:
    hints = get_type_hints(kind)
    known = {"country": st.sampled_from(["IN", "US"])}
    return st.builds(
        kind,
        **{field.name: known.get(field.name, _of(hints[field.name])) for field in fields(kind)},
    )


def _of(field: Any) -> st.SearchStrategy[Any]:
    known: dict[Any, st.SearchStrategy[Any]] = {
        int: st.integers(0, 2**53 - 1),
        str: some.labels,
        tuple[str, ...]: st.lists(some.identifiers).map(tuple),
        Currency: st.sampled_from(["INR", "KWD"]),
        datetime: some.instants,
        datetime | None: st.none() | some.instants,
    }
    return known[field] if field in known else st.from_type(field)
