"""Explaining: for every operation, that it is allowed, or every reason why not and its remedy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from billhook.lifecycle.checks import AT_ONCE
from billhook.lifecycle.errors import DomainError
from billhook.lifecycle.expire import violations as expire_objections
from billhook.lifecycle.issue import violations as issue_objections
from billhook.lifecycle.notify import DELIVERABLE, Deliverability
from billhook.lifecycle.notify import violations as notify_objections
from billhook.lifecycle.operation import Operation
from billhook.lifecycle.transitions import EDITABLE, StatusCheck, status_at
from billhook.model.base import utc
from billhook.model.customer import Medium
from billhook.model.invoice import Invoice
from billhook.model.patch import DocumentField


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether one operation is allowed now; the reasons against it carry their remedies."""

    operation: Operation
    medium: Medium | None = None
    reasons: tuple[DomainError, ...] = ()
    editable: frozenset[DocumentField] = frozenset()
    """For `update`: the fields that may be set."""

    @property
    def allowed(self) -> bool:
        """No reason stands against it."""
        return not self.reasons


def explain(
    invoice: Invoice,
    *,
    now: datetime,
    min_expiry_lead: timedelta = AT_ONCE,
    deliverabilities: Mapping[Medium, Deliverability] | None = None,
) -> tuple[Verdict, ...]:
    """Every operation, with every reason against it; `notify` once for each medium.

    `pay` is judged as far as it can be without a payment in hand. `now` is an aware datetime,
    `min_expiry_lead` as in `draft`.

    >>> from billhook import examples
    >>> [v.operation.value for v in explain(examples.issued(), now=examples.NOON) if v.allowed]
    ['pay', 'notify', 'notify', 'cancel', 'update']
    """
    now = utc(now)
    known = deliverabilities or {}
    return tuple(
        verdict
        for operation in Operation
        for verdict in _verdicts(invoice, operation, now, min_expiry_lead, known)
    )


def _verdicts(
    invoice: Invoice,
    operation: Operation,
    now: datetime,
    min_expiry_lead: timedelta,
    deliverabilities: Mapping[Medium, Deliverability],
) -> tuple[Verdict, ...]:
    reasons: tuple[DomainError, ...]
    match operation:
        case Operation.NOTIFY:
            return tuple(
                Verdict(
                    operation,
                    medium,
                    tuple(
                        notify_objections(
                            invoice, medium, deliverabilities.get(medium, DELIVERABLE), now
                        )
                    ),
                )
                for medium in Medium
            )
        case Operation.ISSUE:
            reasons = tuple(issue_objections(invoice, min_expiry_lead, now))
        case Operation.EXPIRE:
            reasons = tuple(expire_objections(invoice, now))
        case (  # pragma: no branch  # there is no other operation
            Operation.PAY | Operation.CANCEL | Operation.DELETE | Operation.UPDATE
        ):
            refused = StatusCheck(operation).refusal(invoice, now)
            reasons = () if refused is None else (refused.failure(),)
    if operation is Operation.UPDATE and not reasons:
        return (Verdict(operation, editable=EDITABLE[status_at(invoice, now)]),)
    return (Verdict(operation, reasons=reasons),)
