"""What may happen to an invoice, written by hand, and what the operations do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from returns.result import Failure, Result, Success

from billhook.lifecycle import transitions as lifecycle
from billhook.lifecycle.apply import Change
from billhook.lifecycle.cancel import cancel
from billhook.lifecycle.delete import delete
from billhook.lifecycle.errors import OperationNotAllowed
from billhook.lifecycle.expire import expire
from billhook.lifecycle.issue import issue
from billhook.lifecycle.notify import Notification, notify
from billhook.lifecycle.operation import Operation
from billhook.lifecycle.pay import pay
from billhook.lifecycle.update import update
from billhook.model.customer import Medium
from billhook.model.invoice import Invoice, Status
from billhook.model.patch import Patch
from billhook_adapters.testing.builders import NOON, TOMORROW, a_payment, an_invoice

TABLE = """
          draft      issued               partially_paid       paid  expired  cancelled
issue     issued     -                    -                    -     -        -
pay       -          partially_paid/paid  partially_paid/paid  -     -        -
notify    -          issued               partially_paid       -     -        -
expire    -          expired              expired              -     -        -
cancel    cancelled  cancelled            -                    -     -        -
delete    draft      -                    -                    -     -        -
update    draft      issued               partially_paid       paid  expired  cancelled
"""
"""Where each operation leads from each status; `-` where it is refused."""

_HEAD, *_ROWS = (row.split() for row in TABLE.strip().splitlines())

CELLS: dict[tuple[Operation, Status], str] = {
    (Operation(operation), Status(status)): cell
    for operation, *cells in _ROWS
    for status, cell in zip(_HEAD, cells, strict=True)
}

INVOICES: dict[Status, Invoice] = {
    status: an_invoice(status, expire_by=TOMORROW) for status in Status
}


def allowed_in(operation: Operation) -> tuple[Status, ...]:
    """The statuses in which the table allows an operation."""
    return tuple(status for status in Status if CELLS[operation, status] != "-")


def results_of(operation: Operation, invoice: Invoice) -> Iterator[Result[Any, Any]]:
    """The results of an operation, in the order in which a cell names them."""
    match operation:
        case Operation.ISSUE:
            yield issue(invoice, now=NOON, short_url="https://bill.example/i/1")
        case Operation.PAY:
            yield pay(invoice, a_payment(1), now=NOON)
            yield pay(invoice, a_payment(invoice.due or 1), now=NOON)
        case Operation.NOTIFY:
            yield notify(invoice, Medium.EMAIL, now=NOON)
        case Operation.EXPIRE:
            yield expire(invoice, now=TOMORROW)
        case Operation.CANCEL:
            yield cancel(invoice, now=NOON)
        case Operation.DELETE:
            yield delete(invoice, now=NOON)
        case Operation.UPDATE:
            yield update(invoice, Patch(notes={"order": "A-1"}), now=NOON)


def found(operation: Operation, status: Status) -> str:
    """What an operation does with an invoice in this status, in the words of the table."""
    invoice = INVOICES[status]
    return "/".join(dict.fromkeys(_word(a, invoice) for a in results_of(operation, invoice)))


def _word(answer: Result[Any, Any], invoice: Invoice) -> str:
    match answer:
        case Success(Change(after, _)):
            return Invoice.model_validate(dict(after)).status.value
        case Success(Notification()):
            return invoice.status.value
        case Failure(OperationNotAllowed()):
            return "-"
        case _:
            raise AssertionError(answer)


def by_the_lookup(operation: Operation, status: Status) -> str:
    """What the compiled look-up says of the same pair, in the words of the table."""
    leads = (
        lifecycle.NEXT.get((status, trigger)) for trigger in lifecycle.LIFECYCLE.triggers[operation]
    )
    return "/".join(dict.fromkeys("-" if to is None else to.value for to in leads))


def assert_the_table_holds() -> None:
    """Every cell agrees with the operations and with the compiled look-up."""
    for (operation, status), cell in CELLS.items():
        assert (operation, status, found(operation, status)) == (operation, status, cell)
        assert (operation, status, by_the_lookup(operation, status)) == (operation, status, cell)
