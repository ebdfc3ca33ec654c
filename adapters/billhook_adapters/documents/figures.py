"""Amounts, numbers, percentages and dates as a language writes them (CLDR).

The number of decimals of an amount is ISO 4217's. The formatter's own differs for 13 currencies.
"""

from __future__ import annotations

import unicodedata
from copy import copy
from datetime import datetime
from decimal import Decimal, localcontext
from functools import cache

from billhook.model.money import EXPONENTS, Currency, major
from billhook_adapters.system.optional_dependencies import needs

with needs("messages"):
    from babel import Locale
    from babel.dates import format_date
    from babel.numbers import NumberPattern, get_currency_symbol


_DIGITS = {
    "latn": {},
    "arab": dict(zip(map(ord, "0123456789"), "٠١٢٣٤٥٦٧٨٩", strict=True)),  # digits
}
"""Babel uses a language's own separators, but Latin digits."""

_SIGN = "\u00a4"
"""Stands for the currency in a pattern."""


def amount_text(amount: int | Decimal, currency: Currency, locale: Locale) -> str:
    """An amount as a language writes it, with the sign of the currency where it has one.

    It has the decimals of the currency, and more where it is a fraction of the smallest unit.

    >>> amount_text(-1234567850, Currency("INR"), Locale("hi"))
    '-₹1,23,45,678.50'
    >>> amount_text(Decimal("0.42"), Currency("INR"), Locale("en"))
    '₹0.0042'
    """
    exact = major(amount, currency)
    return _written(exact, _amounts(locale, currency, _decimals(exact, currency)), locale)


def coded_amount_text(amount: int | Decimal, currency: Currency, locale: Locale) -> str:
    """An amount with its ISO 4217 code, for SMS: most signs cut a text from 160 to 70 characters.

    >>> coded_amount_text(1234567850, Currency("INR"), Locale("hi"))
    'INR 1,23,45,678.50'
    """
    exact = major(amount, currency)
    return f"{currency} {_written(exact, _numbers(locale, _decimals(exact, currency)), locale)}"


def number_text(number: Decimal, locale: Locale) -> str:
    """A number with all its decimals, and no zeros after them.

    >>> number_text(Decimal("1.50"), Locale("de"))
    '1,5'
    """
    return _written(number, _numbers(locale, _places(number)), locale)


def percentage_text(rate: Decimal, locale: Locale) -> str:
    """A rate in percent with all its decimals.

    >>> percentage_text(Decimal("18"), Locale("en")), percentage_text(Decimal("5.5"), Locale("tr"))
    ('18%', '%5,5')
    """
    sign = locale.number_symbols[_system(locale)].get("percentSign", "%")
    return _written(rate, _percentages(locale, _places(rate)), locale).replace("%", sign)


def day_text(moment: datetime, locale: Locale) -> str:
    """A date in full.

    >>> from datetime import UTC
    >>> day_text(datetime(2026, 1, 31, tzinfo=UTC), Locale("en"))
    'January 31, 2026'
    """
    return format_date(moment.date(), "long", locale).translate(_DIGITS[_system(locale)])


def _system(locale: Locale) -> str:
    own = locale.default_numbering_system
    return own if own in _DIGITS else "latn"


def _places(number: Decimal) -> int:
    return len(f"{number:f}".partition(".")[2].rstrip("0"))


def _decimals(exact: Decimal, currency: Currency) -> int:
    return max(EXPONENTS[currency], _places(exact))


def _written(exact: Decimal, pattern: NumberPattern, locale: Locale) -> str:
    system = _system(locale)
    with localcontext(prec=40):  # so that Babel does not round
        text: str = pattern.apply(exact, locale, numbering_system=system)
    return text.translate(_DIGITS[system])


@cache
def _numbers(locale: Locale, decimals: int) -> NumberPattern:
    return _with_decimals(locale.decimal_formats[None], locale, decimals)


@cache
def _percentages(locale: Locale, decimals: int) -> NumberPattern:
    pattern = _with_decimals(locale.percent_formats[None], locale, decimals)
    pattern.scale = 0  # rates are in percent already
    return pattern


@cache
def _amounts(locale: Locale, currency: Currency, decimals: int) -> NumberPattern:
    """The pattern of amounts, with the sign of the currency in it.

    No sign that ends in a letter touches the digits (CLDR, currency spacing).
    """
    pattern = _with_decimals(locale.currency_formats["standard"], locale, decimals)
    sign = get_currency_symbol(currency, locale)
    before = f"{sign}\u00a0" if _is_letter(sign[-1]) else sign
    after = f"\u00a0{sign}" if _is_letter(sign[0]) else sign

    def first(text: str) -> str:
        return text[:-1] + before if text.endswith(_SIGN) else text.replace(_SIGN, sign)

    def last(text: str) -> str:
        return after + text[1:] if text.startswith(_SIGN) else text.replace(_SIGN, sign)

    pattern.prefix = first(pattern.prefix[0]), first(pattern.prefix[1])
    pattern.suffix = last(pattern.suffix[0]), last(pattern.suffix[1])
    return pattern


def _is_letter(character: str) -> bool:
    return unicodedata.category(character)[0] not in "SZ"


def _with_decimals(pattern: NumberPattern, locale: Locale, decimals: int) -> NumberPattern:
    """A pattern with exactly so many decimals, and the minus of the language."""
    exact: NumberPattern = copy(pattern)
    exact.frac_prec = (decimals, decimals)
    minus = locale.number_symbols[_system(locale)].get("minusSign", "-")
    exact.prefix = exact.prefix[0], exact.prefix[1].replace("-", minus)
    exact.suffix = exact.suffix[0], exact.suffix[1].replace("-", minus)
    return exact
