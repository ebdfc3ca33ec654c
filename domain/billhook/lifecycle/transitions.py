"""The transition table: which operations each status allows. No other module defines this.

`LIFECYCLE` builds a `transitions` machine from `TRANSITIONS` and compiles it into the immutable
lookup `NEXT`, which the operations use. A test compares the two for every status and trigger.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from returns.result import Failure

from billhook.lifecycle.errors import OperationNotAllowed
from billhook.lifecycle.machine import Lifecycle, Transition
from billhook.lifecycle.operation import Operation
from billhook.model.arguments import checked
from billhook.model.invoice import Invoice, Status
from billhook.model.patch import DocumentField as F

OPEN = (Status.ISSUED, Status.PARTIALLY_PAID)

TRANSITIONS = (
    Transition(Operation.ISSUE, Status.DRAFT, Status.ISSUED),
    Transition(Operation.PAY, OPEN, Status.PARTIALLY_PAID, outcome="part"),
    Transition(Operation.PAY, OPEN, Status.PAID, outcome="rest"),
    Transition(Operation.NOTIFY, OPEN),
    Transition(Operation.EXPIRE, OPEN, Status.EXPIRED),
    Transition(Operation.CANCEL, (Status.DRAFT, Status.ISSUED), Status.CANCELLED),
    Transition(Operation.DELETE, Status.DRAFT),
    Transition(Operation.UPDATE, Status),
)

EDITABLE: Mapping[Status, frozenset[F]] = MappingProxyType(
    {
        Status.DRAFT: frozenset(F),
        Status.ISSUED: frozenset(
            {F.PARTIAL_PAYMENT, F.RECEIPT, F.COMMENT, F.TERMS, F.NOTES, F.DUE_BY, F.EXPIRE_BY}
        ),
        Status.PARTIALLY_PAID: frozenset({F.NOTES}),
        Status.PAID: frozenset({F.NOTES}),
        Status.EXPIRED: frozenset({F.NOTES}),
        Status.CANCELLED: frozenset({F.NOTES}),
    }
)
"""The fields that `update` may change in each status."""

LIFECYCLE = Lifecycle(Status, Operation, TRANSITIONS)
NEXT = LIFECYCLE.next
"""The next status for every allowed pair of status and trigger; `pay` has two triggers."""

StatusError = Failure[OperationNotAllowed]


def sources(operation: Operation) -> tuple[Status, ...]:
    """The statuses that allow an operation.

    >>> sources(Operation.CANCEL)
    (<Status.DRAFT: 'draft'>, <Status.ISSUED: 'issued'>)
    """
    return LIFECYCLE.sources(operation)


_EXPIRING = frozenset(sources(Operation.EXPIRE))


@checked
def status_at(invoice: Invoice, now: datetime) -> Status:
    """The status at a time: expired once `expire_by` has passed, even if not recorded yet.

    `now` is an aware datetime.
    """
    return seen_status(invoice, now)


def seen_status(invoice: Invoice, now: datetime) -> Status:
    """As `status_at`, for arguments that were checked."""
    status = invoice.status
    if status in _EXPIRING:
        expire_by = invoice.document.expire_by
        if expire_by is not None and now >= expire_by:
            return NEXT[status, "expire"]
    return status


class StatusCheck:
    """The check whether an invoice's status allows one operation. The errors are created once.

    >>> StatusCheck(Operation.DELETE).in_status(Status.PAID).failure().allowed_in
    (<Status.DRAFT: 'draft'>,)
    """

    __slots__ = ("_deleted", "_errors")

    def __init__(self, operation: Operation) -> None:
        allowed = sources(operation)
        self._errors: dict[Status, StatusError] = {
            status: Failure(OperationNotAllowed(operation, status, allowed))
            for status in Status
            if status not in allowed
        }
        # A tombstone keeps the status draft, and no operation on it is allowed in any status.
        self._deleted: StatusError = Failure(OperationNotAllowed(operation, Status.DRAFT, ()))

    def in_status(self, status: Status) -> StatusError | None:
        """The error in a status, or None if the operation is allowed."""
        return self._errors.get(status)

    def error(self, invoice: Invoice, now: datetime) -> StatusError | None:
        """The error for an invoice at a time, or None if the operation is allowed."""
        if invoice.deleted_at is not None:
            return self._deleted
        return self._errors.get(seen_status(invoice, now))
