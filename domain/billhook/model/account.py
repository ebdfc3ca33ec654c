"""The seller on whose behalf invoices are made, and the policies it chose."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, NamedTuple

from pydantic import Field, Strict, StringConstraints

from billhook.model.base import IDENTIFIER, AccountId, Count, Duration, Label, Text, Value
from billhook.model.line_items import Rounding
from billhook.model.payment_instructions import PaymentInstructions
from billhook.model.rate_limits import UNLIMITED, RateLimits
from billhook.model.reminder_schedule import ReminderSchedule


class NumberSeries(NamedTuple):
    """A run of invoice numbers of one account, such as INV-0001, INV-0002."""

    account: AccountId
    prefix: str


class RetryPolicy(Value):
    """How often and how patiently a message that failed for a moment is tried again."""

    attempts: Annotated[int, Strict(), Field(ge=1, le=100)] = 8
    first: Duration = timedelta(seconds=30)
    longest: Duration = timedelta(hours=6)
    within: Duration | None = None
    """Where given, no attempt is made later than this after it was first asked for."""


class AccountPolicy(Value):
    """What an account decides for all of its invoices.

    >>> AccountPolicy(min_expiry_lead=timedelta(minutes=15)).resend_wait
    datetime.timedelta(0)
    """

    min_expiry_lead: Duration = timedelta(0)
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
    retries: RetryPolicy = RetryPolicy()
    rates: RateLimits = UNLIMITED
    """How fast its messages may go out."""
    reminders: ReminderSchedule | None = None
    """When its payers are reminded; None is never."""
    payment_instructions: PaymentInstructions | None = None
    """Where its payers may send money."""


class Account(Value):
    """A seller: its id, the name that payers read, and its policies.

    >>> Account(id="acc_1", name="Acme").policy.rounding
    <Rounding.PER_LINE: 'per_line'>
    """

    id: Annotated[AccountId, IDENTIFIER]
    name: Label
    policy: AccountPolicy = AccountPolicy()
    version: Annotated[int, Strict(), Field(ge=1)] = 1
    """Each change adds one."""

    def updated(self, name: str | None, policy: AccountPolicy) -> Account:
        """The next version, with this name and with the fields that were set of this policy.

        Raises pydantic's ValidationError on a name of no length, or too long.

        >>> acme = Account(id="acc_1", name="Acme", policy=AccountPolicy(number_prefix="A-"))
        >>> acme.updated(None, AccountPolicy(number_width=6)).number(7)
        'A-000007'
        """
        given = {each: getattr(policy, each) for each in policy.model_fields_set}
        return Account(
            id=self.id,
            name=self.name if name is None else name,
            policy=AccountPolicy.model_validate({**dict(self.policy), **given}),
            version=self.version + 1,
        )

    @property
    def series(self) -> NumberSeries | None:
        """The series from which issued invoices are numbered, if the account has one."""
        prefix = self.policy.number_prefix
        return None if prefix is None else NumberSeries(self.id, prefix)

    def number(self, position: int) -> str:
        """The invoice number at this position of the series.

        >>> Account(id="a", name="Acme", policy=AccountPolicy(number_prefix="INV-")).number(7)
        'INV-0007'
        """
        return f"{self.policy.number_prefix or ''}{position:0{self.policy.number_width}d}"
