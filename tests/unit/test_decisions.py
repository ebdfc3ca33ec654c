"""The decision table: it is complete, and explain, the operations and the service agree on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from itertools import product
from typing import Any

import pytest
from returns.result import Failure, Success

from billhook.application.command import AnyCommand
from billhook.application.commands import Cancel, Delete, Expire, Issue, Notify, Pay, Update
from billhook.application.records import Contact
from billhook.application.service import InvoiceService
from billhook.decisions import (
    CHANGE,
    Case,
    ContactCase,
    Decision,
    ExpiryCase,
    GuardCase,
    cases,
    decision_table,
    payment,
    refuse,
)
from billhook.lifecycle.errors import (
    GuardRefused,
    InvoiceNotFound,
    NotEditable,
    OperationNotAllowed,
)
from billhook.lifecycle.explain import explain
from billhook.lifecycle.operation import Operation
from billhook.lifecycle.update import update
from billhook.model.base import AccountId
from billhook.model.customer import Medium
from billhook.model.invoice import Invoice, InvoiceId, Status
from billhook.model.patch import DocumentField, Patch
from billhook_adapters.memory import InMemoryStore
from billhook_adapters.system.clock import SettableClock
from billhook_adapters.system.ids import RandomIds
from billhook_adapters.testing import an_account, an_invoice
from billhook_adapters.testing.builders import open_account, suppress
from unit.lifecycle_table import CELLS

ACME = AccountId("acc_1")
ONLY_SMS = {
    ContactCase.UNREACHABLE,
    ContactCase.SMS_DISABLED,
    ContactCase.PREMIUM_NUMBER,
    ContactCase.COUNTRY_NOT_ALLOWED,
    ContactCase.SMS_BUDGET_USED_UP,
    ContactCase.WAIT_AND_BUDGET,
}
FIRST = {
    ContactCase.UNREACHABLE: "unreachable_contact",
    ContactCase.UNSUPPORTED: "unsupported_address",
    ContactCase.SMS_DISABLED: "sms_disabled",
    ContactCase.PREMIUM_NUMBER: "premium_number",
    ContactCase.COUNTRY_NOT_ALLOWED: "country_not_allowed",
    ContactCase.SUPPRESSED: "address_suppressed",
    ContactCase.TOO_SOON: "too_soon",
    ContactCase.SMS_BUDGET_USED_UP: "sms_budget_used_up",
    ContactCase.WAIT_AND_BUDGET: "too_soon",
    ContactCase.SEVERAL: "unsupported_address",
}
"""The error for each contact, of an invoice that may be notified of."""


@cache
def rows() -> Mapping[Case, Decision]:
    """Each row with its situation."""
    return dict(zip(cases(), decision_table(), strict=True))


def test_every_combination_has_its_row_and_no_other() -> None:
    variants: set[tuple[Any, ...]] = {
        (operation, None, None, None)
        for operation in set(Operation) - {Operation.PAY, Operation.NOTIFY}
    }
    variants |= {(Operation.PAY, of, None, None) for of in ("part", "rest")}
    variants |= {
        (Operation.NOTIFY, None, medium, contact)
        for medium, contact in product(Medium, ContactCase)
        if medium is Medium.SMS or contact not in ONLY_SMS
    }
    expected = {
        (operation, status, of, medium, contact, expiry, guard)
        for operation, of, medium, contact in variants
        for status, expiry, guard in product(Status, ExpiryCase, GuardCase)
        if status is not Status.EXPIRED or expiry is ExpiryCase.PASSED
    }
    assert set(rows()) == expected


def test_a_row_is_of_an_invoice_in_its_status() -> None:
    assert [case for case in rows() if case.invoice.status is not case.status] == []


def differing(table: Iterable[Decision]) -> list[Decision]:
    """The rows in which explain does not agree with the operation."""
    return [
        row
        for row in table
        if row.allowed is bool(row.reasons) or row.code != next(iter(row.reasons), None)
    ]


def test_explain_agrees_with_the_operations_in_every_row() -> None:
    assert differing(rows().values()) == []


@pytest.mark.parametrize(
    ("place", "operation"),
    [("explain.notify_violations", Operation.NOTIFY), ("expire.violations", Operation.EXPIRE)],
)
def test_a_row_in_which_they_do_not_agree_is_seen(
    monkeypatch: pytest.MonkeyPatch, place: str, operation: Operation
) -> None:
    rows()  # the samples are made by the rules as they are
    always = OperationNotAllowed(operation, Status.DRAFT, ())
    monkeypatch.setattr(f"billhook.lifecycle.{place}", lambda *_: iter((always,)))
    assert {row.operation for row in differing(decision_table())} == {operation}


@pytest.mark.parametrize("expiry", [ExpiryCase.NONE, ExpiryCase.AHEAD])
def test_the_rows_of_known_addresses_are_the_lifecycle(expiry: ExpiryCase) -> None:
    plain = [
        row
        for row in rows().values()
        if row.guard is GuardCase.NONE and row.expiry is expiry
        if row.contact in (None, ContactCase.KNOWN) and row.operation is not Operation.EXPIRE
    ]
    found: dict[Any, dict[str, None]] = {}
    for row in plain:
        after = row.after.value if row.allowed else "-"
        found.setdefault((row.operation, row.status), {})[after] = None
    cells = {pair: "/".join(words) for pair, words in found.items()}
    assert cells == {pair: CELLS[pair] for pair in cells}
    assert len(cells) == (len(Operation) - 1) * (len(Status) - 1)


def test_each_contact_has_its_error() -> None:
    for case, row in rows().items():
        if case.operation is not Operation.NOTIFY or row.reasons[:1] == ("operation_not_allowed",):
            continue
        expected = FIRST.get(case.contact or ContactCase.KNOWN)
        if case.contact is ContactCase.MISSING:
            expected = "missing_contact" if case.medium is Medium.SMS else "missing_email"
        if case.guard is GuardCase.REFUSES:
            expected = "guard_refused"
        assert (case, row.code) == (case, expected)


@pytest.mark.parametrize(
    ("contact", "reasons"),
    [
        (
            ContactCase.SEVERAL,
            ("unsupported_address", "sms_disabled", "address_suppressed", "too_soon"),
        ),
        (ContactCase.WAIT_AND_BUDGET, ("too_soon", "sms_budget_used_up")),
    ],
)
def test_several_reasons_are_all_listed_in_their_order(
    contact: ContactCase, reasons: tuple[str, ...]
) -> None:
    case = Case(
        Operation.NOTIFY,
        Status.ISSUED,
        None,
        Medium.SMS,
        contact,
        ExpiryCase.PASSED,
        GuardCase.REFUSES,
    )
    assert rows()[case].reasons == ("operation_not_allowed", "guard_refused", *reasons)


def test_the_fields_that_explain_shows_are_those_that_update_takes() -> None:
    updates = [
        case
        for case in rows()
        if case.operation is Operation.UPDATE and case.guard is GuardCase.NONE
    ]
    for case in updates:
        verdicts = explain(case.invoice, now=case.now)
        (shown,) = (one.editable for one in verdicts if one.operation is Operation.UPDATE)
        assert {field for field in DocumentField if _takes(case, field)} == shown
    assert len(updates) == 3 * (len(Status) - 1) + 1


def _takes(case: Case, field: DocumentField) -> bool:
    same = Patch.model_validate({field.value: getattr(case.invoice.document, field.value)})
    result = update(case.invoice, same, now=case.now)
    return isinstance(result, Success) or not isinstance(result.failure(), NotEditable)


# The same decisions by the service.

COMMANDS: dict[Operation, Callable[[Case, InvoiceId], AnyCommand]] = {
    Operation.ISSUE: lambda _, invoice: Issue(account=ACME, invoice=invoice),
    Operation.PAY: lambda case, invoice: Pay(
        account=ACME,
        invoice=invoice,
        payment=payment(case).model_copy(update={"reference": invoice}),
    ),
    Operation.NOTIFY: lambda case, invoice: Notify(
        account=ACME, invoice=invoice, medium=case.medium or Medium.SMS
    ),
    Operation.EXPIRE: lambda _, invoice: Expire(account=ACME, invoice=invoice),
    Operation.CANCEL: lambda _, invoice: Cancel(account=ACME, invoice=invoice),
    Operation.DELETE: lambda _, invoice: Delete(account=ACME, invoice=invoice),
    Operation.UPDATE: lambda _, invoice: Update(account=ACME, invoice=invoice, patch=CHANGE),
}

POLICIES: dict[ContactCase, dict[str, Any]] = {
    ContactCase.SMS_DISABLED: {"sms_enabled": False},
    ContactCase.COUNTRY_NOT_ALLOWED: {"sms_countries": ("US",)},
    ContactCase.TOO_SOON: {"resend_wait": "PT60S"},
    ContactCase.SMS_BUDGET_USED_UP: {"sms_budget": {"per_hour": 1}},
    ContactCase.WAIT_AND_BUDGET: {"resend_wait": "PT60S", "sms_budget": {"per_hour": 1}},
    ContactCase.SEVERAL: {"resend_wait": "PT60S"},
}
"""The account's policy for a contact."""

EARLIER = {*POLICIES} - {ContactCase.SMS_DISABLED, ContactCase.COUNTRY_NOT_ALLOWED}
"""The contacts to which a message was sent just now."""


def _service(case: Case) -> tuple[InvoiceService, InMemoryStore]:
    """A service in which this is known of the payer's address."""
    store, clock, several = InMemoryStore(), SettableClock(case.now), ContactCase.SEVERAL
    contact, medium = case.contact or ContactCase.KNOWN, case.medium
    before = InvoiceService(store, clock, RandomIds())
    open_account(before, an_account(ACME, **POLICIES.get(contact, {})))
    address = None if medium is None else case.invoice.document.address(medium)
    if medium is not None and address is not None:
        if contact in EARLIER:
            _add(store, an_invoice(Status.ISSUED, customer=case.invoice.document.customer))
            earlier = Notify(account=ACME, invoice=InvoiceId("inv_1"), medium=medium)
            assert isinstance(before.execute(earlier), Success)
        if contact in (ContactCase.SUPPRESSED, several):
            suppress(before, Contact(ACME, medium, address), "bounced").unwrap()
    supported = contact not in (ContactCase.UNSUPPORTED, several)
    service = InvoiceService(
        store,
        clock,
        RandomIds(),
        sms_enabled=contact is not several,
        can_send_to=lambda *_: supported,
        guards=lambda _: case.guards,
    )
    return service, store


def _add(store: InMemoryStore, invoice: Invoice) -> None:
    store._rows.put_invoice(invoice)


def _answers() -> Iterator[tuple[Case, Decision]]:
    """Each row by the service, in its words."""
    services: dict[Any, tuple[InvoiceService, InMemoryStore]] = {}
    for number, case in enumerate(rows()):
        # One for all cases that differ in nothing that belongs to the account.
        key = case.medium, case.contact, case.guard, case.now
        if key not in services:
            services[key] = _service(case)
        service, store = services[key]
        invoice = InvoiceId(f"inv_of_case_{number}")
        _add(store, case.invoice.model_copy(update={"id": invoice}))
        (verdict,) = (
            one
            for one in service.explain(ACME, invoice).unwrap()
            if (one.operation, one.medium) == (case.operation, case.medium)
        )
        result = service.execute(COMMANDS[case.operation](case, invoice))
        allowed = isinstance(result, Success)
        if allowed and case.operation is Operation.DELETE:
            assert service.get(ACME, invoice) == Failure(InvoiceNotFound())
            after = result.unwrap().status
        else:
            after = service.get(ACME, invoice).unwrap().status
        code = None if allowed else result.failure().code
        yield (
            case,
            Decision(*case, allowed, code, tuple(one.code for one in verdict.reasons), after),
        )


def test_the_service_agrees_in_every_row() -> None:
    assert [row for case, row in _answers() if row != rows()[case]] == []


def test_the_guard_of_the_table_refuses_everything() -> None:
    case = next(iter(rows()))
    for operation in Operation:
        assert isinstance(refuse(case.invoice, operation, case.now), GuardRefused)
