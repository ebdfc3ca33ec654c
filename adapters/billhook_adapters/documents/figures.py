"""Amounts and dates in a language: the same on page, PDF, e-mail and SMS.

The number of decimals is ISO 4217's. The formatter's own differs for 13 currencies.
"""

from __future__ import annotations

from copy import copy
from datetime import datetime
from decimal import Decimal, localcontext
from functools import cache

from billhook.model.money import EXPONENTS, Currency, major
from billhook_adapters.system.optional_dependencies import needs

with needs("messages"):
    from babel import Locale
    from babel.dates import format_date
    from babel.numbers import NumberPattern


_DIGITS = {
    "latn": {},
    "arab": dict(zip(map(ord, "0123456789"), "٠١٢٣٤٥٦٧٨٩", strict=True)),  # digits
}
"""Babel uses a language's own separators, but Latin digits."""


def _system(locale: Locale) -> str:
    own = locale.default_numbering_system
    return own if own in _DIGITS else "latn"


def amount_text(amount: int | Decimal, currency: Currency, locale: Locale) -> str:
    """An amount with its ISO 4217 code, all its decimals and the digits of a language.

    It has the decimals of the currency, and more where it is a fraction of the smallest unit.

    >>> amount_text(1234567850, Currency("INR"), Locale("hi"))
    'INR 1,23,45,678.50'
    >>> amount_text(Decimal("0.42"), Currency("INR"), Locale("en"))
    'INR 0.0042'
    """
    system, exact = _system(locale), major(amount, currency)
    decimals = max(EXPONENTS[currency], len(f"{exact:f}".partition(".")[2]))
    with localcontext(prec=40):  # so that Babel does not round
        number = _pattern(locale, decimals).apply(exact, locale, numbering_system=system)
    return f"{currency} {number.translate(_DIGITS[system])}"


def day_text(moment: datetime, locale: Locale) -> str:
    """A date in full.

    >>> from datetime import UTC
    >>> day_text(datetime(2026, 1, 31, tzinfo=UTC), Locale("en"))
    'January 31, 2026'
    """
    return format_date(moment.date(), "long", locale).translate(_DIGITS[_system(locale)])


@cache
def _pattern(locale: Locale, decimals: int) -> NumberPattern:
    """The number pattern of a locale, with exactly so many decimals."""
    pattern: NumberPattern = copy(locale.decimal_formats[None])
    pattern.frac_prec = (decimals, decimals)
    return pattern
