"""Applying events: an invoice is what its events make it, and nothing else."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from returns.result import Success

from billhook.lifecycle.apply import Change, apply, as_of, changed, replay
from billhook.lifecycle.cancel import cancel
from billhook.lifecycle.delete import delete
from billhook.lifecycle.draft import draft
from billhook.lifecycle.events import (
    InvoiceCancelled,
    InvoiceChanged,
    InvoiceDeleted,
    InvoiceDrafted,
    InvoiceExpired,
    InvoiceIssued,
    InvoiceUpdated,
    PaymentRecorded,
)
from billhook.lifecycle.expire import expire
from billhook.lifecycle.issue import issue
from billhook.lifecycle.pay import pay
from billhook.lifecycle.update import update
from billhook.model.invoice import Invoice, Status
from billhook.model.patch import Patch
from billhook.model.payment import Reference
from billhook_adapters.testing import NOON, a_document, a_payment, an_invoice
from billhook_adapters.testing.builders import TOMORROW

URL = "https://bill.example/i/1"
DRAFTED = InvoiceDrafted(
    NOON, an_invoice().account, an_invoice().id, a_document(expire_by=TOMORROW)
)
ISSUED = InvoiceIssued(NOON, URL, None)
PART = PaymentRecorded(NOON, Reference("pay_1"), 100)
REST = PaymentRecorded(NOON, Reference("pay_2"), 99700)
UPDATED = InvoiceUpdated(NOON, Patch(notes={"order": "A-1"}))
EXPIRED, CANCELLED, DELETED = InvoiceExpired(TOMORROW), InvoiceCancelled(NOON), InvoiceDeleted(NOON)


def _steps(kind: str) -> list[Change]:
    made = draft(DRAFTED.document, account=DRAFTED.account, id=DRAFTED.id, now=NOON).unwrap()
    steps = [made]

    def then(answer: object) -> None:
        assert isinstance(answer, Success)
        steps.append(answer.unwrap())

    if kind == "deleted":
        then(delete(steps[-1].invoice, now=NOON))
        return steps
    then(update(steps[-1].invoice, UPDATED.patch, now=NOON))
    then(issue(steps[-1].invoice, now=NOON, short_url=URL))
    if kind == "cancelled":
        then(cancel(steps[-1].invoice, now=NOON))
        return steps
    then(pay(steps[-1].invoice, a_payment(100, "pay_1"), now=NOON))
    if kind == "paid":
        then(pay(steps[-1].invoice, a_payment(99700, "pay_2"), now=NOON))
        return steps
    then(expire(steps[-1].invoice, now=TOMORROW))
    return steps


HISTORIES: dict[str, list[InvoiceChanged]] = {
    "deleted": [DRAFTED, DELETED],
    "cancelled": [DRAFTED, UPDATED, ISSUED, CANCELLED],
    "paid": [DRAFTED, UPDATED, ISSUED, PART, REST],
    "expired": [DRAFTED, UPDATED, ISSUED, PART, EXPIRED],
}


@pytest.mark.parametrize("kind", HISTORIES)
def test_every_operation_yields_one_event_and_one_version(kind: str) -> None:
    steps = _steps(kind)
    assert [step.event for step in steps] == HISTORIES[kind]
    assert [step.invoice.version for step in steps] == list(range(1, len(steps) + 1))


@pytest.mark.parametrize("kind", HISTORIES)
def test_replaying_the_events_gives_the_invoice_of_every_step(kind: str) -> None:
    steps = _steps(kind)
    for count, step in enumerate(steps, start=1):
        assert replay(HISTORIES[kind][:count]) == step.invoice


@pytest.mark.parametrize("kind", HISTORIES)
def test_what_a_change_makes_is_valid(kind: str) -> None:
    for step in _steps(kind):
        assert Invoice.model_validate(dict(step.invoice)) == step.invoice


def test_a_change_holds_the_invoice_and_the_event() -> None:
    issued = an_invoice(Status.ISSUED)
    assert changed(issued, CANCELLED) == Change(apply(issued, CANCELLED), CANCELLED)


def test_applying_an_event_leaves_the_invoice_as_it_was() -> None:
    issued = an_invoice(Status.ISSUED)
    before = dict(issued)
    apply(issued, CANCELLED)
    assert dict(issued) == before


ILLEGAL: list[tuple[Status, InvoiceChanged]] = [
    *((status, ISSUED) for status in Status if status is not Status.DRAFT),
    *((s, PART) for s in (Status.DRAFT, Status.PAID, Status.EXPIRED, Status.CANCELLED)),
    *((s, EXPIRED) for s in (Status.DRAFT, Status.PAID, Status.EXPIRED, Status.CANCELLED)),
    *((s, CANCELLED) for s in Status if s not in (Status.DRAFT, Status.ISSUED)),
    *((status, DELETED) for status in Status if status is not Status.DRAFT),
]


@pytest.mark.parametrize(("status", "event"), ILLEGAL)
def test_an_event_that_the_transition_table_forbids_raises(
    status: Status, event: InvoiceChanged
) -> None:
    with pytest.raises(KeyError):
        apply(an_invoice(status), event)


def test_a_history_is_not_drafted_twice() -> None:
    with pytest.raises(ValueError, match=r"only the first event can be invoice\.drafted"):
        replay([DRAFTED, DRAFTED])


@pytest.mark.parametrize("event", [UPDATED, ISSUED, PART, EXPIRED, CANCELLED, DELETED])
def test_a_history_starts_with_a_draft(event: InvoiceChanged) -> None:
    with pytest.raises(ValueError, match=f"{event.name} needs an invoice that exists"):
        replay([event])


@pytest.mark.parametrize("event", [UPDATED, ISSUED, CANCELLED, DELETED])
def test_a_history_ends_with_a_deletion(event: InvoiceChanged) -> None:
    with pytest.raises(ValueError, match=f"{event.name} needs an invoice that exists"):
        replay([DRAFTED, DELETED, event])


def test_an_invoice_has_at_least_one_event() -> None:
    with pytest.raises(ValueError, match="at least one event"):
        replay([])


@pytest.mark.parametrize("status", [Status.ISSUED, Status.PARTIALLY_PAID])
def test_an_invoice_whose_time_ran_out_is_shown_as_expired(status: Status) -> None:
    invoice = an_invoice(status, expire_by=TOMORROW)
    shown = Invoice.model_validate(
        {
            **dict(invoice),
            "status": Status.EXPIRED,
            "expired_at": TOMORROW,
            "updated_at": TOMORROW,
        }
    )
    assert as_of(invoice, TOMORROW) == shown
    assert as_of(invoice, TOMORROW - timedelta(microseconds=1)) is invoice


@pytest.mark.parametrize("status", [Status.DRAFT, Status.PAID, Status.EXPIRED, Status.CANCELLED])
def test_any_other_invoice_is_shown_as_it_is(status: Status) -> None:
    invoice = an_invoice(status, expire_by=TOMORROW)
    assert as_of(invoice, TOMORROW) is invoice


def test_what_is_shown_and_what_the_sweep_records_differ_in_the_version_alone() -> None:
    issued = an_invoice(Status.ISSUED, expire_by=TOMORROW)
    recorded = expire(issued, now=TOMORROW).unwrap().invoice
    assert dict(as_of(issued, TOMORROW)) == {**dict(recorded), "version": issued.version}


def test_a_naive_instant_is_a_bug() -> None:
    with pytest.raises(ValueError, match="must carry a time zone"):
        as_of(an_invoice(), datetime(2026, 1, 1))  # noqa: DTZ001  # naive on purpose
