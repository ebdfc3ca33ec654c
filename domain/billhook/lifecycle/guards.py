"""Guards: business rules of your own, which decide after the transition table and before the rest.

A guard is a pure function. It is given to the operations, to `explain` and to the service, which
calls it again right before a message is sent. It is stored nowhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from returns.result import Failure

from billhook.lifecycle.errors import GuardRefused
from billhook.lifecycle.machine import StateGuard, refusals
from billhook.lifecycle.operation import Operation
from billhook.model.base import AccountId
from billhook.model.invoice import Invoice

Guard = StateGuard[Invoice, Operation, GuardRefused]
"""A rule of your own: from an invoice, an operation and a time to its refusal, or None."""

NO_GUARDS: Sequence[Guard] = ()
"""The rules of billhook alone."""

GuardsOf = Callable[[AccountId], Sequence[Guard]]
"""The guards of an account."""


def no_guards(_: AccountId) -> Sequence[Guard]:
    """None: the rules of billhook alone."""
    return NO_GUARDS


def guard_errors(
    guards: Sequence[Guard], invoice: Invoice, operation: Operation, now: datetime
) -> Iterator[GuardRefused]:
    """What the guards return that refuse the operation, in their order.

    Raises TypeError if a guard returns something else than GuardRefused or None.
    """
    for error in refusals(guards, invoice, operation, now):
        if type(error) is not GuardRefused:
            raise TypeError(f"a guard must return GuardRefused or None, not {type(error).__name__}")
        yield error


def refused_by(
    guards: Sequence[Guard], invoice: Invoice, operation: Operation, now: datetime
) -> Failure[GuardRefused] | None:
    """What the first guard returns that refuses the operation; None if none does."""
    for error in guard_errors(guards, invoice, operation, now):
        return Failure(error)
    return None
