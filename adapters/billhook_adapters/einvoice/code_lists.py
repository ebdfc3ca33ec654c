"""The code lists of EN 16931 that invoices meet: countries, currencies, exemptions."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from billhook.model.money import EXPONENTS, Currency
from billhook_adapters.system.optional_dependencies import needs

_UNLISTED = frozenset({"STN", "XAD", "XCG"})
"""Currencies that ISO 4217 has and the list of EN 16931 has not."""

_EXEMPTIONS = """
EU-132 EU-132-1A EU-132-1B EU-132-1C EU-132-1D EU-132-1E EU-132-1F EU-132-1G EU-132-1H EU-132-1I
EU-132-1J EU-132-1K EU-132-1L EU-132-1M EU-132-1N EU-132-1O EU-132-1P EU-132-1Q EU-135-1 EU-143
EU-143-1A EU-143-1B EU-143-1C EU-143-1D EU-143-1E EU-143-1F EU-143-1FA EU-143-1G EU-143-1H EU-143-1I
EU-143-1J EU-143-1K EU-143-1L EU-144 EU-146-1E EU-148 EU-148-A EU-148-B EU-148-C EU-148-D EU-148-E
EU-148-F EU-148-G EU-151 EU-151-1A EU-151-1AA EU-151-1B EU-151-1C EU-151-1D EU-151-1E EU-153 EU-159
EU-309 EU-79-C EU-AE EU-D EU-F EU-G EU-I EU-J FR-AE FR-CGI261-1 FR-CGI261-2 FR-CGI261-3 FR-CGI261-4
FR-CGI261-5 FR-CGI261-7 FR-CGI261-8 FR-CGI261A FR-CGI261B FR-CGI261C-1 FR-CGI261C-2 FR-CGI261C-3
FR-CGI261D-1 FR-CGI261D-1BIS FR-CGI261D-2 FR-CGI261D-3 FR-CGI261D-4 FR-CGI261E-1 FR-CGI261E-2
FR-CGI275 FR-CGI277A FR-CGI295 FR-CNWVAT FR-FRANCHISE FR-298SEXDECIESA
"""
EXEMPTIONS = frozenset(f"VATEX-{code}" for code in _EXEMPTIONS.split())
"""Why a supply is not taxed, without those that need data which invoices do not have."""


def has_currency(currency: Currency) -> bool:
    """Whether amounts can be in this currency.

    >>> has_currency(Currency("EUR")), has_currency(Currency("KWD"))
    (True, False)
    """
    return EXPONENTS[currency] <= 2 and currency not in _UNLISTED


def is_country(code: str) -> bool:
    """Whether it is a country of ISO 3166-1.

    >>> is_country("DE"), is_country("UK")
    (True, False)
    """
    return code in _countries()


@cache
def _countries() -> frozenset[str]:
    with needs("einvoice"):
        lines = files("tzdata.zoneinfo").joinpath("iso3166.tab").read_text("utf-8").splitlines()
    return frozenset(line[:2] for line in lines if line and not line.startswith("#"))
