"""Accounts: the sellers who issue invoices, and their policies."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, NamedTuple

from pydantic import Field, Strict, StringConstraints

from billhook.model.base import (
    IDENTIFIER,
    AccountId,
    Count,
    Duration,
    Label,
    OneLine,
    TimeZone,
    Value,
)
from billhook.model.customer import CountryCode, LanguageTag
from billhook.model.line_items import Rounding
from billhook.model.object_schema import written_as_object
from billhook.model.payment_instructions import PaymentInstructions
from billhook.model.rate_limits import UNLIMITED, RateLimits
from billhook.model.reminder_schedule import ReminderSchedule
from billhook.model.seller_profile import NO_PROFILE, SellerProfile
from billhook.model.sms_budget import NO_BUDGET, Countries, SmsBudget

MAX_NUMBER_START = 10**15
"""The largest position that a series may start at."""

MAX_POSITION_DIGITS = 18
"""The most digits of a position: more than any series reaches."""


@written_as_object
class NumberSeries(NamedTuple):
    """A series of consecutive invoice numbers of one account, such as INV-0001, INV-0002."""

    account: AccountId
    prefix: str


class RetryPolicy(Value):
    """How a message is retried after a temporary failure: exponential backoff with limits."""

    max_attempts: Annotated[int, Strict(), Field(ge=1, le=100)] = 8
    """The largest number of attempts, the first one included."""
    first_wait: Duration = timedelta(seconds=30)
    """The wait before the second attempt. Each further wait is twice as long."""
    max_wait: Duration = timedelta(hours=6)
    """The upper limit of a wait."""
    give_up_after: Duration | None = None
    """No attempt is made later than this after the request; None is no limit."""


class AccountPolicy(Value):
    """The settings of an account that apply to all of its invoices.

    >>> AccountPolicy(min_expiry_lead=timedelta(minutes=15)).resend_wait
    datetime.timedelta(0)
    """

    min_expiry_lead: Duration = timedelta(0)
    """The minimum time from now to `expire_by` when an invoice is drafted, updated or issued."""
    country: CountryCode | None = None
    """Where phone numbers without a country code belong; None takes it from the invoice."""
    rounding: Rounding = Rounding.PER_LINE
    """The rounding rule of documents that name none."""
    resend_wait: Duration = timedelta(0)
    """The minimum time between two messages to one address by one medium; zero is no limit."""
    invoice_wait: Duration = timedelta(0)
    """The minimum time between two messages about one invoice by one medium; zero is no limit."""
    number_prefix: (
        Annotated[OneLine, StringConstraints(max_length=32, pattern=r"(?:\A|[^0-9])\z")] | None
    ) = None
    """The prefix of the invoice numbers assigned at issue; None assigns no numbers."""
    number_width: Annotated[Count, Field(le=20)] = 4
    """The minimum number of digits after the prefix, padded with zeros."""
    number_start: Annotated[int, Strict(), Field(ge=1, le=MAX_NUMBER_START)] = 1
    """The least position in the series; a series that has passed it goes on where it is."""
    retries: RetryPolicy = RetryPolicy()
    """How messages to its payers are retried."""
    rate_limits: RateLimits = UNLIMITED
    """The maximum rate of its messages, by medium."""
    sms_enabled: Annotated[bool, Strict()] = True
    """Whether SMS are accepted and sent; False is the kill switch, for queued ones too."""
    sms_countries: Countries | None = None
    """The countries to which SMS may be sent; None is all."""
    sms_budget: SmsBudget = NO_BUDGET
    """How many SMS are accepted in an hour and in a day."""
    sms_prefix_budget: SmsBudget = NO_BUDGET
    """The same for the numbers that share a prefix, as `Destination` describes it."""
    reminders: ReminderSchedule | None = None
    """When its payers are reminded; None sends no reminders."""
    time_zone: TimeZone | None = None
    """The time zone in which days are shown; None is UTC."""
    language: LanguageTag | None = None
    """The language of messages and documents for customers who name none; None is the server's."""
    payment_instructions: PaymentInstructions | None = None
    """The UPI address or bank account to which its payers send money."""

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            min_expiry_lead: timedelta = ...,
            country: str | None = ...,
            rounding: Rounding | str = ...,
            resend_wait: timedelta = ...,
            invoice_wait: timedelta = ...,
            number_prefix: str | None = ...,
            number_width: int = ...,
            number_start: int = ...,
            retries: RetryPolicy = ...,
            rate_limits: RateLimits = ...,
            sms_enabled: bool = ...,
            sms_countries: Sequence[str] | None = ...,
            sms_budget: SmsBudget = ...,
            sms_prefix_budget: SmsBudget = ...,
            reminders: ReminderSchedule | None = ...,
            time_zone: str | None = ...,
            language: str | None = ...,
            payment_instructions: PaymentInstructions | None = ...,
        ) -> None: ...

    def updated(self, changes: AccountPolicy) -> AccountPolicy:
        """This policy with the fields that were set in another one.

        >>> AccountPolicy(number_width=6).updated(AccountPolicy(sms_enabled=False)).number_width
        6
        """
        changed = {name: getattr(changes, name) for name in changes.model_fields_set}
        return AccountPolicy.model_validate({**dict(self), **changed})


RECOMMENDED_LIMITS = AccountPolicy(
    resend_wait=timedelta(minutes=1),
    invoice_wait=timedelta(minutes=1),
    sms_budget=SmsBudget(per_hour=200, per_day=1000),
    sms_prefix_budget=SmsBudget(per_hour=50, per_day=200),
)
"""The limits against SMS pumping that an account should begin with; `billhook account create`
sets them. An `AccountPolicy()` by itself has no limits."""


class Account(Value):
    """A seller: its id, the name shown to payers, and its policy.

    >>> Account(id="acc_1", name="Acme").policy.rounding
    <Rounding.PER_LINE: 'per_line'>
    """

    id: Annotated[AccountId, IDENTIFIER]
    name: Label
    policy: AccountPolicy = AccountPolicy()
    profile: SellerProfile = NO_PROFILE
    version: Annotated[int, Strict(), Field(ge=1)] = 1
    """Increases by one with each change."""

    def updated(
        self, name: str | None, policy: AccountPolicy, profile: SellerProfile = NO_PROFILE
    ) -> Account:
        """The next version, with this name and the fields that were set in policy and profile.

        A name of None keeps the current one. Raises pydantic's ValidationError if the name is
        empty or longer than 256 characters.

        >>> acme = Account(id="acc_1", name="Acme", policy=AccountPolicy(number_prefix="A-"))
        >>> acme.updated(None, AccountPolicy(number_width=6)).number(7)
        'A-000007'
        """
        return Account(
            id=self.id,
            name=self.name if name is None else name,
            policy=self.policy.updated(policy),
            profile=self.profile.updated(profile),
            version=self.version + 1,
        )

    @property
    def series(self) -> NumberSeries | None:
        """The number series of issued invoices; None if the account assigns no numbers."""
        prefix = self.policy.number_prefix
        return None if prefix is None else NumberSeries(self.id, prefix)

    def number(self, position: int) -> str:
        """The invoice number at this position of the series, counted from 1.

        >>> Account(id="a", name="Acme", policy=AccountPolicy(number_prefix="INV-")).number(7)
        'INV-0007'
        """
        return f"{self.policy.number_prefix or ''}{position:0{self.policy.number_width}d}"

    def position(self, number: str) -> int | None:
        """The position of an invoice number in the series; None if it is not of the series.

        >>> account = Account(id="a", name="Acme", policy=AccountPolicy(number_prefix="INV-"))
        >>> account.position("INV-0007"), account.position("INV-7"), account.position("A-0007")
        (7, None, None)
        """
        prefix = self.policy.number_prefix
        if prefix is None or not number.startswith(prefix):
            return None
        digits = number.removeprefix(prefix)
        if not (digits.isascii() and digits.isdigit() and len(digits) <= MAX_POSITION_DIGITS):
            return None
        position = int(digits)
        return position if position > 0 and self.number(position) == number else None
