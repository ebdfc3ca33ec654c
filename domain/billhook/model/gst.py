"""The Indian goods and services tax: its parts, as an invoice shows them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

from billhook.model.money import EXACT
from billhook.model.pricing import TaxSum
from billhook.model.tax_ids import TaxId, gstin_of

_GST = re.compile(r"gst(?:\s*@?\s*([0-9]+(?:\.[0-9]+)?)\s*%)?", re.IGNORECASE)

UNION_TERRITORIES = frozenset({"04", "25", "26", "31", "35", "38", "97"})
"""The state codes of the union territories without a legislature, whose part is UTGST, not SGST."""


STATES = {
    "01": "Jammu and Kashmir", "02": "Himachal Pradesh", "03": "Punjab", "04": "Chandigarh",
    "05": "Uttarakhand", "06": "Haryana", "07": "Delhi", "08": "Rajasthan", "09": "Uttar Pradesh",
    "10": "Bihar", "11": "Sikkim", "12": "Arunachal Pradesh", "13": "Nagaland", "14": "Manipur",
    "15": "Mizoram", "16": "Tripura", "17": "Meghalaya", "18": "Assam", "19": "West Bengal",
    "20": "Jharkhand", "21": "Odisha", "22": "Chhattisgarh", "23": "Madhya Pradesh",
    "24": "Gujarat", "25": "Daman and Diu", "26": "Dadra and Nagar Haveli and Daman and Diu",
    "27": "Maharashtra", "29": "Karnataka", "30": "Goa", "31": "Lakshadweep", "32": "Kerala",
    "33": "Tamil Nadu", "34": "Puducherry", "35": "Andaman and Nicobar Islands",
    "36": "Telangana", "37": "Andhra Pradesh", "38": "Ladakh", "97": "Other Territory",
}  # fmt: skip
"""The states by their codes, with which a GSTIN begins."""


def place_of_supply(seller_tax_ids: Iterable[TaxId], buyer_tax_ids: Iterable[TaxId]) -> str | None:
    """The state of the buyer with its code, where both have a GSTIN; None otherwise.

    By the same rule `gst_parts` decides between CGST with SGST, and IGST.

    >>> gstin = [TaxId(kind="gstin", value="29AAGCB7383J1Z4")]
    >>> place_of_supply(gstin, gstin), place_of_supply(gstin, [])
    ('Karnataka (29)', None)
    """
    seller, buyer = gstin_of(seller_tax_ids), gstin_of(buyer_tax_ids)
    if seller is None or buyer is None or buyer[:2] not in STATES:
        return None
    return f"{STATES[buyer[:2]]} ({buyer[:2]})"


def gst_parts(
    tax_sums: Sequence[TaxSum], seller_tax_ids: Iterable[TaxId], buyer_tax_ids: Iterable[TaxId]
) -> list[TaxSum]:
    """The same taxes, with those named GST as CGST and SGST, or as IGST.

    Where seller and buyer have a GSTIN of one state, GST of a rate is shown as CGST and SGST (in a
    union territory UTGST) of half the rate; where the states differ, as IGST. Without both GSTINs
    all taxes stay as they are. The parts of a tax add up to it; of an odd amount, CGST has one
    unit more. The first GSTIN of each counts. `GST 18%` of 18 % is GST as well.

    The states are those of the GSTINs. Where the place of supply is another one, or the buyer is in
    a special economic zone, name the taxes CGST, SGST and IGST on the lines themselves.

    >>> seller = [TaxId(kind="gstin", value="27AAPFU0939F1ZV")]
    >>> buyer = [TaxId(kind="gstin", value="29AAGCB7383J1Z4")]
    >>> gst = [TaxSum("GST", Decimal(18), False, 153)]
    >>> [(part.name, int(part.rate), part.amount) for part in gst_parts(gst, seller, buyer)]
    [('IGST', 18, 153)]
    >>> [(part.name, int(part.rate), part.amount) for part in gst_parts(gst, seller, seller)]
    [('CGST', 9, 77), ('SGST', 9, 76)]
    """
    seller, buyer = gstin_of(seller_tax_ids), gstin_of(buyer_tax_ids)
    if seller is None or buyer is None:
        return list(tax_sums)
    state = seller[:2] if seller[:2] == buyer[:2] else None
    amounts: dict[tuple[str, Decimal, bool], int] = {}
    for tax in tax_sums:
        for part in _parts(tax, state) if _is_gst(tax) else (tax,):
            key = part.name, part.rate, part.included
            amounts[key] = amounts.get(key, 0) + part.amount
    return [TaxSum(*key, amount) for key, amount in amounts.items()]


def _is_gst(tax: TaxSum) -> bool:
    named = _GST.fullmatch(tax.name.strip())
    return named is not None and (named[1] is None or Decimal(named[1]) == tax.rate)


def _parts(tax: TaxSum, state: str | None) -> tuple[TaxSum, ...]:
    """The parts of GST within this state; None is between two states."""
    if state is None:
        return (tax._replace(name="IGST"),)
    half = EXACT.divide(tax.rate, Decimal(2))
    rate = half.to_integral_value() if half == half.to_integral_value() else half
    larger = (tax.amount + 1) // 2
    of_state = "UTGST" if state in UNION_TERRITORIES else "SGST"
    return (
        tax._replace(name="CGST", rate=rate, amount=larger),
        tax._replace(name=of_state, rate=rate, amount=tax.amount - larger),
    )
