"""Explaining: for every operation, that it is allowed, or every reason why not."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from billhook.lifecycle.delete import delete
from billhook.lifecycle.errors import (
    AddressSuppressed,
    DomainError,
    ExpiresTooSoon,
    MissingContact,
    MissingCustomer,
    MissingEmail,
    NothingToBill,
    NotYetDue,
    OperationNotAllowed,
    TooSoon,
)
from billhook.lifecycle.explain import Verdict, explain
from billhook.lifecycle.notify import Deliverability
from billhook.lifecycle.operation import Operation
from billhook.lifecycle.transitions import EDITABLE
from billhook.model.customer import Medium
from billhook.model.document import Document
from billhook.model.invoice import Invoice, Status
from billhook.model.patch import DocumentField as F
from billhook_adapters.testing import NOON, a_customer, an_invoice
from billhook_adapters.testing.builders import TOMORROW
from unit.lifecycle_table import CELLS, INVOICES, allowed_in

O = Operation  # noqa: E741  # the table below reads better
SOON = NOON + timedelta(minutes=1)


def _no(operation: Operation, status: Status) -> DomainError:
    return OperationNotAllowed(operation, status, allowed_in(operation))


def test_an_empty_draft_lists_everything_it_lacks() -> None:
    bare = an_invoice(Status.DRAFT, **dict(Document(currency="INR", expire_by=SOON)))
    lead = timedelta(minutes=15)
    lacks = MissingCustomer(), NothingToBill(), ExpiresTooSoon(SOON, NOON + lead)
    assert explain(bare, now=NOON, min_expiry_lead=lead) == (
        Verdict(O.ISSUE, reasons=lacks),
        Verdict(O.PAY, reasons=(_no(O.PAY, Status.DRAFT),)),
        Verdict(O.NOTIFY, Medium.SMS, (_no(O.NOTIFY, Status.DRAFT), MissingContact())),
        Verdict(O.NOTIFY, Medium.EMAIL, (_no(O.NOTIFY, Status.DRAFT), MissingEmail())),
        Verdict(O.EXPIRE, reasons=(_no(O.EXPIRE, Status.DRAFT), NotYetDue(SOON))),
        Verdict(O.CANCEL),
        Verdict(O.DELETE),
        Verdict(O.UPDATE, editable=frozenset(F)),
    )


def test_an_issued_invoice_lists_what_prevents_its_messages() -> None:
    issued = an_invoice(Status.ISSUED, customer=a_customer(email=None))
    deliverabilities = {Medium.SMS: Deliverability("opted_out", TOMORROW)}
    reasons = AddressSuppressed(Medium.SMS, "opted_out"), TooSoon(Medium.SMS, TOMORROW)
    assert explain(issued, now=NOON, deliverabilities=deliverabilities) == (
        Verdict(O.ISSUE, reasons=(_no(O.ISSUE, Status.ISSUED),)),
        Verdict(O.PAY),
        Verdict(O.NOTIFY, Medium.SMS, reasons),
        Verdict(O.NOTIFY, Medium.EMAIL, (MissingEmail(),)),
        Verdict(O.EXPIRE, reasons=(NotYetDue(None),)),
        Verdict(O.CANCEL),
        Verdict(O.DELETE, reasons=(_no(O.DELETE, Status.ISSUED),)),
        Verdict(O.UPDATE, editable=EDITABLE[Status.ISSUED]),
    )


@pytest.mark.parametrize("status", Status)
def test_what_is_allowed_is_what_the_table_allows(status: Status) -> None:
    invoice = INVOICES[status]
    now = TOMORROW if status is Status.EXPIRED else NOON
    found = {verdict.operation for verdict in explain(invoice, now=now) if verdict.allowed}
    table = {operation for operation in Operation if CELLS[operation, status] != "-"}
    assert found == table - {O.EXPIRE}


def test_an_invoice_whose_time_ran_out_is_explained_as_an_expired_one() -> None:
    verdicts = explain(INVOICES[Status.ISSUED], now=TOMORROW)
    assert [verdict for verdict in verdicts if verdict.allowed] == [
        Verdict(O.EXPIRE),
        Verdict(O.UPDATE, editable=frozenset({F.NOTES})),
    ]


def test_nothing_is_allowed_of_a_tombstone() -> None:
    tombstone = delete(an_invoice(Status.DRAFT), now=NOON).unwrap().invoice
    assert not [verdict for verdict in explain(tombstone, now=NOON) if verdict.allowed]


def test_a_naive_instant_is_a_bug() -> None:
    invoice: Invoice = an_invoice()
    with pytest.raises(ValueError, match="must carry a time zone"):
        explain(invoice, now=datetime(2026, 1, 1))  # noqa: DTZ001  # naive on purpose
