"""The languages of documents: a file of phrases each, and the format of amounts and dates.

A payer's language is a tag such as `hi` or `en-IN`; its phrases are those of the language, its
figures those of the region. A tag without phrases falls back to the operator's language.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from functools import cache
from pathlib import Path
from string import Formatter

from billhook.model.document import Document
from billhook.model.money import Currency
from billhook_adapters.documents.figures import (
    amount_text,
    coded_amount_text,
    day_text,
    number_text,
    percentage_text,
)
from billhook_adapters.documents.untrusted_text import isolated
from billhook_adapters.system.optional_dependencies import needs
from billhook_adapters.system.time_zones import zone

with needs("messages"):
    from babel import Locale, UnknownLocaleError

_FOLDER = Path(__file__).parent / "phrases"
SOURCE = "en"
"""The language that the others are checked against."""

_NOWHERE = {"en": "001"}
"""The region of a language without one: 31 January, not January 31."""


@dataclass(frozen=True, slots=True)
class Language:
    """A language: its phrases, and its format of amounts and dates.

    >>> language_of("hi-IN").code
    'hi'
    """

    code: str
    locale: Locale
    phrases: Mapping[str, str]
    zone: tzinfo = UTC
    """The time zone that its reader's days are in."""

    @property
    def direction(self) -> str:
        """Which way it is written: `ltr` or `rtl`."""
        return self.locale.text_direction

    def amount(self, amount: int | Decimal, currency: Currency) -> str:
        """An amount in this language, with all its decimals."""
        return amount_text(amount, currency, self.locale)

    def coded_amount(self, amount: int | Decimal, currency: Currency) -> str:
        """The same with the ISO 4217 code, for SMS."""
        return coded_amount_text(amount, currency, self.locale)

    def number(self, number: Decimal) -> str:
        """A number in this language, with all its decimals."""
        return number_text(number, self.locale)

    def percentage(self, rate: Decimal) -> str:
        """A rate in percent, apart from the text beside it: its sign stays on its own side."""
        return self.isolated(percentage_text(rate, self.locale))

    def isolated(self, text: str) -> str:
        """The text, which does not reorder the texts beside it."""
        return isolated(text, rtl=self.direction == "rtl")

    def country(self, code: str) -> str:
        """The name of a country (ISO 3166-1), or its code where the language has none."""
        return str(self.locale.territories.get(code, code))  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]  # Babel's own are untyped

    def day(self, moment: datetime) -> str:
        """The reader's day of an instant, in this language."""
        return day_text(moment.astimezone(self.zone), self.locale)

    def say(self, phrase: str, **parts: str) -> str:
        """A phrase with its parts."""
        return self.phrases[phrase].format(**parts)


def language_of(tag: str | None, default: str = SOURCE) -> Language:
    """The language of a tag, else the default's."""
    code, _, region = (tag or default).partition("-")
    if code not in phrases():
        code, _, region = default.partition("-")
    return _language(code, region)


def read_by(document: Document, default: str = SOURCE) -> Language:
    """The language of the payer, with the payer's time zone."""
    customer = document.customer
    if customer is None:
        return language_of(None, default)
    return replace(language_of(customer.language, default), zone=zone(customer.time_zone))


@cache
def _language(code: str, region: str) -> Language:
    try:
        locale = Locale(code, region or _NOWHERE.get(code))
    except UnknownLocaleError:
        locale = Locale(code, _NOWHERE.get(code))
    return Language(code, locale, phrases()[code])


@cache
def phrases() -> Mapping[str, Mapping[str, str]]:
    """The phrases of every language, each held to the same names and placeholders."""
    return loaded(_FOLDER)


def loaded(folder: Path) -> Mapping[str, Mapping[str, str]]:
    """The phrases of a folder. Raises ValueError where two languages differ in more than words."""
    found: dict[str, dict[str, str]] = {
        path.stem: tomllib.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.toml"))
    }
    wanted = found[SOURCE]
    for code, said in found.items():
        if missing := wanted.keys() ^ said.keys():
            raise ValueError(
                f"{code}.toml and {SOURCE}.toml differ in {', '.join(sorted(missing))}"
            )
        for name, phrase in said.items():
            if _placeholders(phrase) != _placeholders(wanted[name]):
                raise ValueError(f"{code}.toml: {name} has other placeholders than {SOURCE}.toml")
    return found


def _placeholders(phrase: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(phrase) if name is not None}
