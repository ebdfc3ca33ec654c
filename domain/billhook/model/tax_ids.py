"""Tax ids of sellers and buyers, such as a GSTIN or a VAT number."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from billhook.model.base import OneLine, Value

MAX_TAX_IDS = 5

_GSTIN = re.compile(r"[0-9]{2}[0-9A-Z]{13}")  # those of non-residents, too
_PAN = re.compile(r"[A-Z]{5}[0-9]{4}[A-Z]")
_EIN = re.compile(r"[0-9]{2}-[0-9]{7}")
_VAT = re.compile(r"[A-Z]{2}[0-9A-Z+*]{2,13}")

_GSTIN_CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

_UNION = "AT BE BG CY CZ DE DK EE EL ES FI FR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK XI"
VAT_PREFIXES = frozenset({*_UNION.split(), "GB", "CH", "NO", "IS", "LI"})
"""The country prefixes of VAT numbers: those of the European Union, where Greece has EL and
Northern Ireland XI, and of its neighbours that write them the same way."""


class TaxIdKind(StrEnum):
    """The kind of a tax id.

    >>> TaxIdKind("gstin")
    <TaxIdKind.GSTIN: 'gstin'>
    """

    GSTIN = "gstin"
    """The number of a taxpayer under the Indian goods and services tax."""
    PAN = "pan"
    """The Indian permanent account number."""
    VAT = "vat"
    """The number of a taxpayer under the value added tax, with its country prefix."""
    EIN = "ein"
    """The employer identification number of the United States."""
    OTHER = "other"
    """Any other tax id; its format is not checked."""


def gstin(text: str) -> str:
    """The text unchanged, if it is a GSTIN with the right check character.

    Raises ValueError if it is not.

    >>> gstin("27AAPFU0939F1ZV")
    '27AAPFU0939F1ZV'
    """
    if not _GSTIN.fullmatch(text):
        raise ValueError("must be a GSTIN of 15 capitals and digits, such as 27AAPFU0939F1ZV")
    if text[-1] != _check_character(text[:-1]):
        raise ValueError(
            "must be a GSTIN whose last character checks the others; one of them is mistyped"
        )
    return text


def _check_character(body: str) -> str:
    """The check character of the first 14 characters of a GSTIN: a weighted sum modulo 36."""
    total = 0
    for position, character in enumerate(body):
        product = _GSTIN_CHARACTERS.index(character) * (1 + position % 2)
        total += product // 36 + product % 36
    return _GSTIN_CHARACTERS[-total % 36]


def pan(text: str) -> str:
    """The text unchanged, if it has the format of a PAN. Raises ValueError if not.

    >>> pan("AAPFU0939F")
    'AAPFU0939F'
    """
    if not _PAN.fullmatch(text):
        raise ValueError("must be a PAN of 10 capitals and digits, such as AAPFU0939F")
    return text


def vat_number(text: str) -> str:
    """The text unchanged, if it begins with a country that gives VAT numbers.

    Raises ValueError if not.

    >>> vat_number("EL094259216")
    'EL094259216'
    """
    if not _VAT.fullmatch(text):
        raise ValueError(
            "must be a VAT number without spaces, its country first, such as DE136695976"
        )
    if text[:2] not in VAT_PREFIXES:
        remedy = "EL, as Greece has it" if text[:2] == "GR" else "one of Europe, or the kind other"
        raise ValueError(f"must begin with the prefix of a country; give {remedy}")
    return text


def ein(text: str) -> str:
    """The text unchanged, if it has the format of an EIN. Raises ValueError if not.

    >>> ein("12-3456789")
    '12-3456789'
    """
    if not _EIN.fullmatch(text):
        raise ValueError("must be an EIN of nine digits, such as 12-3456789")
    return text


_CHECKS: Mapping[TaxIdKind, Callable[[str], str]] = MappingProxyType(
    {
        TaxIdKind.GSTIN: gstin,
        TaxIdKind.PAN: pan,
        TaxIdKind.VAT: vat_number,
        TaxIdKind.EIN: ein,
    }
)


def check_tax_id(kind: TaxIdKind, value: str) -> None:
    """Check a tax id as far as the format of its kind is known. Raises ValueError.

    >>> check_tax_id(TaxIdKind.EIN, "12-3456789")
    """
    check = _CHECKS.get(kind)
    if check is not None:
        try:
            check(value)
        except ValueError as error:
            raise ValueError(f"value {error}") from None


class TaxId(Value):
    """A tax id: its kind and its text, which is checked as far as the format of the kind is known.

    >>> TaxId(kind="vat", value="DE136695976").value
    'DE136695976'
    """

    kind: TaxIdKind
    value: Annotated[OneLine, StringConstraints(min_length=1, max_length=64)]

    if TYPE_CHECKING:

        def __init__(self, *, kind: TaxIdKind | str, value: str) -> None: ...

    @model_validator(mode="after")
    def _is_of_its_kind(self) -> Self:
        check_tax_id(self.kind, self.value)
        return self


TaxIds = Annotated[tuple[TaxId, ...], Field(max_length=MAX_TAX_IDS)]
"""The tax ids of a seller or a buyer."""


def gstin_tax_ids(text: str | None) -> tuple[TaxId, ...]:
    """The text as the one tax id of a buyer or a seller, if it is a GSTIN; else none.

    >>> gstin_tax_ids("27AAPFU0939F1ZV")[0].value, gstin_tax_ids("unregistered")
    ('27AAPFU0939F1ZV', ())
    """
    try:
        return (TaxId(kind=TaxIdKind.GSTIN, value=gstin(text or "")),)
    except ValueError:
        return ()


def gstin_of(tax_ids: Iterable[TaxId]) -> str | None:
    """The first GSTIN among the tax ids; None if there is none.

    >>> gstin_of([TaxId(kind="pan", value="AAPFU0939F")]) is None
    True
    """
    return next((one.value for one in tax_ids if one.kind is TaxIdKind.GSTIN), None)
