"""The numbers of issued invoices: unique within an account that has a number series.

A number that was given, as the receipt of the document, is kept; one is drawn where none was given.
The row of the series is locked in both cases, so that no two invoices get one number at once.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

from returns.result import Failure, Result, Success

from billhook.application.unit_of_work import CommandContext
from billhook.lifecycle.errors import NumberTaken
from billhook.lifecycle.update import UpdateError
from billhook.model.account import Account
from billhook.model.invoice import Invoice

NumberedUpdateError = UpdateError | NumberTaken


def number_for(context: CommandContext, invoice: Invoice) -> Result[str | None, NumberTaken]:
    """The number under which a draft is issued; None if the account has no series.

    Called after all other checks, so that errors leave no gap in the series.
    """
    account, given = context.account, invoice.document.receipt
    series = account.series
    if series is None:
        return Success(None)
    if given is not None:
        context.draw(series, 0)
        return Success(given) if context.owner_of(given) is None else Failure(NumberTaken(given))
    (position,) = context.draw(series, 1)
    if position < account.policy.number_start:
        position = context.draw(series, account.policy.number_start - position)[-1]
    number = account.number(position)
    while context.owner_of(number) is not None:  # given by hand before the series reached it
        number = account.number(context.draw(series, 1)[0])
    return Success(number)


def number_conflict(context: CommandContext, before: Invoice, after: Invoice) -> NumberTaken | None:
    """The error of a change that would give an issued invoice the number of another one."""
    number, series = after.shown_number, context.account.series
    if after.number is None or number is None or number == before.shown_number:
        return None
    if series is not None:
        context.draw(series, 0)
    return None if context.owner_of(number) in (None, after.key) else NumberTaken(number)


def next_free(account: Account, position: int, is_taken: Callable[[str], bool]) -> str:
    """The first number that is not taken, from this position of the series or from its start.

    >>> from billhook.model.account import AccountPolicy
    >>> acme = Account(id="acc_1", name="Acme", policy=AccountPolicy(number_prefix="INV-"))
    >>> next_free(acme, 3, {"INV-0003"}.__contains__)
    'INV-0004'
    """
    numbers = map(account.number, count(max(position, account.policy.number_start)))
    return next(number for number in numbers if not is_taken(number))


def is_of_series(context: CommandContext, number: str) -> bool:
    """Whether the account's series has drawn this number, or draws it next."""
    account = context.account
    series, position = account.series, account.position(number)
    if series is None or position is None:
        return False
    upcoming = context.next_position(series)
    following = next_free(account, upcoming, lambda one: context.owner_of(one) is not None)
    return position < upcoming or number == following
