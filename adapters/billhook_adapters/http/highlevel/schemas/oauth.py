"""The forms of HighLevel's OAuth, in both spellings of the vendor, and what they answer."""

from __future__ import annotations

from typing import Any, Literal

from pydantic.alias_generators import to_camel

from billhook_adapters.http.core.authentication import Tenancy
from billhook_adapters.http.highlevel.access_tokens import ACCESS_LASTS, Tokens
from billhook_adapters.http.highlevel.schemas.fields import Long, Required, Short
from billhook_adapters.http.highlevel.schemas.parts import In
from billhook_adapters.http.highlevel.schemas.users import user_id

SCOPES = " ".join(
    (
        "contacts.readonly", "contacts.write", "invoices.readonly", "invoices.write",
        "payments/orders.readonly", "payments/transactions.readonly", "products.readonly",
        "products.write", "products/prices.readonly", "products/prices.write", "users.readonly",
    )
)  # fmt: skip
"""What every token may do: all that is served."""


class TokenIn(In):
    """The body of `POST /oauth/token`."""

    client_id: Required
    client_secret: Required
    grant_type: Short
    code: Long | None = None
    refresh_token: Short | None = None
    user_type: Literal["Location"] | None = None
    redirect_uri: Long | None = None


class LocationTokenIn(In):
    """The body of `POST /oauth/locationToken`."""

    company_id: Required
    location_id: Required


def tokens_answered(tokens: Tokens, tenancy: Tenancy, *, refresh: bool) -> dict[str, Any]:
    """What is answered with new tokens: each field as the two versions of the vendor spell it."""
    fields: dict[str, Any] = {
        "access_token": tokens.access,
        "token_type": "Bearer",
        "expires_in": int(ACCESS_LASTS.total_seconds()),
        "scope": SCOPES,
        "location_id": tenancy.location,
        "user_id": user_id(tenancy.account),
    }
    if refresh:
        fields |= {
            "refresh_token": tokens.refresh,
            "user_type": "Location",
            "company_id": tenancy.account,
        }
    only_camel = ("location_id", "user_id", "user_type", "company_id")
    snake = {name: value for name, value in fields.items() if name not in only_camel}
    return {**snake, **{to_camel(name): value for name, value in fields.items()}}
