"""The settings of an account in requests: each that is given is set, the others stay."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from billhook.model.account import AccountPolicy
from billhook.model.base import Label
from billhook.model.sms_budget import LARGEST_BUDGET, NO_BUDGET, SmsBudget
from billhook_adapters.http.native.schemas.fields import Country, SmsCountry
from billhook_adapters.http.native.schemas.parts import In

LONGEST_WAIT = 7 * 24 * 60 * 60

_Seconds = Annotated[int, Field(strict=True, ge=0, le=LONGEST_WAIT)]
_Limit = Annotated[int, Field(strict=True, ge=1, le=LARGEST_BUDGET)]


class SmsBudgetIn(In):
    """At most so many SMS in any period of one hour, and of one day; null is no limit."""

    per_hour: _Limit | None = Field(default=None, examples=[200])
    per_day: _Limit | None = Field(default=None, examples=[1000])


class AccountIn(In):
    """The settings to change."""

    name: Label = Field(default="", description="The name that payers see.")
    country: Country | None = Field(
        default=None,
        description="Where phone numbers without a country code belong; null tells it from the "
        "invoice.",
    )
    resend_wait: _Seconds = Field(
        default=0,
        description="The least seconds between two messages to one address by one medium.",
    )
    invoice_wait: _Seconds = Field(
        default=0,
        description="The least seconds between two messages about one invoice by one medium.",
    )
    sms_enabled: Annotated[bool, Field(strict=True)] = Field(
        default=True, description="Whether SMS are sent; false stops queued ones as well."
    )
    sms_countries: Annotated[list[SmsCountry], Field(min_length=1, max_length=300)] | None = Field(
        default=None, description="The countries to which SMS are sent; null is all."
    )
    sms_budget: SmsBudgetIn | None = Field(default=None, description="How many SMS are accepted.")
    sms_prefix_budget: SmsBudgetIn | None = Field(
        default=None,
        description="The same for the numbers that share the country calling code and four digits.",
    )

    @property
    def chosen_name(self) -> str | None:
        """The name, if it is given."""
        return self.name if "name" in self.model_fields_set else None

    def policy(self) -> AccountPolicy:
        """The policy with the fields that are given."""
        ways = {
            "country": self.country,
            "resend_wait": timedelta(seconds=self.resend_wait),
            "invoice_wait": timedelta(seconds=self.invoice_wait),
            "sms_enabled": self.sms_enabled,
            "sms_countries": None if self.sms_countries is None else tuple(self.sms_countries),
            "sms_budget": _budget(self.sms_budget),
            "sms_prefix_budget": _budget(self.sms_prefix_budget),
        }
        given = {name: value for name, value in ways.items() if name in self.model_fields_set}
        return AccountPolicy.model_validate(given)


def _budget(given: SmsBudgetIn | None) -> SmsBudget:
    return NO_BUDGET if given is None else SmsBudget(**given.model_dump())
