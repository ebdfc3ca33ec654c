"""Phone numbers as people write them, read with the numbering plans of all countries.

The domain keeps a number in E.164 where an SMS can reach it, and else as it was given.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import TypeVar

from billhook.model.addresses import is_e164, without_duplicates
from billhook.model.customer import Customer, Recipients
from billhook.model.document import DocumentFields
from billhook_adapters.system.optional_dependencies import needs

F = TypeVar("F", bound=DocumentFields)

_PUNCTUATION = re.compile(r"[\s().-]")
_FEWEST_WITH_COUNTRY_CODE = 11
"""The digits of a number with its country code and without a plus; with fewer it is unclear."""


def e164(given: str, *regions: str | None) -> str | None:
    """The number in E.164; None if it is none that can be reached.

    `regions` are ISO 3166-1 codes of the countries that a number without a country code may belong
    to, the likeliest first. An extension is left out: no SMS reaches it.

    >>> e164("+44 (0)20 7946 0958"), e164("(202) 555-0143", None, "US"), e164("12345", "US")
    ('+442079460958', '+12025550143', None)
    """
    plain = unicodedata.normalize("NFKC", given).strip()
    if plain.startswith("+"):
        return _parsed(plain, None)
    if plain.startswith("00") and (found := _parsed(f"+{plain[2:]}", None)) is not None:
        return found
    for region in regions:
        if region and (found := _parsed(plain, region, known=True)) is not None:
            return found
    digits = _PUNCTUATION.sub("", plain)
    if digits.isdecimal() and len(digits) >= _FEWEST_WITH_COUNTRY_CODE:
        return _parsed(f"+{digits}", None, known=True)
    return None


def is_international(given: str) -> bool:
    """Whether a number names its country itself, so that no region is needed to read it."""
    return unicodedata.normalize("NFKC", given).strip().startswith(("+", "00"))


def same_number(one: str, other: str) -> bool:
    """Whether two ways to write a number can mean the same one.

    >>> same_number("(202) 555-0143", "+12025550143"), same_number("555-0199", "+12025550143")
    (True, False)
    """
    with needs("addresses"):
        import phonenumbers
    matches = phonenumbers.MatchType
    return one == other or phonenumbers.is_number_match(one, other) in (
        matches.EXACT_MATCH,
        matches.NSN_MATCH,
    )


def country_of_currency(currency: str) -> str | None:
    """The country whose currency it is; None for those of several countries, or of none.

    >>> country_of_currency("USD"), country_of_currency("EUR")
    ('US', None)
    """
    with needs("addresses"):
        import phonenumbers
    return currency[:2] if currency[:2] in phonenumbers.SUPPORTED_REGIONS else None


def contacts_in(fields: DocumentFields) -> tuple[str, ...]:
    """The phone numbers of a document, or of what is set of one."""
    customer, recipients = fields.customer, fields.recipients
    known = () if customer is None or customer.contact is None else (customer.contact,)
    return known + (() if recipients is None else recipients.contacts)


def with_e164(fields: F, *regions: str | None) -> F:
    """The same fields with the phone numbers in E.164 that can be reached, by `e164`."""
    if not contacts_in(fields):
        return fields
    changes: dict[str, Customer | Recipients] = {}
    customer, recipients = fields.customer, fields.recipients
    if customer is not None and customer.contact is not None:
        (contact,) = _read((customer.contact,), regions)
        changes["customer"] = customer.model_copy(update={"contact": contact})
    if recipients is not None:
        contacts = without_duplicates(tuple(_read(recipients.contacts, regions)))
        changes["recipients"] = recipients.model_copy(update={"contacts": contacts})
    return fields.model_copy(update=changes)


def _read(given: Iterable[str], regions: tuple[str | None, ...]) -> list[str]:
    return [e164(one, *regions) or one for one in given]


def _parsed(text: str, region: str | None, *, known: bool = False) -> str | None:
    """The number in E.164. With `known` its range must be in use in the numbering plan.

    A number with a country code is taken where its length fits: new ranges come into use.
    """
    with needs("addresses"):
        import phonenumbers
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    fits = (
        phonenumbers.is_valid_number(number)
        if known
        else phonenumbers.is_possible_number_with_reason(number)
        == phonenumbers.ValidationResult.IS_POSSIBLE
    )
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return written if fits and is_e164(written) else None
