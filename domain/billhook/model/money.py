"""Money: whole numbers of a currency's smallest unit, and the ISO 4217 currencies.

Adapters format amounts: symbols, grouping, the digits of a locale.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Context, Decimal
from types import MappingProxyType
from typing import Annotated, NewType

from pydantic import AfterValidator, Field, Strict

from billhook.model.arguments import require

_ZERO = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_TWO = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF
CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD
GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL
MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR
PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP
TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG
"""
_THREE = "BHD IQD JOD KWD LYD OMR TND"
_FOUR = "CLF UYW"

EXPONENTS: Mapping[str, int] = MappingProxyType(
    {
        code: exponent
        for codes, exponent in ((_ZERO, 0), (_TWO, 2), (_THREE, 3), (_FOUR, 4))
        for code in codes.split()
    }
)
"""Every ISO 4217 currency that has a minor unit, with its number of decimal places.

Codes without a minor unit, such as gold and special drawing rights, are not accepted.
"""

LARGEST = 2**53 - 1
"""The largest amount in smallest units, which every JSON parser reads exactly."""

EXACT = Context(prec=60)
"""A decimal context that is exact for all valid amounts; independent of the host's context."""

Currency = NewType("Currency", str)
"""An ISO 4217 currency code in capitals, such as INR."""


def currency(code: str) -> Currency:
    """The currency of an ISO 4217 code.

    Raises ValueError on a code that is unknown or has no minor unit.

    >>> currency("INR")
    'INR'
    """
    if require("code", code, str) not in EXPONENTS:
        raise ValueError("must be an ISO 4217 currency code in capitals, such as INR")
    return Currency(code)


def minor(major: Decimal, code: Currency) -> int:
    """The amount in smallest units of an amount in major units.

    Raises ValueError if it has more decimal places than the currency.

    >>> minor(Decimal("1234.50"), Currency("INR"))
    123450
    """
    if not require("major", major, Decimal).is_finite() or abs(major) > LARGEST:
        raise ValueError(f"must be a number of at most {LARGEST}")
    places = EXPONENTS[currency(code)]
    rounded = major.quantize(Decimal(1).scaleb(-places), context=EXACT)
    if rounded != major:
        raise ValueError(f"has more than the {places} decimal places of {code}")
    return int(rounded.scaleb(places, EXACT))


def major(amount: int | Decimal, code: Currency) -> Decimal:
    """The amount in major units of an amount in smallest units, with all decimal places.

    >>> major(5, Currency("KWD")), major(Decimal("0.5"), Currency("KWD"))
    (Decimal('0.005'), Decimal('0.0005'))
    """
    if type(amount) is not int:
        amount = require("amount", amount, Decimal)
    return Decimal(amount).scaleb(-EXPONENTS[currency(code)], EXACT)


def half_up(exact: Decimal) -> int:
    """The nearest whole number; a half is rounded away from zero.

    >>> half_up(Decimal("2.5"))
    3
    """
    return int(exact.to_integral_value(ROUND_HALF_UP))


CurrencyCode = Annotated[Currency, Strict(), AfterValidator(currency)]
"""A `Currency`, validated."""

Amount = Annotated[int, Strict(), Field(ge=0, le=LARGEST)]
"""An amount of zero or more, in smallest units."""

PositiveAmount = Annotated[int, Strict(), Field(gt=0, le=LARGEST)]
"""An amount above zero, in smallest units."""
