"""`explain`: for each operation, whether it is allowed, or every error and its remedy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from pydantic import GetCoreSchemaHandler

from billhook.lifecycle.checks import AT_ONCE
from billhook.lifecycle.errors import DomainError
from billhook.lifecycle.expire import violations as expire_violations
from billhook.lifecycle.guards import NO_GUARDS, Guard, guard_errors
from billhook.lifecycle.issue import violations as issue_violations
from billhook.lifecycle.notify import DELIVERABLE, Deliverability
from billhook.lifecycle.notify import violations as notify_violations
from billhook.lifecycle.operation import Operation
from billhook.lifecycle.transitions import EDITABLE, StatusCheck, seen_status
from billhook.model.arguments import checked
from billhook.model.customer import Medium
from billhook.model.frozen import frozen
from billhook.model.invoice import Invoice
from billhook.model.object_schema import object_schema
from billhook.model.patch import DocumentField


@frozen
class Verdict:
    """Whether one operation is allowed; if not, `reasons` contains every error.

    `medium` is set for `notify`, which has a verdict for each medium.
    """

    operation: Operation
    medium: Medium | None = None
    reasons: tuple[DomainError, ...] = ()
    editable: frozenset[DocumentField] = frozenset()
    """The fields that may be changed, for `update`."""

    @property
    def allowed(self) -> bool:
        """Whether the operation is allowed."""
        return not self.reasons

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> Any:
        return object_schema(cls, source, handler, allowed=bool)


@checked
def explain(
    invoice: Invoice,
    *,
    now: datetime,
    min_expiry_lead: timedelta = AT_ONCE,
    deliverabilities: Mapping[Medium, Deliverability] | None = None,
    guards: Sequence[Guard] = NO_GUARDS,
) -> tuple[Verdict, ...]:
    """For each operation, whether it is allowed, or all errors; `notify` once for each medium.

    For `pay` the status and the guards alone are checked, because there is no payment. `now` is an
    aware datetime, `min_expiry_lead` is as in `draft`.

    >>> from billhook import examples
    >>> [v.operation.value for v in explain(examples.issued(), now=examples.NOON) if v.allowed]
    ['pay', 'notify', 'notify', 'cancel', 'update']
    """
    by_medium = deliverabilities or {}
    return tuple(
        verdict
        for operation in Operation
        for verdict in _verdicts(invoice, operation, now, min_expiry_lead, by_medium, guards)
    )


def _verdicts(
    invoice: Invoice,
    operation: Operation,
    now: datetime,
    min_expiry_lead: timedelta,
    deliverabilities: Mapping[Medium, Deliverability],
    guards: Sequence[Guard],
) -> tuple[Verdict, ...]:
    reasons: tuple[DomainError, ...]
    match operation:
        case Operation.NOTIFY:
            return tuple(
                Verdict(
                    operation,
                    medium,
                    tuple(
                        notify_violations(
                            invoice, medium, deliverabilities.get(medium, DELIVERABLE), now, guards
                        )
                    ),
                )
                for medium in Medium
            )
        case Operation.ISSUE:
            reasons = tuple(issue_violations(invoice, min_expiry_lead, now, guards))
        case Operation.EXPIRE:
            reasons = tuple(expire_violations(invoice, now))
        case (  # pragma: no branch  # there is no other operation
            Operation.PAY | Operation.CANCEL | Operation.DELETE | Operation.UPDATE
        ):
            refused = StatusCheck(operation).error(invoice, now)
            own = tuple(guard_errors(guards, invoice, operation, now))
            reasons = own if refused is None else (refused.failure(), *own)
    if operation is Operation.UPDATE and not reasons:
        return (Verdict(operation, editable=EDITABLE[seen_status(invoice, now)]),)
    return (Verdict(operation, reasons=reasons),)
