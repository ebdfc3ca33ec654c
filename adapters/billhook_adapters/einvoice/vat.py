"""The VAT category of each line, from its taxes and the countries of the parties."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType

from billhook.model.line_items import Line, Tax
from billhook_adapters.documents.untrusted_text import on_one_line
from billhook_adapters.einvoice.code_lists import EXEMPTIONS
from billhook_adapters.einvoice.reasons import (
    MissingExemptionReason,
    MissingVatRate,
    Reason,
    SeveralExemptions,
    SeveralTaxes,
    UnsupportedExemption,
)
from billhook_adapters.einvoice.semantic_model import CategoryCode, VatCategory
from billhook_adapters.einvoice.xml_text import xml_text

_ByLine = MissingVatRate | SeveralTaxes | MissingExemptionReason | UnsupportedExemption

_SPLIT = ({"cgst", "sgst"}, {"cgst", "utgst"})
"""The two halves of India's GST: together they are one rate."""

_CATEGORIES: Mapping[str, CategoryCode] = MappingProxyType(
    {"VATEX-EU-AE": "AE", "VATEX-FR-AE": "AE", "VATEX-EU-G": "G"}
)


def vat_categories(
    lines: Sequence[Line], *, domestic: bool
) -> tuple[list[VatCategory], list[Reason]]:
    """The category of each line that has one, and why the others have none.

    `domestic` says that seller and buyer are in one country: then 0 percent is a zero rate.

    >>> line = Line(name="Book", unit_amount=100, currency="EUR", taxes=[Tax(name="VAT", rate=7)])
    >>> [one.code for one in vat_categories([line], domestic=True)[0]]
    ['S']
    """
    found: list[VatCategory] = []
    wrong: dict[type[_ByLine], list[int]] = {}
    for position, line in enumerate(lines):
        category = _category(line.taxes, domestic=domestic)
        if isinstance(category, VatCategory):
            found.append(category)
        else:
            wrong.setdefault(category, []).append(position)
    reasons: list[Reason] = [kind(tuple(positions)) for kind, positions in wrong.items()]
    untaxed = {one for one in found if one.code != "S"}
    if len({one.code for one in untaxed}) < len(untaxed):
        reasons.append(SeveralExemptions())
    return found, reasons


def _category(taxes: Sequence[Tax], *, domestic: bool) -> VatCategory | type[_ByLine]:
    if not taxes:
        return MissingVatRate
    if len(taxes) > 1 and {tax.name.casefold() for tax in taxes} not in _SPLIT:
        return SeveralTaxes
    rate = sum((tax.rate for tax in taxes), Decimal(0))
    if rate:
        return VatCategory("S", rate)
    code = (taxes[0].id or "").upper()
    if code in EXEMPTIONS:
        name = xml_text(on_one_line(taxes[0].name))
        return VatCategory(_CATEGORIES.get(code, "E"), rate, code, name)
    if code.startswith("VATEX-"):
        return UnsupportedExemption
    return VatCategory("Z", rate) if domestic else MissingExemptionReason
