"""What is true of every invoice, and which part of the domain refuses the opposite."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError
from returns.result import Failure, Success

from billhook.lifecycle.apply import Change, replay
from billhook.lifecycle.errors import (
    ExpiresTooSoon,
    MissingCustomer,
    NothingToBill,
    OperationNotAllowed,
)
from billhook.lifecycle.events import InvoiceDrafted, InvoiceIssued, PaymentRecorded
from billhook.lifecycle.expire import expire
from billhook.lifecycle.issue import issue
from billhook.lifecycle.notify import notify
from billhook.lifecycle.operation import Operation
from billhook.lifecycle.pay import pay
from billhook.lifecycle.transitions import EDITABLE, sources
from billhook.lifecycle.update import update
from billhook.model.customer import Medium
from billhook.model.invoice import Invoice, Status
from billhook.model.patch import Patch
from billhook_adapters.testing import NOON, a_document, a_line, a_payment, an_invoice
from billhook_adapters.testing.builders import TOMORROW
from unit.lifecycle_table import CELLS, INVOICES, results_of

HALVES = {"instalments": [{"id": "i1", "percentage": 50}, {"id": "i2", "percentage": 50}]}
DUE = 99800
OPEN = [Status.ISSUED, Status.PARTIALLY_PAID]
TERMINAL = [Status.PAID, Status.EXPIRED, Status.CANCELLED]


def _forged(status: Status, **changes: Any) -> Invoice:
    return Invoice.model_validate({**dict(an_invoice(status)), **changes})


def _refuses(status: Status, match: str, **changes: Any) -> None:
    with pytest.raises(ValidationError, match=match):
        _forged(status, **changes)


@pytest.mark.parametrize("bad", [True, 99800.0, Decimal(99800), "99800", -1, 2**53])
@pytest.mark.parametrize("field", ["amount", "paid"])
def test_1_amounts_are_whole_numbers_within_bounds(field: str, bad: Any) -> None:
    _refuses(Status.ISSUED, field, **{field: bad})


@pytest.mark.parametrize("status", Status)
def test_1_total_is_paid_plus_due(status: Status) -> None:
    invoice = an_invoice(status)
    assert invoice.amount == invoice.paid + invoice.due
    assert 0 <= invoice.paid <= invoice.amount
    _refuses(status, "paid", paid=invoice.amount + 1)


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.DRAFT])
def test_1_an_issued_invoice_has_an_amount_above_zero(status: Status) -> None:
    _refuses(status, r"amount above zero|does not fit", document=a_document(lines=[]), amount=0)


@pytest.mark.parametrize("amount", [0, DUE - 1, DUE + 1])
@pytest.mark.parametrize("status", Status)
def test_2_the_amount_is_the_sum_of_the_lines(status: Status, amount: int) -> None:
    _refuses(status, "is not the lines'", amount=amount)


def test_3_every_line_is_in_the_invoices_currency() -> None:
    with pytest.raises(ValidationError, match="currency must be INR"):
        a_document(lines=[a_line(currency="USD")])
    assert isinstance(pay(an_invoice(), a_payment(currency="USD"), now=NOON), Failure)


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.DRAFT])
def test_3_the_currency_never_changes_after_issue(status: Status) -> None:
    assert isinstance(update(an_invoice(status), Patch(currency="USD"), now=NOON), Failure)


@pytest.mark.parametrize("status", [Status.ISSUED, Status.PARTIALLY_PAID, Status.EXPIRED])
def test_4_what_is_paid_in_full_is_paid(status: Status) -> None:
    _refuses(status, "does not fit", paid=DUE, first_payment="pay_1")


@pytest.mark.parametrize("paid", [0, 1, DUE - 1])
def test_4_what_is_paid_is_paid_in_full(paid: int) -> None:
    _refuses(Status.PAID, "does not fit", paid=paid, first_payment="pay_1")


@pytest.mark.parametrize("status", [Status.DRAFT, Status.ISSUED, Status.CANCELLED])
def test_5_no_money_is_in_before_a_payment(status: Status) -> None:
    _refuses(status, "does not fit", paid=1, first_payment="pay_1")


@pytest.mark.parametrize("paid", [0, DUE])
def test_5_a_part_is_more_than_nothing_and_less_than_all(paid: int) -> None:
    _refuses(Status.PARTIALLY_PAID, "does not fit", paid=paid)


def test_5_money_in_has_its_first_reference() -> None:
    _refuses(Status.PARTIALLY_PAID, "first_payment goes with money paid", first_payment=None)
    _refuses(Status.ISSUED, "first_payment goes with money paid", first_payment="pay_1")


@pytest.mark.parametrize(
    ("schedule", "paid"),
    [
        (None, (100,)),
        (HALVES, ()),
        (HALVES, (100,)),
        (HALVES, (99, 0)),
        (HALVES, (-1, 101)),
        (HALVES, (101, -1)),
    ],
)
def test_5_what_is_paid_is_what_is_paid_of_the_instalments(schedule: Any, paid: Any) -> None:
    invoice = an_invoice(Status.PARTIALLY_PAID, schedule=schedule)
    with pytest.raises(ValidationError):
        Invoice.model_validate({**dict(invoice), "paid": 100, "instalments_paid": paid})


def test_5_no_instalment_is_paid_with_more_than_its_amount() -> None:
    small = {"instalments": [{"id": "i1", "amount": 1}, {"id": "i2", "amount": DUE - 1}]}
    invoice = an_invoice(Status.PARTIALLY_PAID, schedule=small)
    with pytest.raises(ValidationError, match="more than its amount"):
        Invoice.model_validate({**dict(invoice), "paid": 2, "instalments_paid": (2, 0)})


def test_6_a_part_is_taken_only_where_parts_are_allowed() -> None:
    assert isinstance(pay(an_invoice(partial_payment=False), a_payment(1), now=NOON), Failure)
    partial = an_invoice(Status.PARTIALLY_PAID)
    assert partial.document.partial_payment
    assert isinstance(update(partial, Patch(partial_payment=False), now=NOON), Failure)


def test_7_what_is_paid_is_the_sum_of_the_payments_and_never_falls() -> None:
    invoice, paid = an_invoice(), [0]
    for part in (1, 99, 1000, 98700):
        invoice = pay(invoice, a_payment(part, f"pay_{part}"), now=NOON).unwrap().invoice
        paid.append(invoice.paid)
    assert paid == [0, 1, 100, 1100, DUE]


EDGES = """
draft->issued draft->cancelled issued->partially_paid issued->paid issued->expired
issued->cancelled partially_paid->partially_paid partially_paid->paid partially_paid->expired
"""


def test_8_only_these_edges_exist() -> None:
    moves = (Operation.ISSUE, Operation.PAY, Operation.EXPIRE, Operation.CANCEL)
    made = {
        f"{status}->{answer.unwrap().invoice.status}"
        for operation in moves
        for status in Status
        for answer in results_of(operation, INVOICES[status])
        if isinstance(answer, Success)
    }
    assert made == set(EDGES.split())


def test_8_money_taken_stays_when_the_rest_expires() -> None:
    partial = an_invoice(Status.PARTIALLY_PAID, expire_by=TOMORROW)
    expired = expire(partial, now=TOMORROW).unwrap().invoice
    assert (expired.status, expired.paid, expired.due) == (Status.EXPIRED, 1, DUE - 1)
    assert isinstance(pay(expired, a_payment(DUE - 1, "pay_2"), now=TOMORROW), Failure)


@pytest.mark.parametrize("status", TERMINAL)
def test_9_only_the_notes_of_an_invoice_at_its_end_change(status: Status) -> None:
    assert {op for op in Operation if status in sources(op)} == {Operation.UPDATE}
    assert EDITABLE[status] == {"notes"}


@pytest.mark.parametrize(("operation", "status"), [pair for pair in CELLS if CELLS[pair] == "-"])
def test_10_a_refusal_is_a_value_and_changes_nothing(operation: Operation, status: Status) -> None:
    invoice = INVOICES[status]
    before = invoice.model_dump()
    assert all(isinstance(answer, Failure) for answer in results_of(operation, invoice))
    assert invoice.model_dump() == before


@pytest.mark.parametrize(("operation", "status"), [pair for pair in CELLS if CELLS[pair] != "-"])
def test_11_an_accepted_change_is_one_version_and_one_event(
    operation: Operation, status: Status
) -> None:
    for answer in results_of(operation, INVOICES[status]):
        if operation is not Operation.NOTIFY:
            change: Change = answer.unwrap()
            assert change.invoice.version == INVOICES[status].version + 1


def test_11_replaying_the_events_gives_the_invoice() -> None:
    issued = an_invoice(Status.ISSUED)
    assert issued.short_url is not None
    history = (
        InvoiceDrafted(NOON, issued.account, issued.id, issued.document),
        InvoiceIssued(NOON, issued.short_url, None),
        PaymentRecorded(NOON, a_payment().reference, DUE),
    )
    assert replay(history) == an_invoice(Status.PAID)


def test_12_only_a_draft_is_edited_freely_or_deleted() -> None:
    assert sources(Operation.DELETE) == (Status.DRAFT,)
    assert [status for status in Status if "lines" in EDITABLE[status]] == [Status.DRAFT]
    assert all(EDITABLE[status] == {"notes"} for status in [Status.PARTIALLY_PAID, *TERMINAL])
    _refuses(Status.ISSUED, "only a draft can have been deleted", deleted_at=NOON)


def test_13_issue_needs_lines_a_customer_and_time_to_pay() -> None:
    soon, lead = NOON + timedelta(minutes=1), timedelta(minutes=15)
    for missing, refusal in (
        ({"customer": None}, MissingCustomer()),
        ({"lines": []}, NothingToBill()),
        ({"expire_by": soon}, ExpiresTooSoon(soon, NOON + lead)),
    ):
        draft = an_invoice(Status.DRAFT, **missing)
        answer = issue(draft, now=NOON, short_url="u", min_expiry_lead=lead)
        assert answer == Failure(refusal)
    _refuses(Status.ISSUED, "has a customer", document=a_document(customer=None))


@pytest.mark.parametrize("status", OPEN)
def test_14_nothing_succeeds_from_expiry_on_though_no_sweep_has_run(status: Status) -> None:
    invoice = an_invoice(status, expire_by=TOMORROW)
    for answer in (
        pay(invoice, a_payment(invoice.due), now=TOMORROW),
        notify(invoice, Medium.SMS, now=TOMORROW),
    ):
        refusal = answer.failure()
        assert isinstance(refusal, OperationNotAllowed)
        assert refusal.status is Status.EXPIRED


def test_14_the_sweep_is_idempotent_and_spares_the_paid() -> None:
    expired = expire(an_invoice(expire_by=TOMORROW), now=TOMORROW).unwrap().invoice
    for invoice in (expired, an_invoice(Status.PAID, expire_by=TOMORROW)):
        assert isinstance(expire(invoice, now=TOMORROW), Failure)


def test_16_and_17_a_notification_says_what_to_send_and_changes_nothing() -> None:
    for status in Status:
        invoice = an_invoice(status)
        before = invoice.model_dump()
        answers = [notify(invoice, medium, now=NOON) for medium in Medium]
        assert [isinstance(answer, Success) for answer in answers] == [status in OPEN] * 2
        assert invoice.model_dump() == before


def test_16_a_medium_is_exactly_sms_or_email() -> None:
    assert [medium.value for medium in Medium] == ["sms", "email"]
    for word in ("SMS", "Email", "fax", "", " sms"):
        with pytest.raises(ValueError, match="is not a valid Medium"):
            Medium(word)


MOMENTS: list[tuple[Status, str, Any]] = [
    (Status.PAID, "paid_at", None),
    (Status.EXPIRED, "expired_at", None),
    (Status.CANCELLED, "cancelled_at", None),
    (Status.ISSUED, "paid_at", NOON),
    (Status.ISSUED, "expired_at", NOON),
    (Status.ISSUED, "cancelled_at", NOON),
    (Status.DRAFT, "issued_at", NOON),
    *((status, "issued_at", None) for status in (*OPEN, Status.PAID, Status.EXPIRED)),
    (Status.ISSUED, "short_url", None),
]


@pytest.mark.parametrize(("status", "field", "moment"), MOMENTS)
def test_times_fit_the_status(status: Status, field: str, moment: Any) -> None:
    _refuses(status, field, **{field: moment})


def test_a_payment_is_never_of_nothing() -> None:
    with pytest.raises(ValidationError, match="amount"):
        a_payment(0)
