"""The decision table: what each operation does in each status, found by running the rules.

It has a row for every operation, status, medium, contact, expiry and guard. `DECISIONS_VERSION`
is raised with every change of a row, so that users see from the number that a rule has changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from itertools import product
from types import MappingProxyType
from typing import Any, NamedTuple

from returns.result import Result, Success

from billhook import examples
from billhook.lifecycle.apply import Change
from billhook.lifecycle.cancel import cancel
from billhook.lifecycle.delete import delete
from billhook.lifecycle.errors import (
    CountryNotAllowed,
    GuardRefused,
    PremiumNumber,
    SmsBudgetUsedUp,
    SmsDisabled,
)
from billhook.lifecycle.expire import expire
from billhook.lifecycle.explain import explain
from billhook.lifecycle.guards import Guard
from billhook.lifecycle.issue import issue
from billhook.lifecycle.notify import DELIVERABLE, Deliverability, notify
from billhook.lifecycle.operation import Operation
from billhook.lifecycle.pay import pay
from billhook.lifecycle.transitions import LIFECYCLE, status_at
from billhook.lifecycle.update import update
from billhook.model.customer import Customer, Medium
from billhook.model.frozen import frozen
from billhook.model.invoice import Invoice, Status
from billhook.model.patch import Patch
from billhook.model.payment import Payment

DECISIONS_VERSION = 1
"""The version of the decision table."""

NOON = examples.NOON
EXPIRES = NOON + timedelta(days=1)
"""When the samples expire that do."""
SHORT_URL = "https://bill.example/i/x"
CHANGE = Patch(notes={"order": "A-1"})
"""The change of `update`: of a field that may be changed in every status."""


class ContactCase(StrEnum):
    """What is known of the payer's address for a medium."""

    KNOWN = "known"
    MISSING = "missing"
    UNREACHABLE = "unreachable"
    UNSUPPORTED = "unsupported"
    SMS_DISABLED = "sms_disabled"
    PREMIUM_NUMBER = "premium_number"
    COUNTRY_NOT_ALLOWED = "country_not_allowed"
    SUPPRESSED = "suppressed"
    TOO_SOON = "too_soon"
    SMS_BUDGET_USED_UP = "sms_budget_used_up"
    WAIT_AND_BUDGET = "wait_and_budget"
    """Too soon, and the SMS budget is used up."""
    SEVERAL = "several"
    """Unsupported, suppressed and too soon, and SMS are disabled."""


class ExpiryCase(StrEnum):
    """Where the invoice's `expire_by` is."""

    NONE = "none"
    AHEAD = "ahead"
    PASSED = "passed"


class GuardCase(StrEnum):
    """Whether a rule of your own refuses the operation."""

    NONE = "none"
    REFUSES = "refuses"


@frozen
class Decision:
    """One row of the decision table: a situation, and what the operation does in it."""

    operation: Operation
    status: Status
    """The status that is recorded."""
    payment: str | None
    """For `pay`: `part` of what is due, or the `rest` of it; else None."""
    medium: Medium | None
    """For `notify`: e-mail or SMS; else None."""
    contact: ContactCase | None
    """For `notify`: what is known of the payer's address; else None."""
    expiry: ExpiryCase
    """Where the invoice's `expire_by` is."""
    guard: GuardCase
    """Whether a rule of your own refuses the operation."""
    allowed: bool
    """Whether the operation is allowed."""
    code: str | None
    """The code of the error with which the operation is refused."""
    reasons: tuple[str, ...]
    """The codes of all errors that `explain` finds."""
    after: Status
    """The status that readers see afterwards."""


class Case(NamedTuple):
    """The situation of one row: an invoice, a time, and what is known besides."""

    operation: Operation
    status: Status
    payment: str | None
    medium: Medium | None
    contact: ContactCase | None
    expiry: ExpiryCase
    guard: GuardCase

    @property
    def invoice(self) -> Invoice:
        """The sample invoice."""
        return _samples(self.expiry, self.contact)[self.status]

    @property
    def now(self) -> datetime:
        """The time of the decision."""
        return EXPIRES if self.expiry is ExpiryCase.PASSED else NOON

    @property
    def deliverability(self) -> Deliverability:
        """That of the payer's address."""
        return _deliverability(self.contact, self.medium, self.now + timedelta(minutes=1))

    @property
    def guards(self) -> Sequence[Guard]:
        """The rules of your own."""
        return (refuse,) if self.guard is GuardCase.REFUSES else ()


def decision_table() -> tuple[Decision, ...]:
    """Every row of the decision table, in a fixed order.

    Each is found by running the operation, and `explain`, on a sample invoice.

    >>> row = decision_table()[0]
    >>> row.operation.value, row.status.value, row.allowed, row.after.value
    ('issue', 'draft', True, 'issued')
    """
    return tuple(map(_decided, cases()))


def cases() -> Iterator[Case]:
    """The situation of each row. An invoice that is expired has passed its `expire_by`."""
    for operation in Operation:
        for status, payment, medium in product(Status, _payments(operation), _media(operation)):
            for contact, expiry, guard in product(_contacts(medium), ExpiryCase, GuardCase):
                if status in _samples(expiry, contact):
                    yield Case(operation, status, payment, medium, contact, expiry, guard)


def run(case: Case) -> Result[Any, Any]:
    """The result of the operation in this situation: a change, a notification, or an error."""
    invoice, now, guards = case.invoice, case.now, case.guards
    match case.operation:
        case Operation.ISSUE:
            return issue(invoice, now=now, short_url=SHORT_URL, guards=guards)
        case Operation.PAY:
            return pay(invoice, payment(case), now=now, guards=guards)
        case Operation.NOTIFY:
            medium, deliverability = case.medium or "", case.deliverability
            return notify(invoice, medium, now=now, deliverability=deliverability, guards=guards)
        case Operation.EXPIRE:
            return expire(invoice, now=now)
        case Operation.CANCEL:
            return cancel(invoice, now=now, guards=guards)
        case Operation.DELETE:
            return delete(invoice, now=now, guards=guards)
        case Operation.UPDATE:  # pragma: no branch  # there is no other operation
            return update(invoice, CHANGE, now=now, guards=guards)


def payment(case: Case) -> Payment:
    """The payment of a case of `pay`."""
    return _paying(case.invoice, case.payment)


def refuse(invoice: Invoice, operation: Operation, now: datetime) -> GuardRefused:  # noqa: ARG001  # the parameters of a guard
    """A guard that refuses every operation."""
    return GuardRefused("guard_refused", "A rule of your own refuses the operation.")


def _decided(case: Case) -> Decision:
    result = run(case)
    after = case.invoice
    if isinstance(result, Success) and isinstance(change := result.unwrap(), Change):
        after = change.invoice
    return Decision(
        *case,
        allowed=isinstance(result, Success),
        code=None if isinstance(result, Success) else result.failure().code,
        reasons=_reasons(case),
        after=status_at(after, case.now),
    )


def _reasons(case: Case) -> tuple[str, ...]:
    """The codes of the errors that `explain` lists for the operation."""
    deliverabilities = {} if case.medium is None else {case.medium: case.deliverability}
    verdicts = explain(
        case.invoice, now=case.now, deliverabilities=deliverabilities, guards=case.guards
    )
    (verdict,) = (
        one for one in verdicts if (one.operation, one.medium) == (case.operation, case.medium)
    )
    return tuple(reason.code for reason in verdict.reasons)


def _payments(operation: Operation) -> tuple[str | None, ...]:
    """The outcomes of an operation that has several: `pay` has `part` and `rest`."""
    rows = (row.outcome for row in LIFECYCLE.transitions if row.operation is operation)
    return tuple(outcome or None for outcome in rows)


def _media(operation: Operation) -> tuple[Medium | None, ...]:
    return tuple(Medium) if operation is Operation.NOTIFY else (None,)


def _contacts(medium: Medium | None) -> tuple[ContactCase | None, ...]:
    if medium is None:
        return (None,)
    return tuple(one for one in ContactCase if medium is Medium.SMS or one not in _OF_SMS)


def _deliverability(
    contact: ContactCase | None, medium: Medium | None, later: datetime
) -> Deliverability:
    match contact:
        case ContactCase.UNSUPPORTED:
            return Deliverability(supported=False)
        case ContactCase.SMS_DISABLED:
            return Deliverability(not_allowed=SmsDisabled())
        case ContactCase.PREMIUM_NUMBER:
            return Deliverability(not_allowed=PremiumNumber())
        case ContactCase.COUNTRY_NOT_ALLOWED:
            return Deliverability(not_allowed=CountryNotAllowed("IN"))
        case ContactCase.SUPPRESSED:
            return Deliverability(suppressed="bounced")
        case ContactCase.TOO_SOON:
            return Deliverability(not_before=later)
        case ContactCase.SMS_BUDGET_USED_UP:
            return Deliverability(budget=SmsBudgetUsedUp(None, later))
        case ContactCase.WAIT_AND_BUDGET:
            return Deliverability(not_before=later, budget=SmsBudgetUsedUp(None, later))
        case ContactCase.SEVERAL:
            return Deliverability(
                suppressed="bounced",
                not_before=later,
                supported=False,
                not_allowed=SmsDisabled() if medium is Medium.SMS else None,
            )
        case _:
            return DELIVERABLE


_RAVI = Customer(name="Ravi", email="ravi@example.com", contact="+919876543210")
_CUSTOMERS = {
    ContactCase.MISSING: Customer(name="Ravi"),
    ContactCase.UNREACHABLE: Customer(name="Ravi", email="ravi@example.com", contact="12345"),
    ContactCase.PREMIUM_NUMBER: Customer(name="Ravi", contact="+979123456789"),
}


@cache
def _samples(expiry: ExpiryCase, contact: ContactCase | None) -> Mapping[Status, Invoice]:
    """An invoice in each status that there is with this expiry, by the operations themselves."""
    fields = Patch(
        customer=_CUSTOMERS.get(contact or ContactCase.KNOWN, _RAVI),
        expire_by=None if expiry is ExpiryCase.NONE else EXPIRES,
    )
    draft = _after(update(examples.drafted(), fields, now=NOON))
    issued = _after(issue(draft, now=NOON, short_url=SHORT_URL))
    part = _after(pay(issued, _paying(issued, "part"), now=NOON))
    reached = [
        draft,
        issued,
        part,
        _after(pay(part, _paying(part, "rest"), now=NOON)),
        _after(cancel(issued, now=NOON)),
    ]
    if expiry is ExpiryCase.PASSED:
        reached.append(_after(expire(issued, now=EXPIRES)))
    return MappingProxyType({invoice.status: invoice for invoice in reached})


def _paying(invoice: Invoice, outcome: str | None) -> Payment:
    """A payment of the least part, or of the rest; of the least where nothing is due."""
    amount = 1 if outcome == "part" else invoice.due or 1
    return Payment(reference=f"pay_{outcome}", amount=amount, currency=invoice.document.currency)


def _after(result: Result[Change, Any]) -> Invoice:
    return result.unwrap().invoice


_OF_SMS = {
    ContactCase.UNREACHABLE,
    ContactCase.SMS_DISABLED,
    ContactCase.PREMIUM_NUMBER,
    ContactCase.COUNTRY_NOT_ALLOWED,
    ContactCase.SMS_BUDGET_USED_UP,
    ContactCase.WAIT_AND_BUDGET,
}
"""What there is only for SMS."""
