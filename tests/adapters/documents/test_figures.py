"""Amounts and days: the decimals are ISO 4217's, the digits and groups those of the language."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from billhook.model.money import EXPONENTS, Currency, major
from billhook_adapters.documents.figures import (
    amount_text,
    coded_amount_text,
    day_text,
    number_text,
    percentage_text,
)

_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩\u066b", "0123456789.", "٬,\u200e\u200f\u061c")


@pytest.mark.parametrize(
    ("amount", "currency", "locale", "text"),
    [
        (123456789, "INR", "en", "INR 1,234,567.89"),
        (123456789, "INR", "en_IN", "INR 12,34,567.89"),
        (123456789, "INR", "hi", "INR 12,34,567.89"),
        (123456789, "JPY", "en", "JPY 123,456,789"),
        (123456789, "KWD", "en", "KWD 123,456.789"),
        (123456789, "CLF", "en", "CLF 12,345.6789"),
        (123456789, "KWD", "ar_EG", "KWD ١٢٣٬٤٥٦\u066b٧٨٩"),  # noqa: RUF001  # digits
        (5, "IQD", "en", "IQD 0.005"),
        (-100, "INR", "en", "INR -1.00"),
        (2**53 - 1, "KWD", "en", "KWD 9,007,199,254,740.991"),
        (Decimal("0.42"), "INR", "en", "INR 0.0042"),
        (Decimal("4.5"), "JPY", "en", "JPY 4.5"),
        (Decimal("1E+2"), "INR", "en", "INR 1.00"),
        (Decimal("10.5"), "INR", "en", "INR 0.105"),
        (Decimal("12345678950.5"), "INR", "hi", "INR 12,34,56,789.505"),
        (Decimal("1234567.5"), "KWD", "ar_EG", "KWD ١٬٢٣٤٫٥٦٧٥"),  # noqa: RUF001  # digits
        (Decimal("0.000000000001"), "CLF", "en", "CLF 0.0000000000000001"),
        (
            2**53 - 2 + Decimal("0.999999999999"),
            "JPY",
            "en",
            "JPY 9,007,199,254,740,990.999999999999",
        ),
    ],
)
def test_an_amount_has_all_decimals_of_its_currency(
    amount: int | Decimal, currency: str, locale: str, text: str
) -> None:
    assert coded_amount_text(amount, Currency(currency), Locale.parse(locale)) == text


@given(
    amount=st.integers(0, 2**53 - 1) | st.decimals(0, 2**53 - 1, places=12),
    currency=st.sampled_from(sorted(EXPONENTS)),
    locale=st.sampled_from(["en", "en_IN", "hi", "ar", "ar_EG"]),
)
def test_no_amount_is_rounded(amount: int | Decimal, currency: str, locale: str) -> None:
    exact, found = major(amount, Currency(currency)), Locale.parse(locale)
    code, _, number = coded_amount_text(amount, Currency(currency), found).partition(" ")
    assert code == currency
    assert Decimal(number.translate(_DIGITS)) == exact
    signed = amount_text(amount, Currency(currency), found)
    assert number in signed


@pytest.mark.parametrize(
    ("amount", "currency", "locale", "text"),
    [
        (-71923, "INR", "en_001", "-₹719.23"),
        (-71923, "INR", "hi", "-₹719.23"),
        (-123456789, "EUR", "de", "-1.234.567,89\xa0€"),
        (-123456789, "EUR", "fr", "-1\u202f234\u202f567,89\xa0€"),
        (123456789, "INR", "es", "1.234.567,89\xa0INR"),
        (123456789, "INR", "ta", "₹12,34,567.89"),
        (-100, "INR", "ar", "\u200f\u200e-1.00\xa0₹"),
        (-100, "SEK", "sv", "\u22121,00\xa0kr"),
        (12345, "KWD", "en_001", "KWD\xa012.345"),  # no letter touches a digit
        (-12345, "CHF", "en_001", "-CHF\xa0123.45"),
        (12345, "KWD", "ar_EG", "\u200f١٢\u066b٣٤٥\xa0د.ك.\u200f"),  # noqa: RUF001  # digits
        (12345, "USD", "en_001", "US$123.45"),
        (5, "IQD", "en", "IQD\xa00.005"),
        (12345, "JPY", "ja", "￥12,345"),  # its sign
    ],
)
def test_an_amount_has_the_sign_of_its_currency(
    amount: int, currency: str, locale: str, text: str
) -> None:
    assert amount_text(amount, Currency(currency), Locale.parse(locale)) == text


@pytest.mark.parametrize(
    ("locale", "percentage", "number"),
    [
        ("en_001", "12.5%", "1,234.5"),
        ("hi", "12.5%", "1,234.5"),
        ("ar", "12.5\u200e%\u200e", "1,234.5"),
        ("ar_EG", "١٢\u066b٥٪\u061c", "١\u066c٢٣٤\u066b٥"),  # noqa: RUF001  # digits
        ("de", "12,5\xa0%", "1.234,5"),
        ("fr", "12,5\xa0%", "1\u202f234,5"),
        ("es", "12,5\xa0%", "1.234,5"),
        ("ta", "12.5%", "1,234.5"),
    ],
)
def test_percentages_and_numbers_are_the_languages(
    locale: str, percentage: str, number: str
) -> None:
    found = Locale.parse(locale)
    assert percentage_text(Decimal("12.50"), found) == percentage
    assert number_text(Decimal("1234.500"), found) == number
    assert number_text(Decimal("1E+2"), found) in ("100", "١٠٠")  # noqa: RUF001  # digits


def test_a_day_is_written_in_full() -> None:
    day = datetime(2026, 1, 31, 23, tzinfo=UTC)
    assert day_text(day, Locale("hi")) == "31 जनवरी 2026"
    assert day_text(day, Locale("ar")) == "31 يناير 2026"
    assert day_text(day, Locale("ar", "EG")) == "٣١ يناير ٢٠٢٦"
