"""The types of fields in requests: the domain's own, with their OpenAPI schemas."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, WithJsonSchema

from billhook.model.addresses import LONGEST_PHONE, email_address, phone_text
from billhook.model.base import ID_PATTERN, Identifier, Text, TimeZone
from billhook.model.customer import CountryCode, EmailAddress, LanguageTag, PhoneNumber
from billhook.model.decimals import UNIT_AMOUNT_PLACES, Percentage, Quantity, UnitAmount
from billhook.model.destinations import countries
from billhook.model.instants import utc
from billhook.model.line_items import HsnSac
from billhook.model.money import EXPONENTS, LARGEST, CurrencyCode
from billhook.model.seller_profile import Color, WebAddress
from billhook_adapters.system.time_zones import known_zone

_RFC_3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})"
)
_WHOLE = re.compile(r"[0-9]{1,9}")


def _instant(given: object) -> datetime:
    if isinstance(given, str) and _RFC_3339.fullmatch(given):
        try:
            return datetime.fromisoformat(given)
        except ValueError:
            pass  # the shape of a time, and none that there is
    raise ValueError("must be a time of RFC 3339 with its offset, such as 2026-01-01T12:00:00Z")


def _whole(given: object) -> object:
    # A query has only text, and what pydantic would take for a number is more than digits.
    if isinstance(given, str):
        if not _WHOLE.fullmatch(given):
            raise ValueError("must be a whole number, such as 10")
        return int(given)
    return given


def _known(name: str) -> str:
    if known_zone(name) is None:
        raise ValueError("must be the name of an IANA time zone, such as Asia/Kolkata")
    return name


Instant = Annotated[
    datetime,
    BeforeValidator(_instant),
    AfterValidator(utc),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-02-01T12:00:00Z"]}),
]
"""A time of RFC 3339, to the microsecond at most."""

DIGITS = BeforeValidator(_whole)
"""For the whole numbers of a query."""

Code = Annotated[
    CurrencyCode,
    WithJsonSchema({"type": "string", "enum": sorted(EXPONENTS), "examples": ["INR"]}),
]
"""An ISO 4217 code."""

Id = Annotated[
    Identifier,
    WithJsonSchema({"type": "string", "pattern": f"^{ID_PATTERN}$", "examples": ["inv_1"]}),
]
"""An id that the caller chose."""

_EMAIL = r"^[^@\s]{1,64}@[^@\s]+\.[^@\s]+$"
_PHONE = r"^[^@]*[0-9][^@]*[0-9][^@]*[0-9][^@]*$"

Email = Annotated[
    EmailAddress,
    WithJsonSchema(
        {
            "type": "string",
            "pattern": _EMAIL,
            "maxLength": 254,
            "examples": ["ravi@example.com"],
        }
    ),
]
"""One e-mail address."""

Phone = Annotated[
    PhoneNumber,
    WithJsonSchema(
        {
            "type": "string",
            "pattern": _PHONE,
            "maxLength": LONGEST_PHONE,
            "examples": ["+919876543210", "(202) 555-0143"],
        }
    ),
]
"""A phone number: kept in E.164 where it can be reached, else as it was given."""


def _reachable(address: str) -> str:
    return email_address(address) if "@" in address else phone_text(address)


Reachable = Annotated[
    Text,
    AfterValidator(_reachable),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": f"{_EMAIL}|{_PHONE}",
            "maxLength": 254,
            "examples": ["ravi@example.com", "+919876543210"],
        }
    ),
]
"""An e-mail address or a phone number."""

Language = Annotated[
    LanguageTag,
    WithJsonSchema(
        {"type": "string", "pattern": "^[a-z]{2,3}(-[A-Z]{2})?$", "examples": ["hi", "en-IN"]}
    ),
]
"""A language, and maybe its region."""

WebUrl = Annotated[
    WebAddress,
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^https?://[A-Za-z0-9.-]+(/[A-Za-z0-9._~/?=&%-]*)?$",
            "maxLength": 256,
            "examples": ["https://acme.example"],
        }
    ),
]
"""The address of a web page."""

HexColor = Annotated[
    Color,
    WithJsonSchema({"type": "string", "pattern": "^#[0-9a-fA-F]{6}$", "examples": ["#0a5cd8"]}),
]
"""A colour."""

HsnSacCode = Annotated[
    HsnSac, WithJsonSchema({"type": "string", "pattern": "^[0-9]{4,8}$", "examples": ["4901"]})
]
"""The Indian code of goods or a service."""

Country = Annotated[
    CountryCode, WithJsonSchema({"type": "string", "pattern": "^[A-Z]{2}$", "examples": ["IN"]})
]
"""An ISO 3166-1 alpha-2 code."""


def _with_numbers(country: str) -> str:
    if country not in countries():
        raise ValueError("must be a country with phone numbers of its own, such as IN")
    return country


SmsCountry = Annotated[
    CountryCode,
    AfterValidator(_with_numbers),
    WithJsonSchema({"type": "string", "enum": sorted(countries()), "examples": ["IN"]}),
]
"""A country to which SMS can be sent."""

Zone = Annotated[
    TimeZone,
    AfterValidator(_known),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+){0,2}$",
            "maxLength": 64,
            "examples": ["Asia/Kolkata"],
        }
    ),
]
"""The name of an IANA time zone."""

_QUANTITY: dict[str, Any] = {
    "anyOf": [
        {"type": "integer", "minimum": 1, "maximum": 10**9},
        {"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)?$", "maxLength": 64},
    ],
    "description": "More than 0, at most 6 decimal places; a fraction is text, never a float.",
    "examples": ["1.5"],
}

HowMany = Annotated[Quantity, WithJsonSchema(_QUANTITY)]
"""A quantity."""

_UNIT_AMOUNT: dict[str, Any] = {
    "anyOf": [
        {"type": "integer", "minimum": 0, "maximum": LARGEST},
        {
            "type": "string",
            "pattern": rf"^[0-9]{{1,15}}(\.[0-9]{{1,{UNIT_AMOUNT_PLACES}}})?$",
        },
    ],
    "description": "In smallest units, from 0, at most 12 decimal places; "
    "a fraction is text, never a float.",
    "examples": [49900, "0.42"],
}

UnitPrice = Annotated[UnitAmount, WithJsonSchema(_UNIT_AMOUNT)]
"""The price of one."""

_PERCENT: dict[str, Any] = {
    "anyOf": [
        {"type": "integer", "minimum": 0, "maximum": 100},
        {"type": "string", "pattern": r"^[0-9]{1,3}(\.[0-9]{1,6})?$"},
    ],
    "description": "From 0 to 100, at most 6 decimal places; a fraction is text, never a float.",
    "examples": ["12.5"],
}

Percent = Annotated[Percentage, WithJsonSchema(_PERCENT)]
"""A percentage."""
