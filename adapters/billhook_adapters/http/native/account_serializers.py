"""The bodies of responses about the caller's account: its settings and its logo."""

from __future__ import annotations

from base64 import b64encode
from typing import Any, Self

from pydantic import Field

from billhook.model.account import Account
from billhook.model.logo import Logo, LogoFormat
from billhook_adapters.http.native.serializers import Out, ProfileOut


class SmsBudgetOut(Out):
    """At most so many SMS in any period of one hour, and of one day; null is no limit."""

    per_hour: int | None
    per_day: int | None


class PaymentInstructionsOut(Out):
    """Where payers send money."""

    upi: str | None
    iban: str | None
    bic: str | None


class LogoOut(Out):
    """A logo as it is kept, which may be less than was given: its bytes in base64."""

    format: LogoFormat
    data: str = Field(json_schema_extra={"contentEncoding": "base64"})

    @classmethod
    def of(cls, logo: Logo) -> Self:
        """The answer that shows this logo."""
        return cls(format=logo.format, data=b64encode(logo.data).decode())


class AccountOut(Out):
    """The settings of an account; waits are in seconds."""

    id: str
    name: str
    version: int
    country: str | None
    resend_wait: float
    invoice_wait: float
    sms_enabled: bool
    sms_countries: tuple[str, ...] | None
    sms_budget: SmsBudgetOut
    sms_prefix_budget: SmsBudgetOut
    time_zone: str | None
    language: str | None
    payment_instructions: PaymentInstructionsOut | None
    profile: ProfileOut

    @classmethod
    def of(cls, account: Account) -> Self:
        """The answer that shows this account."""
        fields: dict[str, Any] = {**dict(account.policy), **dict(account)}
        fields |= {wait: fields[wait].total_seconds() for wait in ("resend_wait", "invoice_wait")}
        return cls.model_validate({name: fields[name] for name in cls.model_fields})
