"""The seller on whose behalf invoices are made, and the policies it chose."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, NamedTuple

from pydantic import Field, Strict, StringConstraints

from billhook.model.base import IDENTIFIER, AccountId, Count, Duration, Label, Text, Value
from billhook.model.line_items import Rounding
from billhook.model.payment_instructions import Payee
from billhook.model.rate_limits import UNLIMITED, Rates
from billhook.model.reminder_schedule import Reminders


class Series(NamedTuple):
    """A run of invoice numbers of one account, such as INV-0001, INV-0002."""

    account: AccountId
    prefix: str


class Retries(Value):
    """How often and how patiently a message that failed for a moment is tried again."""

    attempts: Annotated[int, Strict(), Field(ge=1, le=100)] = 8
    first: Duration = timedelta(seconds=30)
    longest: Duration = timedelta(hours=6)
    within: Duration | None = None
    """Where given, no attempt is made later than this after it was first asked for."""


class Policy(Value):
    """What an account decides for all of its invoices.

    >>> Policy(least_lead=timedelta(minutes=15)).resend_wait
    datetime.timedelta(0)
    """

    least_lead: Duration = timedelta(0)
    """How far ahead `expire_by` must be when an invoice is drafted, updated or issued."""
    rounding: Rounding = Rounding.PER_LINE
    resend_wait: Duration = timedelta(0)
    """How long to wait between two messages to one address by one medium; zero is off."""
    invoice_wait: Duration = timedelta(0)
    """How long to wait between two messages about one invoice by one medium; zero is off."""
    number_prefix: (
        Annotated[Text, StringConstraints(max_length=32, pattern=r"(?:\A|[^0-9])\z")] | None
    ) = None
    """Where given, issuing an invoice gives it the next number of this series."""
    number_width: Annotated[Count, Field(le=20)] = 4
    retries: Retries = Retries()
    rates: Rates = UNLIMITED
    """How fast its messages may go out."""
    reminders: Reminders | None = None
    """When its payers are reminded; None is never."""
    payee: Payee | None = None
    """Where its payers may send money."""


class Account(Value):
    """A seller: its id, the name that payers read, and its policies.

    >>> Account(id="acc_1", name="Acme").policy.rounding
    <Rounding.PER_LINE: 'per_line'>
    """

    id: Annotated[AccountId, IDENTIFIER]
    name: Label
    policy: Policy = Policy()

    @property
    def series(self) -> Series | None:
        """The series from which issued invoices are numbered, if the account has one."""
        prefix = self.policy.number_prefix
        return None if prefix is None else Series(self.id, prefix)

    def number(self, position: int) -> str:
        """The invoice number at this position of the series.

        >>> Account(id="a", name="Acme", policy=Policy(number_prefix="INV-")).number(7)
        'INV-0007'
        """
        return f"{self.policy.number_prefix or ''}{position:0{self.policy.number_width}d}"
