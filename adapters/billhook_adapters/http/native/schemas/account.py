"""The settings of an account in requests: each that is given is set, the others stay."""

from __future__ import annotations

from base64 import b64decode
from datetime import timedelta
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from billhook.model.account import AccountPolicy
from billhook.model.base import Label
from billhook.model.logo import MAX_LOGO
from billhook.model.payment_instructions import Bic, Iban, UpiAddress
from billhook.model.sms_budget import LARGEST_BUDGET, NO_BUDGET, SmsBudget
from billhook_adapters.http.native.schemas.fields import Country, Language, SmsCountry, Zone
from billhook_adapters.http.native.schemas.parts import In, ProfileIn

LONGEST_WAIT = 7 * 24 * 60 * 60

_Seconds = Annotated[int, Field(strict=True, ge=0, le=LONGEST_WAIT)]
_Limit = Annotated[int, Field(strict=True, ge=1, le=LARGEST_BUDGET)]


def _bytes(given: object) -> bytes:
    try:
        if isinstance(given, str):
            return b64decode(given, validate=True)
    except ValueError:
        pass  # text, and none of base64
    raise ValueError("must be the bytes of the file in base64")


def _text(longest: int, example: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "maxLength": longest, "examples": [example]})


class SmsBudgetIn(In):
    """At most so many SMS in any period of one hour, and of one day; null is no limit."""

    per_hour: _Limit | None = Field(default=None, examples=[200])
    per_day: _Limit | None = Field(default=None, examples=[1000])


class PaymentInstructionsIn(In):
    """A UPI id for payments in INR, an IBAN for transfers in EUR; a BIC goes with an IBAN."""

    upi: Annotated[UpiAddress, _text(321, "acme@okbank")] | None = None
    iban: Annotated[Iban, _text(34, "DE89370400440532013000")] | None = None
    bic: Annotated[Bic, _text(11, "COBADEFFXXX")] | None = None

    @model_validator(mode="after")
    def _go_together(self) -> Self:
        if self.bic is not None and self.iban is None:
            raise ValueError("bic goes with iban")
        return self


_EXAMPLE = (
    "PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciIHZpZX"
    "dCb3g9IjAgMCA5IDkiPjxwYXRoIGQ9Ik0wIDBoOXY5eiIvPjwvc3ZnPg=="
)


class LogoIn(In):
    """A logo: the bytes of a PNG or SVG file of at most 256 KiB, in base64."""

    data: Annotated[
        bytes,
        BeforeValidator(_bytes),
        WithJsonSchema(
            {
                "type": "string",
                "contentEncoding": "base64",
                "maxLength": -(-MAX_LOGO // 3) * 4,
                "examples": [_EXAMPLE],
            }
        ),
    ]


class AccountIn(In):
    """The settings to change."""

    name: Label = Field(default="", description="The name that payers see.")
    country: Country | None = Field(
        default=None,
        description="Where phone numbers without a country code belong; null takes it from the "
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

    time_zone: Zone | None = Field(
        default=None, description="The time zone in which days are shown; null is UTC."
    )
    language: Language | None = Field(
        default=None,
        description="The language of messages and documents for customers without one of their "
        "own; null is the server's.",
    )
    payment_instructions: PaymentInstructionsIn | None = Field(
        default=None, description="Where payers send money; null takes them away."
    )
    profile: ProfileIn = Field(
        default=ProfileIn(),
        description="What invoices say of the seller; of it, too, only the given fields are set.",
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
            "time_zone": self.time_zone,
            "language": self.language,
            "payment_instructions": self.payment_instructions
            and self.payment_instructions.model_dump(),
        }
        given = {name: value for name, value in ways.items() if name in self.model_fields_set}
        return AccountPolicy.model_validate(given)


def _budget(given: SmsBudgetIn | None) -> SmsBudget:
    return NO_BUDGET if given is None else SmsBudget(**given.model_dump())
